import { LIMIT } from '../../base/limit.ts'
import type { AuditPolicy, PolicyRequest } from '../../kubernetes/audit-policy/policy.ts'
import { fresh } from '../../kubernetes/audit-policy/region/fresh.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import type { Plan } from '../../sigma/plan/plan.ts'
import { textsOf } from './request-kinds.ts'

/** Someone who stands for all whom a policy and the rules do not tell apart from them. */
export interface Actor {
  /** Undefined: whose authentication failed. */
  readonly user: PolicyRequest['user']
  /** Who they are, for people: `alice`, or `any other ServiceAccount`. */
  readonly who: string
}

/** Actors, and how many more the policy names than are looked at. */
export interface Actors {
  readonly actors: readonly Actor[]
  readonly leftOut: number
}

/**
 * One actor of each kind that the policy does not name, and everybody whom the policy or the rules
 * name, alone or by a group.
 */
export const actorsFor = (policy: AuditPolicy, plans: readonly Plan[]): Actors => {
  const users = new Set(policy.rules.flatMap((rule) => rule.users))
  const groups = new Set(policy.rules.flatMap((rule) => rule.userGroups))
  const named = [
    ...[...users].map((name) => ({ user: userNamed(name), who: name })),
    ...[...groups].flatMap((group) => memberOf(group, users)),
  ]
  const isTaken = (text: string): boolean =>
    users.has(text) || [...groups].some((group) => group.includes(text))
  const ofRules = plans.flatMap((plan) => namedBy(plan, isTaken))
  const all = [
    ...OTHERS.map((other) => other(isTaken)),
    ...ofRules,
    ...named.slice(0, LIMIT.coverageUsersMax),
  ]
  const unique = new Map(
    all.toReversed().map((actor) => [JSON.stringify(actor.user ?? null), actor]),
  )
  return {
    actors: [...unique.values()].reverse(),
    leftOut: Math.max(0, named.length - LIMIT.coverageUsersMax),
  }
}

/** A user with the groups that an API server gives to one of that name. */
export const userNamed = (name: string): NonNullable<PolicyRequest['user']> => {
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name) ?? []
  if (namespace !== undefined) {
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, KNOWN]
    return { name, groups }
  }
  if (name === ANONYMOUS) return { name, groups: ['system:unauthenticated'] }
  return { name, groups: name.startsWith('system:node:') ? ['system:nodes', KNOWN] : [KNOWN] }
}

const KNOWN = 'system:authenticated'
const ANONYMOUS = 'system:anonymous'

type IsTaken = (text: string) => boolean

/** Whoever is not named, by what kind of identity they have. */
const OTHERS: readonly ((isTaken: IsTaken) => Actor)[] = [
  (isTaken) => person(isTaken, [], 'anybody else'),
  (isTaken) => ({ user: account(isTaken), who: 'any other ServiceAccount' }),
  (isTaken) => ({
    user: userNamed(fresh(['system:node:worker-1', 'system:node:worker-2'], isTaken)),
    who: 'any other node',
  }),
  (isTaken) => person(isTaken, ['system:masters'], 'a member of system:masters'),
  () => ({ user: userNamed(ANONYMOUS), who: ANONYMOUS }),
  () => ({ user: undefined, who: 'whose authentication fails' }),
]

const person = (isTaken: IsTaken, groups: readonly string[], who: string): Actor => {
  const name = fresh(['alice', 'bob', 'carol'], isTaken)
  return { user: { name, groups: [...groups, KNOWN] }, who }
}

const account = (isTaken: IsTaken): NonNullable<PolicyRequest['user']> =>
  userNamed(`system:serviceaccount:${fresh(['shop', 'team-a', 'team-b'], isTaken)}:default`)

const memberOf = (group: string, users: ReadonlySet<string>): readonly Actor[] => {
  const isTaken = (text: string): boolean => users.has(text)
  const [, namespace] = /^system:serviceaccounts:([^:]+)$/.exec(group) ?? []
  const who = `a member of ${group}`
  if (namespace !== undefined) {
    const names = ['default', 'app', 'worker'].map((one) => accountName(namespace, one))
    return [{ user: userNamed(fresh(names, isTaken)), who }]
  }
  // Who is of these kinds stands among the others.
  if (KINDS.has(group)) return []
  return [person(isTaken, [group], who)]
}

const accountName = (namespace: string, name: string): string =>
  `system:serviceaccount:${namespace}:${name}`

const KINDS: ReadonlySet<string> = new Set([
  ...['system:serviceaccounts', 'system:nodes', 'system:masters'],
  ...['system:authenticated', 'system:unauthenticated'],
])

/** Whom a rule asks for by name, by how the name begins, or by a group. */
const namedBy = (plan: Plan, isTaken: IsTaken): readonly Actor[] => {
  const names = ['user.username', 'actor.name'].flatMap((field) => textsOf(plan, field))
  const groups = ['user.groups', 'actor.groups'].flatMap((field) => textsOf(plan, field))
  const prefixes = leaves(plan).flatMap(({ field, test }) =>
    (field === 'user.username' || field === 'actor.name') && test.kind === 'startswith'
      ? [test.text]
      : [],
  )
  return [
    ...names.filter((name) => name !== '').map((name) => ({ user: userNamed(name), who: name })),
    ...groups.map((group) => person(isTaken, [group], `a member of ${group}`)),
    ...prefixes
      .filter((prefix) => !prefix.startsWith('system:'))
      .map((prefix) => ({ user: userNamed(`${prefix}x`), who: `${prefix}…` })),
  ]
}
