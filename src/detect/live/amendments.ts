import { LIMIT } from '../../base/limit.ts'
import { YES } from '../../base/truth.ts'
import type { Hit } from '../../sigma/correlate/hit.ts'
import { type Group, groupName } from './places.ts'

/** A group that has to be judged again. */
export interface Amendment {
  readonly group: Group
  /** The time of the earliest act that came late, or changed. */
  fromUs: number
}

/** Which groups have to be judged again, and from when. */
export class Amendments {
  readonly #reachesUs: readonly number[]
  readonly #groups = new Map<string, Amendment>()

  /** How far a hit bears, by correlation: see `reachesOf`. */
  constructor(reachesUs: readonly number[]) {
    this.#reachesUs = reachesUs
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0
  }

  /** The earliest time of what is to be judged again. */
  get fromUs(): number {
    return least(this.all().map(({ fromUs }) => fromUs))
  }

  /** From when acts have to be read, so that what is found from `fromUs` on is right. */
  get readFromUs(): number {
    return least(
      this.all().map(({ fromUs, group }) => fromUs - (this.#reachesUs[group.correlation] ?? 0)),
    )
  }

  /** Whether acts are at hand from so far back, by correlation. */
  isCovered(coversFromUs: (correlation: number) => number): boolean {
    return this.all().every(({ fromUs, group: { correlation } }) => {
      return fromUs - (this.#reachesUs[correlation] ?? 0) >= coversFromUs(correlation)
    })
  }

  /** Acts of these groups came late, or changed; false: there are too many groups. */
  add(groups: readonly Group[], timeUs: number): boolean {
    if (this.#groups.size + groups.length > LIMIT.liveLateGroupsMax) return false
    for (const group of groups) this.#extend(group, timeUs)
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

  has(group: string): boolean {
    return this.#groups.has(group)
  }

  /** Whether what is found of a group at a time is to be judged again. */
  bearsOn(group: string, atUs: number): boolean {
    const amended = this.#groups.get(group)
    return amended !== undefined && atUs >= amended.fromUs
  }

  all(): readonly Amendment[] {
    return [...this.#groups.values()]
  }

  correlations(): readonly number[] {
    return [...new Set(this.all().map(({ group }) => group.correlation))]
  }

  /** Whether more is to be judged than before: the group, or an earlier time. */
  #extend({ correlation, key }: Group, timeUs: number): boolean {
    const group: Group = { correlation, key }
    const name = groupName(group)
    const known = this.#groups.get(name)
    if (known === undefined) this.#groups.set(name, { group, fromUs: timeUs })
    else if (timeUs < known.fromUs) known.fromUs = timeUs
    else return false
    return true
  }
}

const least = (times: readonly number[]): number =>
  times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
