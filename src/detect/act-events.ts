import { hash } from 'node:crypto'
import type { Reason } from '../model/blindness.ts'
import { STAGE_RANK } from '../model/event.ts'
import type { EventRef, Finding } from '../model/finding.ts'
import { type ActRecord, DIGEST_DIGITS, type SettledActs, type Signal } from './act.ts'

/** What one rule found and could not tell, in acts. */
export interface RuleTally {
  findings: number
  cannotTell: number
  readonly reasons: Partial<Record<Reason, number>>
}

/** No rule has found anything yet. */
export const newTallies = (rules: number): RuleTally[] =>
  Array.from({ length: rules }, () => ({ findings: 0, cannotTell: 0, reasons: {} }))

/** Counts a cannot-tell, and why. */
export const countReasons = (tally: RuleTally, signal: Signal): void => {
  tally.cannotTell += 1
  for (const reason of signal.reasons) tally.reasons[reason] = (tally.reasons[reason] ?? 0) + 1
}

/** The rank from which a stage ends its act. */
export const FINAL_RANK: number = STAGE_RANK.Panic

/** Each of the acts as a record of its own. */
export function* recordsOf({
  rank,
  signals,
  digests,
}: SettledActs): Generator<ActRecord, undefined> {
  for (let at = 0; at < digests.length; at += DIGEST_DIGITS * 2) {
    const key = digests.slice(at, at + DIGEST_DIGITS)
    const content = digests.slice(at + DIGEST_DIGITS, at + DIGEST_DIGITS * 2)
    yield { key, rank, content, events: NO_EVENTS, signals }
  }
}

const NO_EVENTS: readonly EventRef[] = []

/** What stands for an act in the identity of findings, when it has two contents at one stage. */
export const variantKey = ({ key, content }: { key: string; content: string }): string =>
  hash('sha256', key + content)

/** Those of a stage and later: of two contents an earlier stage may belong to either. */
export const ownEvents = (events: readonly EventRef[], rank: number): EventRef[] =>
  events.filter((event) => rankOf(event) >= rank)

/** Both, each once. */
export const withEvents = (events: readonly EventRef[], more: readonly EventRef[]): EventRef[] => [
  ...new Map([...events, ...more].map((event) => [event.id, event])).values(),
]

/**
 * A finding with its events in order. Of a log and its copy the first by place names the server,
 * whichever was read first.
 */
export const withSorted = (finding: Finding, unsorted: readonly EventRef[]): Finding => {
  const events = [...unsorted].sort(byStageThenPlace)
  const stage = events.at(-1)?.stage
  const server = events.find((event) => event.stage === stage)?.server ?? finding.server
  return { ...finding, server, events }
}

const byStageThenPlace = (a: EventRef, b: EventRef): number =>
  rankOf(a) - rankOf(b) || compareText(a.file, b.file) || a.offset - b.offset

/** The rank of an event's stage. */
export const rankOf = (event: EventRef): number =>
  Object.entries(STAGE_RANK).find(([stage]) => stage === event.stage)?.[1] ?? 0

/** The order of texts by their characters. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
