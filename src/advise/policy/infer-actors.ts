import type { Level } from '../../model/event.ts'
import { type Act, mostOf, type Seen } from './infer-acts.ts'

/** Who asks, in which namespace, for what, as a rule can say it: all lists with entries hold. */
export interface Condition {
  readonly users: readonly string[]
  readonly userGroups: readonly string[]
  readonly namespaces: readonly string[]
  /** Of the objects. */
  readonly names: readonly string[]
}

/** Requests of an act that are logged at another level than the rest, and what sets them apart. */
export interface Exception {
  readonly condition: Condition
  readonly level: Level
  /** How many different ones were seen. */
  readonly requests: number
}

/** The level of an act, and its exceptions. */
export interface ActLevels {
  readonly level: Level
  readonly exceptions: readonly Exception[]
}

/**
 * The level of an act by who asks, where, and for which object. What nothing sets apart is left to
 * the level that is more frequent: the policy may have changed.
 */
export const levelsOf = ({ seen }: Act): ActLevels => {
  const exceptions: Exception[] = []
  let rest = seen
  for (;;) {
    const levels = [...new Set(rest.map(({ level }) => level))].sort()
    if (levels.length < 2) break
    const [found] = levels
      .flatMap((level) => exceptionsAt(rest, level))
      .sort((a, b) => sizeOf(a.condition) - sizeOf(b.condition) || a.requests - b.requests)
    if (found === undefined) break
    exceptions.push(found)
    rest = rest.filter((one) => one.level !== found.level)
  }
  return { level: mostOf(weightsOf(rest)), exceptions }
}

/** Whether a condition covers a request. */
export const isMet = (condition: Condition, { request, names }: Seen): boolean => {
  const { users, userGroups, namespaces } = condition
  const { user, resource } = request
  if (users.length > 0 && !(user !== undefined && users.includes(user.name))) return false
  if (userGroups.length > 0 && !userGroups.some((one) => user?.groups.includes(one))) return false
  if (namespaces.length > 0 && !namespaces.includes(resource?.namespace ?? NOWHERE)) return false
  return condition.names.length === 0 || condition.names.some((name) => names.has(name))
}

/** No namespace: a request that is not about an object has not even the empty one. */
const NOWHERE = '\u0000'

const NO_CONDITION: Condition = { users: [], userGroups: [], namespaces: [], names: [] }

const sizeOf = ({ users, userGroups, namespaces, names }: Condition): number =>
  users.length + userGroups.length + namespaces.length + names.length

/** By events. */
const weightsOf = (seen: readonly Seen[]): readonly (readonly [Level, number])[] => {
  const weights = new Map<Level, number>()
  for (const { level, counts } of seen) {
    weights.set(level, (weights.get(level) ?? 0) + counts.events)
  }
  return [...weights].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** What tells the requests at a level from all others, by as few traits as possible. */
const exceptionsAt = (seen: readonly Seen[], level: Level): readonly Exception[] => {
  const those = seen.filter((one) => one.level === level)
  const others = seen.filter((one) => one.level !== level)
  const traits = traitsOf(those)
  const pairs = combine(traits, traits)
  for (const conditions of [traits, pairs, combine(pairs, traits)]) {
    const found = conditions
      .map((trait) => ({ ...NO_CONDITION, ...trait }))
      .filter((condition) => !others.some((one) => isMet(condition, one)))
    if (found.length > 0) {
      return found.map((condition) => ({ condition, level, requests: those.length }))
    }
  }
  return []
}

type Traits = Partial<Condition>

/** What all of those have in common; a group, or lists that are not too long. */
const traitsOf = (those: readonly Seen[]): readonly Traits[] => {
  const users = valuesOf(those, ({ request }) => [request.user?.name])
  const namespaces = valuesOf(those, ({ request }) => [request.resource?.namespace])
  const isNamed = !those.some(({ hasMoreNames }) => hasMoreNames)
  const names = isNamed ? valuesOf(those, (one) => [...one.names]) : undefined
  return [
    ...commonGroups(those).map((group) => ({ userGroups: [group] })),
    ...(users === undefined ? [] : [{ users }]),
    ...(namespaces === undefined ? [] : [{ namespaces }]),
    ...(names === undefined ? [] : [{ names }]),
  ]
}

/** Traits of different kinds together. */
const combine = (some: readonly Traits[], others: readonly Traits[]): readonly Traits[] =>
  some.flatMap((one) =>
    others
      .filter((other) => !Object.keys(other).some((kind) => kind in one))
      .map((other) => ({ ...one, ...other })),
  )

const commonGroups = (those: readonly Seen[]): readonly string[] =>
  (those[0]?.request.user?.groups ?? [])
    .filter((group) => those.every(({ request }) => request.user?.groups.includes(group)))
    .slice(0, GROUPS_TRIED)

const GROUPS_TRIED = 8

/** The values of all, in order; undefined where one has none, or there are too many. */
const valuesOf = (
  those: readonly Seen[],
  read: (seen: Seen) => readonly (string | undefined)[],
): readonly string[] | undefined => {
  const values = new Set(those.flatMap(read))
  const texts = [...values].filter((value) => value !== undefined)
  const isListed = texts.length === values.size && texts.length > 0 && texts.length <= LISTED_MAX
  return isListed ? texts.sort() : undefined
}

/** A longer list would only be the log, told again. */
const LISTED_MAX = 20
