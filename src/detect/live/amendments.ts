import { LIMIT } from '../../base/limit.ts'
import type { Amended } from './amended-windows.ts'
import { type Group, groupName } from './places.ts'

/** Which groups have to be judged again, from when and until when. */
export class Amendments {
  readonly #reachesUs: readonly number[]
  readonly #groups = new Map<string, Amended>()
  /** There is something new to judge. */
  isPending = false

  constructor(reachesUs: readonly number[]) {
    this.#reachesUs = reachesUs
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0
  }

  /** The earliest time of what was not judged again yet. */
  get pendingFromUs(): number {
    if (!this.isPending) return Number.POSITIVE_INFINITY
    return least(this.all().map(({ fromUs }) => fromUs))
  }

  /** From when acts have to be read, so that what is found from `fromUs` on is right. */
  get readFromUs(): number {
    return least(this.all().map(({ fromUs, group }) => fromUs - this.#reachUs(group)))
  }

  get readToUs(): number {
    return this.all().reduce((most, { untilUs }) => Math.max(most, untilUs), 0)
  }

  /** Acts of these groups came late, or changed; false: there are too many groups. */
  add(groups: readonly Group[], timeUs: number): boolean {
    if (this.#groups.size + groups.length > LIMIT.liveLateGroupsMax) return false
    for (const group of groups) {
      const name = groupName(group)
      const untilUs = timeUs + this.#reachUs(group)
      const known = this.#groups.get(name)
      if (known === undefined) this.#groups.set(name, { group, fromUs: timeUs, untilUs })
      else {
        known.fromUs = Math.min(known.fromUs, timeUs)
        known.untilUs = Math.max(known.untilUs, untilUs)
      }
    }
    if (groups.length > 0) this.isPending = true
    return true
  }

  /** A group leads up to one of these, and was not counted until now. */
  needsMore(): void {
    this.isPending = true
  }

  has(group: string): boolean {
    return this.#groups.has(group)
  }

  /** Whether what is found of a group at a time is to be judged again. */
  bearsOn(group: string, atUs: number): boolean {
    const amended = this.#groups.get(group)
    return amended !== undefined && atUs >= amended.fromUs
  }

  all(): readonly Amended[] {
    return [...this.#groups.values()]
  }

  correlations(): readonly number[] {
    return [...new Set(this.all().map(({ group }) => group.correlation))]
  }

  /** Nothing is judged again. */
  clear(): void {
    this.#groups.clear()
    this.isPending = false
  }

  /** What was judged again long ago bears on nothing any more. */
  expire(judgedUs: number): void {
    if (this.isPending) return
    for (const [name, { untilUs }] of this.#groups) {
      if (untilUs < judgedUs) this.#groups.delete(name)
    }
  }

  #reachUs({ correlation }: Group): number {
    return this.#reachesUs[correlation] ?? 0
  }
}

const least = (times: readonly number[]): number =>
  times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
