import { Correlator } from '../../sigma/correlate/correlator.ts'
import type { ChainedPlace, CorrelationVerdict, Hit } from '../../sigma/correlate/hit.ts'
import type { CompiledCorrelation } from '../compile.ts'
import type { CorrelationFeeds } from '../feeds.ts'
import type { ActCount } from './act-count.ts'
import type { Amendments } from './amendments.ts'
import { type Group, groupName, groupsAbove, hitsOfCount } from './places.ts'

/** Gives what was last said of the acts that count in some groups, in the order of time. */
export type ReadActs = (groups: readonly Group[]) => readonly ActCount[]

/** What came of judging groups once more. */
export interface Amended {
  /** What their correlations began. */
  readonly verdicts: readonly CorrelationVerdict[]
  /** The hits of each group, by its name: those of one time together. */
  readonly instants: ReadonlyMap<string, readonly (readonly Hit[])[]>
  readonly actsRead: number
}

/**
 * Judges groups once more whose acts did not come in the order of time, from the acts themselves
 * and up to a time, beside the windows of all others.
 */
export const judgeAgain = (
  amendments: Amendments,
  correlations: readonly CompiledCorrelation[],
  feeds: CorrelationFeeds,
  read: ReadActs,
  options: { readonly upToUs: number; readonly bytesMax: number },
): Amended => {
  const { groups, acts } = closureOf(amendments, feeds, read)
  const verdicts: CorrelationVerdict[] = []
  const instants = new Map<string, (readonly Hit[])[]>()
  const correlator = new Correlator(
    correlations.map(({ plan }) => plan),
    (verdict) => {
      if (amendments.bearsOn(groupName(verdict), verdict.atUs)) verdicts.push(verdict)
    },
    {
      bytesMax: options.bytesMax,
      onJudged: (_correlation, hits) => {
        const [hit] = hits
        const name = hit === undefined ? '' : groupName(hit)
        if (!amendments.has(name)) return
        const own = instants.get(name)
        if (own === undefined) instants.set(name, [[...hits]])
        else own.push([...hits])
      },
    },
  )
  for (const act of acts) {
    const hits = hitsOfCount(feeds, act).filter((hit) => groups.has(groupName(hit)))
    for (const hit of hits) correlator.observe(hit)
  }
  correlator.advance(options.upToUs)
  return { verdicts, instants, actsRead: acts.length }
}

interface Closure {
  /** The groups that are amended, and all that lead up to them, by their names. */
  readonly groups: ReadonlyMap<string, Group>
  readonly acts: readonly ActCount[]
}

/**
 * The groups that lead up to those that are amended are found in the acts that count in them, and
 * so are those above, which are amended with them.
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
  const reached = place.up.flatMap(groupsAbove)
  if (!reached.some((one) => to.has(groupName(one)))) return
  to.set(groupName(place), { correlation: place.correlation, key: place.key })
}
