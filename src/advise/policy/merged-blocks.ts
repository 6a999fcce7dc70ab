import {
  type AuditPolicy,
  type PolicyRequest,
  type PolicyRule,
  policyRule,
} from '../../kubernetes/audit-policy/policy.ts'
import { compilePolicy } from '../../kubernetes/audit-policy/policy-evaluator.ts'
import { LEVELS } from './needs.ts'
import { inOrder, itemsOf } from './policy-blocks.ts'
import type { RequestKind } from './request-levels.ts'
import { OTHER_TYPE } from './resource-types.ts'
import { revealedAt, type WantedLevel } from './wanted-levels.ts'

/** Whether a policy logs each kind of request at the level that is wanted of it. */
export const servesAll = (policy: AuditPolicy, wanted: readonly WantedLevel[]): boolean => {
  const evaluator = compilePolicy(policy)
  return wanted.every(({ kind, level }) => {
    const decided = evaluator.decide(requestOf(kind)).level
    return decided !== 'None' && LEVELS.indexOf(decided) >= LEVELS.indexOf(level)
  })
}

/**
 * The policy with one rule joined to another one of its level, the one by which the least is logged
 * besides; undefined where there is none, or it would put secrets into the log.
 */
export const mergedInto = (policy: AuditPolicy, index: number): AuditPolicy | undefined => {
  const rule = policy.rules[index]
  if (rule === undefined || !isSpecific(rule)) return undefined
  const partners = policy.rules.flatMap((other, at) => {
    if (at === index || other.level !== rule.level || !isSpecific(other)) return []
    const both = union(rule, other)
    const besides = pairsOf(both).length - pairsOf(rule).length - pairsOf(other).length
    return revealsMore(both, [rule, other]) ? [] : [{ at, both, besides }]
  })
  const [best] = partners.sort((a, b) => a.besides - b.besides)
  if (best === undefined) return undefined
  const rules = policy.rules.with(best.at, best.both).filter((_, at) => at !== index)
  return { ...policy, rules }
}

const requestOf = ({ verb, group, resource }: RequestKind): PolicyRequest => {
  const user = { name: 'alice', groups: ['system:authenticated'] }
  if (resource === '/') return { user, verb, resource: undefined, path: '/some/path' }
  const [name = '', subresource = ''] = resource.split('/')
  const type = {
    group: group === '*' ? OTHER_TYPE.group : group,
    resource: name === '*' ? OTHER_TYPE.resource : name,
  }
  const about = { ...type, subresource, namespace: 'shop', name: 'one' }
  return { user, verb, resource: about, path: '' }
}

/** Of some verbs and named resources. */
const isSpecific = ({ verbs, resources }: PolicyRule): boolean =>
  verbs.length > 0 && resources.length > 0 && resources.every((one) => one.resources.length > 0)

const union = (a: PolicyRule, b: PolicyRule): PolicyRule => {
  const types = new Map(
    [...a.resources, ...b.resources].flatMap(({ group, resources }) =>
      resources.map((resource) => [`${group} ${resource}`, { group, resource }] as const),
    ),
  )
  return policyRule(a.level, {
    verbs: inOrder([...new Set([...a.verbs, ...b.verbs])]),
    resources: itemsOf([...types.values()]),
  })
}

const pairsOf = ({ verbs, resources }: PolicyRule): readonly RequestKind[] =>
  resources.flatMap(({ group, resources: names }) =>
    names.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource }))),
  )

/** Whether secrets come into the log that did not before. */
const revealsMore = (both: PolicyRule, parts: readonly PolicyRule[]): boolean => {
  const revealed = (rule: PolicyRule): number =>
    pairsOf(rule).filter((pair) => {
      const from = revealedAt(pair)
      return from !== undefined && rule.level !== 'None' && isAtLeast(rule.level, from)
    }).length
  return revealed(both) > parts.reduce((sum, part) => sum + revealed(part), 0)
}

const isAtLeast = (level: (typeof LEVELS)[number], from: (typeof LEVELS)[number]): boolean =>
  LEVELS.indexOf(level) >= LEVELS.indexOf(from)
