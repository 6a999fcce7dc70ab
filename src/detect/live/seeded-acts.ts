import { YES } from '../../base/truth.ts'
import type { Finding } from '../../model/finding.ts'
import { type ActRecord, findingId, type Signal } from '../act.ts'
import { withEvents } from '../act-events.ts'
import type { ActCount } from './act-count.ts'
import { digestOf, LiveAct, rankOfEvents, UNREAD } from './live-act.ts'

/**
 * Makes acts again of what was told of them. Of one with two contents nothing is made: that its
 * events are known is all that a later copy has to be told.
 */
export class SeededActs {
  readonly #numbers: ReadonlyMap<string, number>
  readonly #acts = new Map<string, Seeded>()

  /** The numbers of rules by their ids. */
  constructor(numbers: ReadonlyMap<string, number>) {
    this.#numbers = numbers
  }

  addFinding(finding: Finding, act: string): void {
    const rule = this.#numbers.get(finding.rule.id)
    if (rule === undefined || finding.id !== findingId(finding.rule.id, act)) return
    const seeded = this.#of(act)
    seeded.findings.push({ rule, truth: YES, reasons: [], finding })
  }

  addCount(count: ActCount): void {
    if (count.entries.length === 1) this.#of(count.act).count = count
  }

  *made(): Generator<LiveAct, undefined> {
    for (const [key, seeded] of this.#acts) {
      const act = new LiveAct(recordOf(key, seeded), false)
      act.counted = seeded.count
      for (const { finding } of seeded.findings) {
        if (finding !== undefined) act.told.set(finding.id, digestOf(finding))
      }
      yield act
    }
  }

  #of(key: string): Seeded {
    const known = this.#acts.get(key)
    if (known !== undefined) return known
    const seeded: Seeded = { findings: [], count: undefined }
    this.#acts.set(key, seeded)
    return seeded
  }
}

interface Seeded {
  readonly findings: Signal[]
  count: ActCount | undefined
}

const recordOf = (key: string, { findings, count }: Seeded): ActRecord => {
  const [entry] = count?.entries ?? []
  const shown = findings.flatMap(({ finding }) => finding?.events ?? [])
  const events = withEvents(shown, entry?.events ?? [])
  const found = new Set(findings.map(({ rule }) => rule))
  const rules = entry?.counted.rules.filter(({ rule }) => !found.has(rule)) ?? []
  const signals = [...findings, ...rules.map((rule): Signal => ({ ...rule, finding: undefined }))]
  const record = { key, rank: rankOfEvents(events), content: UNREAD, events, signals }
  return entry === undefined ? record : { ...record, counted: entry.counted }
}
