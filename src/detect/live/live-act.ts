import { hash } from 'node:crypto'
import { YES } from '../../base/truth.ts'
import type { EventRef, Finding } from '../../model/finding.ts'
import { type ActRecord, findingId } from '../act.ts'
import { FINAL_RANK, rankOf, variantKey, withEvents, withSorted } from '../act-events.ts'
import { type ActCount, countOf, eventsOf } from './act-count.ts'

/** What is known of one act while events come. */
export class LiveAct {
  readonly key: string
  /** Of its latest stage; all stages that end an act are one. */
  level: number
  /** The records of that stage: several if it was logged with different bytes. */
  #latest: readonly ActRecord[]
  /** The events of the stages before it. */
  #earlier: readonly EventRef[] = []
  /** There was another content, which is not remembered. */
  readonly #isGhost: boolean
  /** What was told of it: the findings by id, each as a digest of what it shows. */
  readonly told: Map<string, string> = new Map()
  /** What it counts as, as far as that was told. */
  counted: ActCount | undefined
  /** Events of a collision that were told. */
  collided = 0
  /** No more is awaited of it, although it did not end. */
  isGivenUp = false

  constructor(record: ActRecord, isGhost: boolean) {
    this.key = record.key
    this.level = levelOf(record.rank)
    this.#latest = record.signals.length === 0 ? [] : [record]
    this.#isGhost = isGhost
  }

  /** What else was seen of it. A copy has the content of an event that was seen before. */
  add(record: ActRecord, isCopy: boolean): void {
    const level = levelOf(record.rank)
    if (level < this.level) this.#earlier = withEvents(this.#earlier, record.events)
    else if (level > this.level) this.#rise(record, level)
    else if (record.signals.length > 0) this.#join(record, isCopy)
  }

  /** What its latest stage says. */
  get latest(): readonly ActRecord[] {
    return this.#latest
  }

  get isEnded(): boolean {
    return this.level >= FINAL_RANK
  }

  /** Whether it has more than one content, so that each is an act of its own. */
  get isApart(): boolean {
    return this.#isGhost || this.#latest.length > 1
  }

  /** What rules found in it, as it stands. */
  findings(): readonly Finding[] {
    const isApart = this.isApart
    return this.#latest.flatMap((record) => {
      const events = eventsOf(record, this.#earlier, isApart)
      const identity = isApart ? variantKey(record) : this.key
      return record.signals.flatMap(({ truth, finding }) => {
        if (truth !== YES || finding === undefined) return []
        return [withSorted({ ...finding, id: findingId(finding.rule.id, identity) }, events)]
      })
    })
  }

  /** What it counts as, as it stands. */
  count(): ActCount | undefined {
    return countOf(this.#latest, this.#earlier, this.isApart)
  }

  /** The events of two contents of one stage, of those that a rule matched. */
  collision(): readonly EventRef[] {
    if (!this.isApart) return []
    const matched = this.#latest.filter(({ signals }) => signals.some(({ truth }) => truth === YES))
    return matched.flatMap((record) => eventsOf(record, [], true))
  }

  /** Everything known of it, as records that make the same act again. */
  records(): readonly ActRecord[] {
    const { key, level } = this
    const latest = this.#latest.length > 0 ? this.#latest : [nothing(key, level)]
    if (this.#earlier.length === 0) return latest
    return [...latest, { ...nothing(key, -1), events: this.#earlier }]
  }

  /**
   * Changes the numbers of rules to those of another set. What a rule said that has none goes; what
   * was told of it stays told.
   */
  renumber(numberOf: (rule: number) => number | undefined): void {
    this.#latest = this.#latest.map((record) => renumbered(record, numberOf))
    this.counted = this.counted && renumberedCount(this.counted, numberOf)
    const ids = new Set(this.findings().map(({ id }) => id))
    for (const id of this.told.keys()) if (!ids.has(id)) this.told.delete(id)
  }

  #rise(record: ActRecord, level: number): void {
    const before = this.#latest.flatMap(({ events }) => events)
    this.#earlier = withEvents(this.#earlier, before)
    this.#latest = record.signals.length === 0 ? [] : [record]
    this.level = level
  }

  #join(record: ActRecord, isCopy: boolean): void {
    const at = this.#latest.findIndex(({ content }) => content === record.content)
    const same = at < 0 && (isCopy || this.#latest[0]?.content === UNREAD) ? 0 : at
    const known = this.#latest[same]
    if (known === undefined) {
      this.#latest = [...this.#latest, record]
      return
    }
    const events = withEvents(known.events, record.events)
    const joined = known.content === UNREAD ? { ...record, events } : { ...known, events }
    this.#latest = this.#latest.map((one) => (one === known ? joined : one))
  }
}

/** A content that is not known, since only what was told of the act was kept: any may be it. */
export const UNREAD = ''

/** Stages that end an act are of one level: no act has two ends. */
export const levelOf = (rank: number): number => Math.min(rank, FINAL_RANK)

/** The latest stage that findings or counts show. */
export const rankOfEvents = (events: readonly EventRef[]): number =>
  Math.max(0, ...events.map(rankOf))

/** Tells whether two findings show the same. */
export const digestOf = (finding: Finding): string =>
  hash('sha256', JSON.stringify(finding)).slice(0, 32)

const nothing = (key: string, rank: number): ActRecord => ({
  key,
  rank,
  content: UNREAD,
  events: [],
  signals: [],
})

const renumbered = (
  record: ActRecord,
  numberOf: (rule: number) => number | undefined,
): ActRecord => {
  const { counted, ...rest } = record
  const signals = renumberedAll(record.signals, numberOf)
  if (counted === undefined) return { ...rest, signals }
  const rules = renumberedAll(counted.rules, numberOf)
  return rules.length === 0
    ? { ...rest, signals }
    : { ...rest, signals, counted: { ...counted, rules } }
}

const renumberedCount = (
  count: ActCount,
  numberOf: (rule: number) => number | undefined,
): ActCount => ({
  ...count,
  entries: count.entries.map(({ counted, events }) => {
    const rules = renumberedAll(counted.rules, numberOf)
    return { counted: { ...counted, rules }, events }
  }),
})

const renumberedAll = <T extends { readonly rule: number }>(
  answers: readonly T[],
  numberOf: (rule: number) => number | undefined,
): readonly T[] =>
  answers.flatMap((answer) => {
    const rule = numberOf(answer.rule)
    return rule === undefined ? [] : [{ ...answer, rule }]
  })
