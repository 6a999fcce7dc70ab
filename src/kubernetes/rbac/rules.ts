import type { GrantRule } from '../../model/facts.ts'

/** One rule of a role as it stands, all of it known. */
export type PolicyRule = { readonly [Part in keyof GrantRule]?: readonly string[] | undefined }

/** What is asked of the authorizer; a request without `path` is about objects. Absent is empty. */
export interface Asked {
  readonly verb: string
  readonly apiGroup?: string | undefined
  readonly resource?: string | undefined
  readonly subresource?: string | undefined
  readonly name?: string | undefined
  readonly path?: string | undefined
}

/**
 * Whether a rule allows a request.
 * Upstream: kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac/rbac.go, RuleAllows.
 */
export const ruleAllows = (rule: PolicyRule, asked: Asked): boolean => {
  if (!holds(rule.verbs, asked.verb)) return false
  if (asked.path !== undefined) return (rule.nonResourceURLs ?? []).some(urlMatches(asked.path))
  const names = rule.resourceNames ?? []
  return (
    holds(rule.apiGroups, asked.apiGroup ?? '') &&
    resourceMatches(rule.resources ?? [], asked.resource ?? '', asked.subresource ?? '') &&
    (names.length === 0 || names.includes(asked.name ?? ''))
  )
}

/**
 * The atoms of a grant that no single held rule covers: what a granter must have and has not.
 * Upstream: kubernetes/component-helpers auth/rbac/validation/policy_comparator.go, Covers.
 */
export const missingFrom = (
  held: readonly PolicyRule[],
  grant: readonly PolicyRule[],
): readonly PolicyRule[] =>
  grant.flatMap(atomsOf).filter((atom) => !held.some((rule) => covers(rule, atom)))

/** A rule cut into one for each group, resource, verb and name, and for each URL and verb. */
export const atomsOf = (rule: PolicyRule): readonly PolicyRule[] => {
  const verbs = rule.verbs ?? []
  const objects = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      verbs.flatMap((verb) =>
        named(rule, { apiGroups: [group], resources: [resource], verbs: [verb] }),
      ),
    ),
  )
  const urls = (rule.nonResourceURLs ?? []).flatMap((url) =>
    verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })),
  )
  return [...objects, ...urls]
}

const named = (rule: PolicyRule, atom: PolicyRule): readonly PolicyRule[] =>
  (rule.resourceNames ?? []).length === 0
    ? [atom]
    : (rule.resourceNames ?? []).map((name) => ({ ...atom, resourceNames: [name] }))

const covers = (held: PolicyRule, atom: PolicyRule): boolean => {
  const names = held.resourceNames ?? []
  const wanted = atom.resourceNames ?? []
  return (
    all(atom.verbs, (verb) => holds(held.verbs, verb)) &&
    all(atom.apiGroups, (group) => holds(held.apiGroups, group)) &&
    all(atom.resources, (resource) => coversResource(held.resources ?? [], resource)) &&
    all(atom.nonResourceURLs, (url) => coversUrl(held.nonResourceURLs ?? [], url)) &&
    (names.length === 0 || (wanted.length > 0 && wanted.every((name) => names.includes(name))))
  )
}

const all = (list: readonly string[] | undefined, test: (one: string) => boolean): boolean =>
  (list ?? []).every(test)

const holds = (list: readonly string[] | undefined, one: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(one))

const resourceMatches = (
  resources: readonly string[],
  resource: string,
  subresource: string,
): boolean => {
  const whole = subresource === '' ? resource : `${resource}/${subresource}`
  return resources.some(
    (one) => one === '*' || one === whole || (subresource !== '' && one === `*/${subresource}`),
  )
}

/** By the text of the pattern: a part after the slash may be that of any resource. */
const coversResource = (held: readonly string[], resource: string): boolean => {
  if (held.includes('*') || held.includes(resource)) return true
  const slash = resource.indexOf('/')
  return slash >= 0 && held.includes(`*/${resource.slice(slash + 1)}`)
}

/** Stars at the end are trimmed all together. */
const prefixOf = (pattern: string): string => {
  let end = pattern.length
  while (end > 0 && pattern.charAt(end - 1) === '*') end--
  return pattern.slice(0, end)
}

const urlMatches =
  (path: string) =>
  (pattern: string): boolean =>
    pattern === '*' ||
    pattern === path ||
    (pattern.endsWith('*') && path.startsWith(prefixOf(pattern)))

const coversUrl = (held: readonly string[], url: string): boolean => held.some(urlMatches(url))
