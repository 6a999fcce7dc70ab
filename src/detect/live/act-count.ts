import { YES } from '../../base/truth.ts'
import type { EventRef } from '../../model/finding.ts'
import type { ActRecord } from '../act.ts'
import { ownEvents, withEvents } from '../act-events.ts'
import type { CountedAct } from '../counted-act.ts'

/** What one act counts as for correlations, all of it: it replaces what was said of it before. */
export interface ActCount {
  /** The digest of the act. */
  readonly act: string
  readonly cluster: string
  /**
   * When its request was received, in µs since 1970; undefined: it says no time that windows know.
   */
  readonly timeUs: number | undefined
  /** One, or one for each content of an act that has several. None: it counts no longer. */
  readonly entries: readonly CountedEntry[]
}

/** One content of an act, and the events that show it. */
export interface CountedEntry {
  readonly counted: CountedAct
  readonly events: readonly EventRef[]
}

/** What the records of an act's latest stage count as; undefined: nowhere. */
export const countOf = (
  latest: readonly ActRecord[],
  earlier: readonly EventRef[],
  isApart: boolean,
): ActCount | undefined => {
  const entries = latest.flatMap((record): readonly CountedEntry[] => {
    const { counted } = record
    return counted === undefined ? [] : [{ counted, events: eventsOf(record, earlier, isApart) }]
  })
  const [first] = entries
  if (first === undefined) return undefined
  const { origin: act, cluster, timeUs } = first.counted
  return { act, cluster, timeUs, entries }
}

/** The events of a record: of an act with two contents only those that show this one. */
export const eventsOf = (
  { events, rank }: Pick<ActRecord, 'events' | 'rank'>,
  earlier: readonly EventRef[],
  isApart: boolean,
): readonly EventRef[] => (isApart ? ownEvents(events, rank) : withEvents(earlier, events))

/** Whether a rule is certain of the act already. */
export const isCertain = ({ entries }: ActCount): boolean =>
  entries.some(({ counted }) => counted.rules.some(({ truth }) => truth === YES))
