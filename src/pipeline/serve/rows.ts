import { hash } from 'node:crypto'
import type { Issue } from '../../base/issue.ts'
import type { StoredSignal } from '../../detect/live/stored-signal.ts'
import { timeText } from '../../detect/time.ts'
import type { GapDelivery } from '../../model/delivery.ts'
import type { Finding } from '../../model/finding.ts'
import type { StoreRecord } from '../../store/store.ts'

/** A finding as it was told last. */
export interface ToldFinding {
  readonly finding: Finding
  /** The act it is about; empty for a correlation, and for a finding about a source. */
  readonly act: string
  /** When it was told, in µs since 1970: the newest of several replaces the others. */
  readonly toldUs: number
  /** It was told, and a later stage of its act says otherwise. */
  readonly withdrawn: boolean
}

/** A finding as a row. */
export const findingRecord = ({ finding, act, toldUs, withdrawn }: ToldFinding): StoreRecord => ({
  id: finding.id,
  version: toldUs,
  time: finding.time,
  told_at: timeText(toldUs),
  rule_id: finding.rule.id,
  level: finding.rule.level,
  cluster: finding.cluster,
  server: finding.server,
  actor: finding.actor.name,
  outcome: finding.outcome ?? '',
  act,
  withdrawn,
  document: JSON.stringify(finding),
})

/** An act that counts as a row. */
export const signalRecord = ({
  act,
  cluster,
  timeUs,
  rules,
  document,
}: StoredSignal): StoreRecord => ({
  act,
  cluster,
  time: timeText(timeUs),
  rules,
  document,
})

/** A gap as a row. Its id is a digest of what it says, so that it stands there once. */
export const gapRecord = ({ source, gap, arrivedUs }: GapDelivery): StoreRecord => ({
  id: hash('sha256', JSON.stringify([source, gap])).slice(0, 32),
  ...source,
  kind: gap.kind,
  noticed_at: timeText(arrivedUs),
  place: gap.place ?? '',
  from_byte: gap.fromByte ?? null,
  to_byte: gap.toByte ?? null,
  from_time: gap.fromTime ?? null,
  to_time: gap.toTime ?? null,
  events: gap.events ?? null,
  message: gap.message,
})

/** An issue as a row. */
export const issueRecord = ({ code, message, at, count }: Issue, nowUs: number): StoreRecord => ({
  code,
  message,
  place: JSON.stringify(at),
  count: count ?? 1,
  noticed_at: timeText(nowUs),
})
