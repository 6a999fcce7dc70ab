import type { Clock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import type { WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import type { OnGap, OnTold } from './live-findings.ts'
import type { Meters } from './meters.ts'
import { toldRecord } from './records.ts'
import type { ServeHooks } from './running.ts'

/** What telling needs. */
export interface TellingParts {
  readonly log: WriteAheadLog
  readonly meters: Meters
  readonly hooks: ServeHooks
  readonly clock: Clock
}

/**
 * Tells findings as they come, and notes in the log which: a replay after a crash finds them again,
 * and they are stored again, but not told. `before` are the ids that the log says were told.
 */
export const teller = (
  before: ReadonlySet<string>,
  { log, meters, hooks, clock }: TellingParts,
): OnTold => {
  const replayed = new Set(before)
  let told: string[] = []
  const note = (): void => {
    const ids = told
    told = []
    for (let at = 0; at < ids.length; at += LIMIT.toldIdsPerRecord) {
      const some = ids.slice(at, at + LIMIT.toldIdsPerRecord)
      // A log that cannot take it now says so to those who must not go on without it.
      log.append(toldRecord(some)).catch(() => {})
    }
  }
  return (finding, isUpdate, arrivedUs) => {
    const { id, rule } = finding.finding
    // Of what was told before the crash the first time is the repetition; what follows is news.
    if (replayed.delete(id) && !finding.withdrawn) return
    hooks.finding(finding, isUpdate)
    meters.findings.inc({ level: rule.level })
    meters.findingSeconds.observe(Math.max(0, clock.nowUs() - arrivedUs) / 1e6)
    if (told.length === 0) queueMicrotask(note)
    told.push(id)
  }
}

/**
 * Counts what is missing, and says it in the log of the program: of the same kind and source once
 * in a while, with how many there were, for whoever may send can make any number of them.
 */
export const gapTeller = ({ meters, hooks, clock }: Omit<TellingParts, 'log'>): OnGap => {
  const said = new Map<string, { atMs: number; held: number }>()
  return ({ source, gap }) => {
    const labels = { ...source, kind: gap.kind }
    meters.gaps.inc(labels)
    const name = JSON.stringify(labels)
    const nowMs = clock.elapsedMs()
    const before = said.get(name)
    if (before !== undefined && nowMs - before.atMs < GAPS_SAID_EACH_MS) {
      before.held += 1
      return
    }
    const held = before?.held ?? 0
    hooks.log(
      'warn',
      `a gap: ${gap.message}${held === 0 ? '' : ` (and ${held} more before it)`}`,
      labels,
    )
    said.set(name, { atMs: nowMs, held: 0 })
  }
}

const GAPS_SAID_EACH_MS = 10_000
