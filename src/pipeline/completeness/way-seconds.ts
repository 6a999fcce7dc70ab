import { LIMIT } from '../../base/limit.ts'
import type { SecondCount } from '../../model/source-health.ts'

/** How many events came by one way, by the second of their stage, over the last hour. */
export class WaySeconds {
  readonly #seconds = new Map<number, SecondCount>()
  #first: number | undefined
  #last = Number.NEGATIVE_INFINITY

  /** Of the first event ever seen; undefined: none was. */
  get first(): number | undefined {
    return this.#first
  }

  /** Of the latest event. */
  get last(): number {
    return this.#last
  }

  /** Takes what arrived in that second. Times far from it are made up, and count nowhere. */
  add(counts: readonly SecondCount[], arrived: number): void {
    for (const { second, events, sum } of counts) {
      if (second > arrived + AHEAD_MAX || second < arrived - BEHIND_MAX) continue
      const known = this.#seconds.get(second)
      this.#seconds.set(second, {
        second,
        events: (known?.events ?? 0) + events,
        sum: (known?.sum ?? 0) + sum,
      })
      this.#first = Math.min(this.#first ?? second, second)
      this.#last = Math.max(this.#last, second)
    }
    if (this.#seconds.size > LIMIT.waySecondsMax) this.#forget()
  }

  at(second: number): Pick<SecondCount, 'events' | 'sum'> {
    return this.#seconds.get(second) ?? NOTHING
  }

  /** Events of the seconds from one up to, and not with, another. */
  between(from: number, to: number): number {
    let events = 0
    for (let second = from; second < to; second++) events += this.at(second).events
    return events
  }

  /** Before this second nothing is remembered any more. */
  get since(): number {
    return this.#last - LIMIT.waySecondsMax / 2
  }

  /** What is far from the latest second goes; of what is read late the oldest. */
  #forget(): void {
    for (const second of this.#seconds.keys()) {
      if (second < this.since) this.#seconds.delete(second)
    }
    if (this.#seconds.size <= LIMIT.waySecondsMax) return
    const oldest = [...this.#seconds.keys()].sort((a, b) => a - b)
    for (const second of oldest.slice(0, oldest.length - LIMIT.waySecondsMax)) {
      this.#seconds.delete(second)
    }
  }
}

const NOTHING = { events: 0, sum: 0 }

/** Seconds: of a clock that is wrong, and of a log that is read late. */
const AHEAD_MAX = 600
const BEHIND_MAX = 7 * 86_400
