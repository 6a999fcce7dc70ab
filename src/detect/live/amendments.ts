import { LIMIT } from '../../base/limit.ts'
import { YES } from '../../base/truth.ts'
import type { Hit } from '../../sigma/correlate/hit.ts'
import { type Group, groupName } from './places.ts'

/** A group that an act bears on which came late, or changed. */
export interface Amended {
  readonly group: Group
  /** The time of the earliest such act. */
  fromUs: number
  /** Until when it bears on what is found. */
  untilUs: number
}

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
    for (const group of groups) this.#extend(group, timeUs)
    if (groups.length > 0) this.isPending = true
    return true
  }

  /**
   * What a group completes may be completed by another of its acts now: each of them bears on the
   * groups above it. Whether there is one more to judge.
   */
  spread({ timeUs, up, ...group }: Hit): boolean {
    if (up.length === 0 || !this.bearsOn(groupName(group), timeUs)) return false
    const more = up.map((above) => {
      const isMore = this.#extend(above, timeUs)
      return this.spread({ ...above, timeUs, truth: YES, origin: '' }) || isMore
    })
    return more.includes(true)
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

  /** Whether more is to be judged than before: the group, or an earlier time. */
  #extend({ correlation, key }: Group, timeUs: number): boolean {
    const group: Group = { correlation, key }
    const name = groupName(group)
    const untilUs = timeUs + this.#reachUs(group)
    const known = this.#groups.get(name)
    if (known === undefined) {
      this.#groups.set(name, { group, fromUs: timeUs, untilUs })
      return true
    }
    const isEarlier = timeUs < known.fromUs
    known.fromUs = Math.min(known.fromUs, timeUs)
    known.untilUs = Math.max(known.untilUs, untilUs)
    return isEarlier
  }

  #reachUs({ correlation }: Group): number {
    return this.#reachesUs[correlation] ?? 0
  }
}

const least = (times: readonly number[]): number =>
  times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
