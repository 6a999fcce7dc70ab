import { evaluate } from '../../../kubernetes/audit-policy/evaluate.ts'
import {
  type PolicyRequest,
  type PolicyRule,
  policyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { ANONYMOUS } from '../../../kubernetes/audit-policy/possible-request.ts'
import { RESOURCE_VERBS } from '../../../kubernetes/known-types/parse-type.ts'
import { describeRequest } from './describe-rule.ts'
import { type FoundLint, type LintContext, lint } from './lint-context.ts'

/**
 * A rule that earlier ones leave nothing of but odd requests: such with a verb that no client
 * sends, or of users without the groups that an API server gives them. It says something else than
 * the rule that decides what it is for.
 */
export const hardlyReached = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
): readonly FoundLint[] => {
  const before = context.before(rule, index)
  if (before.length === 0 || before.some((one) => context.hasDropped(context.rules.indexOf(one)))) {
    return []
  }
  let example: PolicyRequest | undefined
  for (const ordinary of ordinaryOf(rule)) {
    if (!context.afford(before.length + 1)) return []
    if (context.find([rule, ...ordinary], before) !== undefined) return []
    const alone = example ?? context.find([rule, ...ordinary], [])
    if (alone === 'unknown') return []
    example = alone
  }
  const by = example && evaluate(context.policy, example)
  if (example === undefined || by === undefined || by.level === rule.level) return []
  return [
    lint({
      code: 'policy-lint/hardly-reached',
      message: 'only odd requests reach the rule: earlier ones decide all others that it matches',
      at: context.at('rules', index),
      rule: index,
      effect: `The API server logs ${describeRequest(example)} at ${by.level}, as ${context.name(by.rule)} says, not at ${rule.level}.`,
      example,
    }),
  ]
}

/** What ordinary requests of a rule have, each as rules that match them all at once. */
function* ordinaryOf(rule: PolicyRule): Generator<readonly PolicyRule[]> {
  for (const who of peopleOf(rule)) {
    yield [policyRule('None', { verbs: RESOURCE_VERBS, resources: ANY_OBJECT }), ...who]
    yield [policyRule('None', { verbs: METHODS, nonResourceURLs: ['*'] }), ...who]
  }
}

const ANY_OBJECT = [{ group: '*', resources: ['*'], resourceNames: [] }]
const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options']

/** Those whom a rule is about, each with all groups that an API server gives to such a user. */
const peopleOf = ({ users, userGroups }: PolicyRule): readonly (readonly PolicyRule[])[] => {
  const inGroups = (groups: readonly string[]): readonly PolicyRule[] =>
    groups.map((group) => policyRule('None', { userGroups: [group] }))
  if (users.length > 0) {
    return users.map((user) => [policyRule('None', { users: [user] }), ...inGroups(groupsOf(user))])
  }
  const groups = userGroups.length > 0 ? userGroups : [AUTHENTICATED, UNAUTHENTICATED]
  return groups.map((group) => inGroups([...new Set([group, ...groupsWith(group)])]))
}

const AUTHENTICATED = 'system:authenticated'
const UNAUTHENTICATED = 'system:unauthenticated'
const SERVICE_ACCOUNTS = 'system:serviceaccounts'

/** Upstream: kubernetes/apiserver pkg/authentication/serviceaccount, MakeGroupNames. */
const groupsOf = (user: string): readonly string[] => {
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user)?.[1]
  if (namespace !== undefined) {
    return [AUTHENTICATED, SERVICE_ACCOUNTS, `${SERVICE_ACCOUNTS}:${namespace}`]
  }
  if (user.startsWith('system:node:')) return [AUTHENTICATED, 'system:nodes']
  return [user === ANONYMOUS ? UNAUTHENTICATED : AUTHENTICATED]
}

const groupsWith = (group: string): readonly string[] => {
  if (group === UNAUTHENTICATED) return []
  return group.startsWith(`${SERVICE_ACCOUNTS}:`)
    ? [AUTHENTICATED, SERVICE_ACCOUNTS]
    : [AUTHENTICATED]
}
