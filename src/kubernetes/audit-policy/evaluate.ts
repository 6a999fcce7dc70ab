import type { Stage } from '../../model/event.ts'
import {
  type AuditPolicy,
  type GroupResources,
  POLICY_STAGES,
  type PolicyDecision,
  type PolicyRequest,
  type PolicyRule,
  type RequestedResource,
} from './policy.ts'

/**
 * What a policy says of a request, rule by rule: the slow and obvious way.
 * Upstream: kubernetes/apiserver pkg/audit/policy/checker.go, EvaluatePolicyRule.
 */
export const evaluate = (policy: AuditPolicy, request: PolicyRequest): PolicyDecision => {
  const index = policy.rules.findIndex((rule) => ruleMatches(rule, request))
  return decisionOf(policy, index)
}

/** What the policy says of a request of which this rule is the first to match; -1: none does. */
export const decisionOf = (policy: AuditPolicy, index: number): PolicyDecision => {
  const rule = policy.rules[index]
  const omitted = new Set<Stage>([...policy.omitStages, ...(rule?.omitStages ?? [])])
  return {
    level: rule?.level ?? 'None',
    omitStages: POLICY_STAGES.filter((stage) => omitted.has(stage)),
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields,
    rule: index,
  }
}

/** Whether a rule matches a request. Upstream: the same file, ruleMatches. */
export const ruleMatches = (rule: PolicyRule, request: PolicyRequest): boolean => {
  const { user, verb, resource, path } = request
  if (!holds(rule.users, user?.name)) return false
  if (rule.userGroups.length > 0 && !rule.userGroups.some((one) => user?.groups.includes(one))) {
    return false
  }
  if (!holds(rule.verbs, verb)) return false
  if (rule.namespaces.length > 0 || rule.resources.length > 0) {
    return resource !== undefined && resourceMatches(rule, resource)
  }
  if (rule.nonResourceURLs.length === 0) return true
  return resource === undefined && rule.nonResourceURLs.some((url) => pathMatches(url, path))
}

/** Whether a pattern of `nonResourceURLs` covers a path. Upstream: the same file, pathMatches. */
export const pathMatches = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.endsWith('*') && path.startsWith(withoutStars(pattern)))

/** A pattern without the stars at its end, all of them: see the case `stars-at-the-end-are-one`. */
export const withoutStars = (pattern: string): string => {
  let end = pattern.length
  while (end > 0 && pattern.charAt(end - 1) === '*') end--
  return pattern.slice(0, end)
}

const holds = (listed: readonly string[], text: string | undefined): boolean =>
  listed.length === 0 || (text !== undefined && listed.includes(text))

/** Upstream: the same file, ruleMatchesResource. */
const resourceMatches = (rule: PolicyRule, resource: RequestedResource): boolean =>
  holds(rule.namespaces, resource.namespace) &&
  (rule.resources.length === 0 || rule.resources.some((item) => itemMatches(item, resource)))

/** Whether an item of `resources` covers an object. */
export const itemMatches = (item: GroupResources, resource: RequestedResource): boolean => {
  if (!groupMatches(item, resource)) return false
  if (item.resources.length === 0) return true
  return (
    holds(item.resourceNames, resource.name) &&
    item.resources.some((pattern) => patternMatches(pattern, resource))
  )
}

/** Whether an item of `resources` is about the API group of an object. */
export const groupMatches = (
  item: GroupResources,
  { group }: Pick<RequestedResource, 'group'>,
): boolean => item.group === '*' || item.group === group

/** Whether a pattern of `resources` covers a resource and subresource. */
export const patternMatches = (
  pattern: string,
  { resource, subresource }: Pick<RequestedResource, 'resource' | 'subresource'>,
): boolean => {
  if (pattern === '*') return true
  const combined = subresource === '' ? resource : `${resource}/${subresource}`
  if (pattern === combined) return true
  if (subresource !== '' && pattern === `*/${subresource}`) return true
  return pattern === `${resource}/*`
}
