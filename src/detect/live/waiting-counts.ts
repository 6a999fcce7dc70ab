import type { ActCount } from './act-count.ts'
import type { Group } from './places.ts'

/** An act that has its place in time, and what it shows as text. */
export interface TimedCount {
  readonly timeUs: number
  readonly count: ActCount
  readonly text: string
  /** The groups where it counts, and where it counted before, if it replaces something. */
  readonly groups: readonly Group[]
}

/** Acts that wait until those before them have come: each once, the last that was said of it. */
export class WaitingCounts {
  readonly #byAct = new Map<string, Waiting>()

  get size(): number {
    return this.#byAct.size
  }

  get(act: string): TimedCount | undefined {
    return this.#byAct.get(act)
  }

  /** One that takes the place of another keeps its time of arrival. */
  put(one: TimedCount, nowUs: number): void {
    const arrivedUs = this.#byAct.get(one.count.act)?.arrivedUs ?? nowUs
    this.#byAct.set(one.count.act, { ...one, arrivedUs })
  }

  /** Takes out those before a time, in its order. */
  take(beforeUs: number): readonly TimedCount[] {
    const taken = this.all().filter(({ timeUs }) => timeUs < beforeUs)
    for (const { count } of taken) this.#byAct.delete(count.act)
    return taken.sort(inOrder)
  }

  /** The latest time of those that arrived before a moment, if it is earlier than another time. */
  latestOf(arrivedBeforeUs: number, earlierThanUs: number): number | undefined {
    let latest: number | undefined
    for (const { timeUs, arrivedUs } of this.#byAct.values()) {
      if (arrivedUs > arrivedBeforeUs || timeUs > earlierThanUs) continue
      if (latest === undefined || timeUs > latest) latest = timeUs
    }
    return latest
  }

  /** The earliest time of all. */
  earliest(): number {
    return this.all().reduce((least, { timeUs }) => Math.min(least, timeUs), Infinity)
  }

  /** The time in the middle: half of them are not later. */
  median(): number {
    const times = Float64Array.from(this.#byAct.values(), ({ timeUs }) => timeUs).sort()
    return times[times.length >> 1] ?? 0
  }

  all(): readonly TimedCount[] {
    return [...this.#byAct.values()]
  }
}

/** In the order of time; at one time in an order that does not depend on how they came. */
export const inOrder = (a: TimedCount, b: TimedCount): number =>
  a.timeUs - b.timeUs || (a.count.act < b.count.act ? -1 : 1)

interface Waiting extends TimedCount {
  readonly arrivedUs: number
}
