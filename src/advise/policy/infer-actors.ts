import type { Level } from '../../model/event.ts'
import { type Act, mostOf, type Seen } from './infer-acts.ts'

/** Who asks, or in which namespace, as a rule can say it. One list has entries. */
export interface Condition {
  readonly users: readonly string[]
  readonly userGroups: readonly string[]
  readonly namespaces: readonly string[]
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
 * The level of an act by who asks and where. What nothing sets apart is left to the level that is
 * more frequent: the policy may go by the object's name, or have changed.
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
export const isMet = ({ users, userGroups, namespaces }: Condition, { request }: Seen): boolean => {
  const { user, resource } = request
  if (userGroups.length > 0) return userGroups.some((one) => user?.groups.includes(one))
  if (users.length > 0) return user !== undefined && users.includes(user.name)
  return resource !== undefined && namespaces.includes(resource.namespace)
}

const NO_CONDITION: Condition = { users: [], userGroups: [], namespaces: [] }

const sizeOf = ({ users, userGroups, namespaces }: Condition): number =>
  users.length + userGroups.length + namespaces.length

const weightsOf = (seen: readonly Seen[]): readonly (readonly [Level, number])[] => {
  const weights = new Map<Level, number>()
  for (const { level } of seen) weights.set(level, (weights.get(level) ?? 0) + 1)
  return [...weights].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** What tells the requests at a level from all others, in as few words as possible. */
const exceptionsAt = (seen: readonly Seen[], level: Level): readonly Exception[] => {
  const those = seen.filter((one) => one.level === level)
  const others = seen.filter((one) => one.level !== level)
  const group = commonGroup(those, others)
  const users = apart(those, others, ({ request }) => request.user?.name)
  const namespaces = apart(those, others, ({ request }) => request.resource?.namespace)
  return [
    ...(group === undefined ? [] : [{ ...NO_CONDITION, userGroups: [group] }]),
    ...(users === undefined ? [] : [{ ...NO_CONDITION, users }]),
    ...(namespaces === undefined ? [] : [{ ...NO_CONDITION, namespaces }]),
  ].map((condition) => ({ condition, level, requests: those.length }))
}

/** A group that all of those have, and none of the others. */
const commonGroup = (those: readonly Seen[], others: readonly Seen[]): string | undefined => {
  const taken = new Set(others.flatMap(({ request }) => request.user?.groups ?? []))
  return those[0]?.request.user?.groups.find(
    (group) =>
      !taken.has(group) && those.every(({ request }) => request.user?.groups.includes(group)),
  )
}

/** The values of those, if they are few, and none of the others has one of them. */
const apart = (
  those: readonly Seen[],
  others: readonly Seen[],
  read: (seen: Seen) => string | undefined,
): readonly string[] | undefined => {
  const values = new Set(those.map(read))
  if (values.size > LISTED_MAX || others.some((one) => values.has(read(one)))) return undefined
  const texts = [...values].filter((value) => value !== undefined)
  return texts.length === values.size ? texts.sort() : undefined
}

/** A longer list would only be the log, told again. */
const LISTED_MAX = 20
