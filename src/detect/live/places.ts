import type { ChainedPlace, Hit } from '../../sigma/correlate/hit.ts'
import type { CompiledCorrelation } from '../compile.ts'
import type { CorrelationFeeds } from '../feeds.ts'
import type { ActCount } from './act-count.ts'

/** A group of a correlation. */
export type Group = Pick<ChainedPlace, 'correlation' | 'key'>

/** One text for a group. */
export const groupName = ({ correlation, key }: Group): string => `${correlation} ${key}`

/** A number of 32 bits for a group: not its own, but few share it. */
export const groupTag = ({ correlation, key }: Group): number =>
  (Number.parseInt(key.slice(0, 8), 16) ^ Math.imul(correlation + 1, 0x9e3779b1)) >>> 0

/** The hits of an act, in all its contents. */
export const hitsOfCount = (feeds: CorrelationFeeds, { entries }: ActCount): readonly Hit[] =>
  entries.flatMap(({ counted }) => feeds.hitsOf(counted))

/** The groups where an act counts, and those that it may reach, each once. */
export const groupsOfCount = (feeds: CorrelationFeeds, count: ActCount): readonly Group[] => {
  const all = hitsOfCount(feeds, count).flatMap(groupsAbove)
  const groups = all.map(({ correlation, key }): Group => ({ correlation, key }))
  return [...new Map(groups.map((group) => [groupName(group), group])).values()]
}

/** The group of a hit, and those that it may reach through chained correlations. */
export const groupsAbove = (place: Group & { readonly up: readonly ChainedPlace[] }): Group[] => [
  place,
  ...place.up.flatMap(groupsAbove),
]

/**
 * How far one hit bears, in µs, for each correlation: earlier and later than that, windows and
 * episodes are the same with it and without it. Twice the timespan, since an episode ends a
 * timespan after its last window; chained correlations add theirs.
 */
export const reachesOf = (correlations: readonly CompiledCorrelation[]): readonly number[] => {
  const reaches = new Map<string, number>()
  return correlations.map(({ plan }) => {
    const keptUs = plan.spanUs + plan.spanUs / 32 + 1
    const below = plan.slots.map(({ rule, chained }) => (chained ? (reaches.get(rule) ?? 0) : 0))
    const reach = Math.ceil(2 * keptUs + Math.max(0, ...below))
    reaches.set(plan.id, reach)
    return reach
  })
}

/** How far the answers of each rule bear that counts somewhere, by its id. */
export const reachesOfRules = (
  correlations: readonly CompiledCorrelation[],
): ReadonlyMap<string, number> => {
  const reachesUs = reachesOf(correlations)
  const byRule = new Map<string, number>()
  const raise = (id: string, reachUs: number): void => {
    byRule.set(id, Math.max(byRule.get(id) ?? 0, reachUs))
    const below = correlations.find(({ plan }) => plan.id === id)?.plan.slots ?? []
    for (const { rule } of below) raise(rule, reachUs)
  }
  for (const [at, { plan }] of correlations.entries()) raise(plan.id, reachesUs[at] ?? 0)
  for (const { plan } of correlations) byRule.delete(plan.id)
  return byRule
}
