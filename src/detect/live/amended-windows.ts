import { Correlator } from '../../sigma/correlate/correlator.ts'
import type { ChainedPlace, CorrelationVerdict, Hit } from '../../sigma/correlate/hit.ts'
import type { CompiledCorrelation } from '../compile.ts'
import type { CorrelationFeeds } from '../feeds.ts'
import type { ActCount } from './act-count.ts'
import type { Amendments } from './amendments.ts'
import { type Group, groupName, groupsAbove, hitsOfCount } from './places.ts'

/** Gives what was last said of the acts that count in some groups, in the order of time. */
export type ReadActs = (groups: readonly Group[]) => readonly ActCount[]

/**
 * The windows of groups whose acts did not come in the order of time, judged once more from the acts
 * themselves, beside the windows of all others. It goes on with the acts that come.
 */
export class AmendedWindows {
  readonly #correlator: Correlator
  /** The groups that it counts: those that are amended, and all that lead up to them. */
  readonly #groups: ReadonlyMap<string, Group>
  /** Acts that were read to make it. */
  readonly actsRead: number

  constructor(
    amendments: Amendments,
    correlations: readonly CompiledCorrelation[],
    feeds: CorrelationFeeds,
    read: ReadActs,
    options: {
      readonly bytesMax: number
      readonly onVerdict: (verdict: CorrelationVerdict) => void
    },
  ) {
    const { groups, acts } = closureOf(amendments, feeds, read)
    this.#groups = groups
    this.actsRead = acts.length
    this.#correlator = new Correlator(
      correlations.map(({ plan }) => plan),
      options.onVerdict,
      { bytesMax: options.bytesMax },
    )
    for (const act of acts) for (const hit of hitsOfCount(feeds, act)) this.observe(hit)
  }

  /** Takes a hit if it counts here; whether it does. */
  observe(hit: Hit): boolean {
    if (!this.#groups.has(groupName(hit))) return false
    this.#correlator.observe(hit)
    return true
  }

  /** Says that all hits before a time have been observed. */
  advance(timeUs: number): void {
    this.#correlator.advance(timeUs)
  }
}

interface Closure {
  readonly groups: ReadonlyMap<string, Group>
  readonly acts: readonly ActCount[]
}

/**
 * The groups that lead up to those that are amended are found in the acts that count in them, and so
 * are those above, which are amended with them.
 */
const closureOf = (amendments: Amendments, feeds: CorrelationFeeds, read: ReadActs): Closure => {
  const groups = new Map<string, Group>()
  for (;;) {
    for (const { group } of amendments.all()) groups.set(groupName(group), group)
    const acts = read([...groups.values()])
    const before = groups.size
    let isMore = false
    for (const hit of acts.flatMap((act) => hitsOfCount(feeds, act))) {
      isMore = amendments.spread(hit) || isMore
      addLeading(hit, groups)
    }
    if (!isMore && groups.size === before) return { groups, acts }
  }
}

const addLeading = (
  place: Group & { readonly up: readonly ChainedPlace[] },
  to: Map<string, Group>,
): void => {
  for (const above of place.up) addLeading(above, to)
  const isLeading = place.up.some((above) =>
    groupsAbove(above).some((one) => to.has(groupName(one))),
  )
  if (isLeading) to.set(groupName(place), { correlation: place.correlation, key: place.key })
}
