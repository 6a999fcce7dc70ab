import { DigestSet } from '../base/digest-set.ts'
import { LIMIT } from '../base/limit.ts'
import { UNKNOWN, YES } from '../base/truth.ts'
import { type EventRef, type Finding, SEVERITIES } from '../model/finding.ts'
import { type ActRecord, findingId, type SettledActs } from './act.ts'
import {
  compareText,
  countReasons,
  FINAL_RANK,
  newTallies,
  ownEvents,
  type RuleTally,
  recordsOf,
  variantKey,
  withEvents,
  withSorted,
} from './act-events.ts'
import type { CountedAct } from './counted-act.ts'

/** What the fold could not keep to the letter; each becomes an issue. */
export interface FoldLosses {
  readonly actsEvicted: number
  readonly actsForgotten: number
  readonly findingsDropped: number
  readonly collisions: readonly EventRef[]
}

/** What came of all acts. */
export interface FoldResult {
  readonly findings: readonly Finding[]
  readonly tallies: readonly RuleTally[]
  readonly losses: FoldLosses
}

interface OpenAct {
  readonly rank: number
  /** The records of the latest stage: several if it was logged with different bytes. */
  readonly latest: readonly ActRecord[]
  readonly events: readonly EventRef[]
}

/** Findings of one act that may still gain events. */
interface Found {
  finding: Finding
  readonly content: string
  events: EventRef[]
  /** The act has two contents at this stage: an earlier stage may belong to either. */
  apart: boolean
}

/**
 * Joins what blocks say of acts, in any order, into findings: the latest stage of an act decides,
 * and copies of an event count once. It has a lifetime of one hunt, and bounded state.
 */
export class ActFold {
  readonly #open = new Map<string, OpenAct>()
  /** Of finished acts: their keys, and the digests of what ended them. */
  readonly #closed = new DigestSet(LIMIT.actsRememberedMax / 2)
  readonly #foundByAct = new Map<string, Found[]>()
  readonly #tallies: RuleTally[]
  readonly #onFinding: (finding: Finding) => void
  readonly #onCounted: (counted: CountedAct, events: readonly EventRef[]) => void
  /** Per act that has two contents: the events of those that a rule matched. */
  readonly #collided = new Map<string, EventRef[]>()
  #found: Found[] = []
  #foundCount = 0
  #dropped = 0
  #evicted = 0

  constructor(
    rules: number,
    onFinding: (finding: Finding) => void,
    onCounted: (counted: CountedAct, events: readonly EventRef[]) => void,
  ) {
    this.#tallies = newTallies(rules)
    this.#onFinding = onFinding
    this.#onCounted = onCounted
  }

  /** How many findings there are so far. */
  get findingCount(): number {
    return this.#foundCount
  }

  add(record: ActRecord): void {
    if (this.#closed.has(record.key)) this.#addToClosed(record)
    else if (record.rank >= FINAL_RANK) this.#settle(record)
    else this.#addToOpen(record)
  }

  /** Adds each of the acts as a record of its own. */
  addSettled(acts: SettledActs): void {
    for (const record of recordsOf(acts)) this.add(record)
  }

  finish(): FoldResult {
    for (const [key, act] of this.#open) this.#close(key, act)
    this.#open.clear()
    this.#prune(LIMIT.findingsKeptMax)
    return {
      findings: this.#found.map(({ finding, events }) => withSorted(finding, events)),
      tallies: this.#tallies,
      losses: {
        actsEvicted: this.#evicted,
        actsForgotten: this.#closed.forgotten,
        findingsDropped: this.#dropped,
        collisions: [...this.#collided.values()].flat(),
      },
    }
  }

  /** A final stage: its verdicts replace those of the stages before it. */
  #settle(record: ActRecord): void {
    const earlier = this.#open.get(record.key)
    if (earlier !== undefined) this.#open.delete(record.key)
    const events = earlier === undefined ? record.events : [...earlier.events, ...record.events]
    this.#close(record.key, { rank: record.rank, latest: [record], events })
  }

  #addToOpen(record: ActRecord): void {
    const act = this.#open.get(record.key)
    if (act === undefined) this.#makeRoom()
    this.#open.set(record.key, act === undefined ? opened(record) : this.#joined(act, record))
  }

  #joined(act: OpenAct, record: ActRecord): OpenAct {
    const events = [...act.events, ...record.events]
    if (record.rank > act.rank) return { ...opened(record), events }
    if (record.rank < act.rank || act.latest.some((one) => one.content === record.content)) {
      return { ...act, events }
    }
    const latest = [...act.latest, record]
    for (const one of latest) this.#collide(record.key, one)
    return { rank: act.rank, latest, events }
  }

