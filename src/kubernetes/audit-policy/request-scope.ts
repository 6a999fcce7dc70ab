import { LIMIT } from '../../base/limit.ts'
import { RESOURCE_VERBS } from '../known-types/parse-type.ts'
import { findRequest, type Wanted } from './find-request.ts'
import { type GroupResources, type PolicyRule, policyRule } from './policy.ts'
import { EVERYBODY, OBJECT_VERBS } from './possible-request.ts'
import { Effort } from './region/effort.ts'
import { boxesIn, type ObjectBox } from './region/object-box.ts'
import { urlsIn } from './region/path-values.ts'
import { isForObjects, isForPaths, readyRule } from './region/ready-rule.ts'

/** In the words of rules: what the requests of a search have in common. */
export interface RequestScope {
  /** For objects; each of them has requests of the search, with each of its verbs. */
  readonly objects: readonly ObjectScope[]
  /** For anything else. */
  readonly paths: readonly PathScope[]
  /** One of these users; none: any that is also in the groups. */
  readonly users: readonly string[]
  /** Of each list, one group. */
  readonly userGroups: readonly (readonly string[])[]
  /** Only requests whose authentication failed. */
  readonly isUnauthenticated: boolean
  /** Patterns that were not looked at, or not to the end. */
  readonly leftOut: number
}

/** Objects by pattern, as an item of `resources`. */
export interface ObjectScope {
  /** `*`: any group, whose resources no item of the rules names. */
  readonly group: string
  readonly resource: string
  readonly names: readonly string[]
  readonly namespaces: readonly string[]
  /** Empty: any verb. */
  readonly verbs: readonly string[]
}

/** Paths by pattern, as in `nonResourceURLs`. */
export interface PathScope {
  readonly path: string
  /** Empty: any method. */
  readonly verbs: readonly string[]
}

/**
 * The requests of a search in the words of its rules. A pattern that has requests of the search may
 * have others too, which an earlier rule decides.
 */
export const scopeOf = (
  wanted: Wanted,
  effort: Effort = new Effort(LIMIT.policyScopeSteps),
): RequestScope => {
  const match = wanted.match.map(readyRule)
  const lists = (listed: (rule: PolicyRule) => readonly string[]): readonly (readonly string[])[] =>
    wanted.match.map(listed).filter((list) => list.length > 0)
  const search: ScopeSearch = { wanted, effort, leftOut: 0 }
  const boxes = match.every(isForObjects) ? (boxesIn(match, effort) ?? []) : []
  const urls = match.every(isForPaths) ? (urlsIn(match, effort) ?? []) : []
  const objects = kept(boxes, search).flatMap((box) => objectScope(box, search))
  const paths = kept(urls, search).flatMap(({ text, isPrefix }) =>
    pathScope(
      isPrefix ? `${text}*` : text,
      lists(({ verbs }) => verbs),
      search,
    ),
  )
  return {
    objects,
    paths,
    users: common(lists(({ users }) => users)),
    userGroups: lists(({ userGroups }) => userGroups),
    isUnauthenticated: exists(policyRule('None', { userGroups: EVERYBODY }), search) === false,
    leftOut: search.leftOut,
  }
}

interface ScopeSearch {
  readonly wanted: Wanted
  readonly effort: Effort
  leftOut: number
}

const kept = <T>(patterns: readonly T[], search: ScopeSearch): readonly T[] => {
  search.leftOut += Math.max(0, patterns.length - LIMIT.policyScopePatternsMax)
  return patterns.slice(0, LIMIT.policyScopePatternsMax)
}

/** Whether the search has requests that a further rule matches; undefined: the effort ended. */
const exists = (rule: PolicyRule, { wanted, effort }: ScopeSearch): boolean | undefined => {
  const found = findRequest({ ...wanted, match: [...wanted.match, rule] }, effort)
  return found === 'unknown' ? undefined : found !== undefined
}

/** Those of some rules with which the search has requests; one more is left out when it ended. */
const existing = <T>(
  values: readonly T[],
  ruleOf: (value: T) => PolicyRule,
  search: ScopeSearch,
): readonly T[] | undefined => {
  const found = values.map((value) => ({ value, is: exists(ruleOf(value), search) }))
  if (found.some(({ is }) => is === undefined)) search.leftOut += 1
  const those = found.filter(({ is }) => is === true).map(({ value }) => value)
  return those.length === 0 ? undefined : those
}

const objectScope = (box: ObjectBox, search: ScopeSearch): readonly ObjectScope[] => {
  const { group = '*', resource = '*', subresource, names = [], namespaces = [] } = box
  const pattern = subresource === undefined ? under(resource) : withPart(resource, subresource)
  const item: GroupResources = { group, resources: [pattern], resourceNames: [...names] }
  const within = { resources: [item], namespaces: [...namespaces] }
  if (exists(policyRule('None', within), search) !== true) return []
  const verbs = existing(
    OBJECT_VERBS,
    (verb) => policyRule('None', { ...within, verbs: [verb] }),
    search,
  )
  if (verbs === undefined) return []
  const isAny = RESOURCE_VERBS.every((verb) => verbs.includes(verb))
  const scope = { group, resource: pattern, names: [...names], namespaces: [...namespaces] }
  return [{ ...scope, verbs: isAny ? [] : verbs }]
}

const under = (resource: string): string => (resource === '*' ? '*' : `${resource}/*`)

const withPart = (resource: string, subresource: string): string =>
  subresource === '' ? resource : `${resource}/${subresource}`

const pathScope = (
  path: string,
  verbs: readonly (readonly string[])[],
  search: ScopeSearch,
): readonly PathScope[] => {
  const nonResourceURLs = [path]
  if (exists(policyRule('None', { nonResourceURLs }), search) !== true) return []
  if (verbs.length === 0) return [{ path, verbs: [] }]
  const asked = existing(
    common(verbs),
    (verb) => policyRule('None', { nonResourceURLs, verbs: [verb] }),
    search,
  )
  return asked === undefined ? [] : [{ path, verbs: asked }]
}

/** The texts that are in all lists. */
const common = (lists: readonly (readonly string[])[]): readonly string[] => {
  const [first = [], ...others] = lists
  return [...new Set(first)].filter((text) => others.every((list) => list.includes(text)))
}
