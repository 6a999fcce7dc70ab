import type { PolicyRequest } from '../policy.ts'
import {
  ANONYMOUS,
  type Breadth,
  EVERYBODY,
  isCalled,
  isPossibleUser,
} from '../possible-request.ts'
import { type Choice, choicesOf } from './choices.ts'
import type { Effort } from './effort.ts'
import { fresh } from './fresh.ts'
import { type ReadyRule, takesName, takesUser } from './ready-rule.ts'

type User = PolicyRequest['user']
type Groups = readonly string[]

/**
 * Users enough to decide whether one exists whom all of `match` take and none of `avoid` does. More
 * groups than are asked for never help, nor does a name that a rule mentions where any will do; and
 * where nothing is asked of the user, no user at all is best. Undefined when the effort ended.
 */
export const userChoices = (
  match: readonly ReadyRule[],
  avoid: readonly ReadyRule[],
  breadth: Breadth,
  effort: Effort,
): readonly Choice<User>[] | undefined => {
  const names = choicesOf(namesFor(match, avoid, breadth), avoid, takesName, effort)
  const asked = match.filter(({ rule }) => rule.userGroups.length > 0)
  const everybody = breadth === 'existing' ? [undefined] : []
  const groups = groupsFor([...asked, ...everybody], avoid, breadth, effort)
  if (names === undefined || groups === undefined) return undefined
  if (!effort.spend(names.length * groups.length)) return undefined
  const users: readonly User[] = [
    ...names.flatMap(({ value: name }) => groups.map((given) => ({ name, groups: given }))),
    // Of such a user the groups are given.
    { name: ANONYMOUS, groups: ['system:unauthenticated'] },
    undefined,
  ]
  const possible = users.filter(
    (user) =>
      match.every((rule) => takesUser(rule, user)) &&
      (user === undefined || isPossibleUser(user, breadth)),
  )
  return choicesOf(possible, avoid, takesUser, effort)
}

const namesFor = (
  match: readonly ReadyRule[],
  avoid: readonly ReadyRule[],
  breadth: Breadth,
): readonly string[] => {
  const [first, ...others] = match.filter(({ rule }) => rule.users.length > 0)
  if (first === undefined) {
    return [fresh(['alice', 'bob', 'carol'], (name) => avoid.some(({ users }) => users.has(name)))]
  }
  return [...first.users].filter(
    (name) =>
      (breadth === 'any' || name !== ANONYMOUS) &&
      (breadth === 'any' || isCalled(name)) &&
      others.every((rule) => takesName(rule, name)),
  )
}

/**
 * Sets of groups, as small as may be, of which each rule has one; undefined stands for the groups
 * that everybody has one of.
 */
const groupsFor = (
  match: readonly (ReadyRule | undefined)[],
  avoid: readonly ReadyRule[],
  breadth: Breadth,
  effort: Effort,
): readonly Groups[] | undefined => {
  let sets: readonly Groups[] = [[]]
  for (const rule of match) {
    const groups =
      rule === undefined
        ? EVERYBODY
        : [...rule.userGroups].filter((group) => breadth === 'any' || isCalled(group))
    if (!effort.spend(sets.length * groups.length)) return undefined
    const grown = sets.flatMap((set) =>
      groups.map((group) => (set.includes(group) ? set : [...set, group])),
    )
    const best = choicesOf(grown, avoid, takesGroups, effort)
    if (best === undefined) return undefined
    sets = best.map(({ value }) => value)
  }
  return sets
}

const takesGroups = ({ rule, userGroups }: ReadyRule, groups: Groups): boolean =>
  rule.userGroups.length === 0 || groups.some((group) => userGroups.has(group))