  /** A stage that comes late, a copy, or another event under the same identity. */
  #addToClosed(record: ActRecord): void {
    const found = this.#foundByAct.get(record.key)
    const isCopy = record.rank < FINAL_RANK || this.#closed.has(record.content)
    if (isCopy || record.signals.length === 0) {
      for (const one of found ?? []) {
        if (one.apart && one.content !== record.content) continue
        one.events = withEvents(one.events, record.events)
      }
      return
    }
    this.#closed.add(record.content)
    this.#collide(record.key, record)
    for (const one of found ?? []) {
      setApart(record, one)
      this.#addCollided(record.key, one.events)
    }
    this.#report(record, ownEvents(record.events, record.rank), variantKey(record), true)
  }

  #close(key: string, act: OpenAct): void {
    this.#closed.add(key)
    for (const record of act.latest) {
      if (record.signals.length === 0) continue
      this.#closed.add(record.content)
      const apart = act.latest.length > 1
      const events = apart ? ownEvents(record.events, record.rank) : act.events
      this.#report(record, events, apart ? variantKey(record) : key, apart)
    }
  }

  #report(record: ActRecord, events: readonly EventRef[], identity: string, apart: boolean): void {
    if (record.counted !== undefined) this.#onCounted(record.counted, events)
    for (const signal of record.signals) {
      const tally = this.#tallies[signal.rule]
      if (tally === undefined) continue
      if (signal.truth === UNKNOWN) countReasons(tally, signal)
      if (signal.truth !== YES || signal.finding === undefined) continue
      tally.findings += 1
      const id = findingId(signal.finding.rule.id, identity)
      this.#keep(record, { ...signal.finding, id, events }, apart)
    }
  }

  #keep({ key, content }: ActRecord, finding: Finding, apart: boolean): void {
    const found = { finding, content, events: withEvents([], finding.events), apart }
    this.#found.push(found)
    this.#foundCount += 1
    this.#foundByAct.set(key, [...(this.#foundByAct.get(key) ?? []), found])
    this.#onFinding(finding)
    if (this.#found.length >= LIMIT.findingsKeptMax * 1.5) this.#prune(LIMIT.findingsKeptMax)
  }

  /**
   * Keeps the most severe and earliest. The order is total, so what is dropped never comes back.
   */
  #prune(keep: number): void {
    this.#found.sort((a, b) => byUrgency(a.finding, b.finding))
    const dropped = this.#found.splice(keep)
    this.#dropped += dropped.length
    if (dropped.length === 0) return
    const kept = new Set(this.#found)
    for (const [key, found] of this.#foundByAct) {
      const left = found.filter((one) => kept.has(one))
      if (left.length === 0) this.#foundByAct.delete(key)
      else this.#foundByAct.set(key, left)
    }
  }

  #makeRoom(): void {
    if (this.#open.size < LIMIT.actsOpenMax) return
    for (const [key, act] of this.#open) {
      this.#open.delete(key)
      this.#close(key, act)
      this.#evicted += 1
      return
    }
  }

  #collide(key: string, record: ActRecord): void {
    if (record.signals.some((signal) => signal.truth === YES)) this.#addCollided(key, record.events)
  }

  #addCollided(key: string, events: readonly EventRef[]): void {
    this.#collided.set(key, withEvents(this.#collided.get(key) ?? [], events))
  }
}

/** Most severe first, then by time, then by id: the order of every list of findings. */
export const byUrgency = (a: Finding, b: Finding): number =>
  SEVERITIES.indexOf(b.rule.level) - SEVERITIES.indexOf(a.rule.level) ||
  compareText(a.time, b.time) ||
  compareText(a.id, b.id)

const opened = (record: ActRecord): OpenAct => ({
  rank: record.rank,
  latest: [record],
  events: record.events,
})

/** Once an act has two contents, each finding says which it is about, whichever came first. */
const setApart = ({ key, rank }: ActRecord, found: Found): void => {
  const identity = variantKey({ key, content: found.content })
  found.finding = { ...found.finding, id: findingId(found.finding.rule.id, identity) }
  found.events = ownEvents(found.events, rank)
  found.apart = true
}
