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
  const boxes = match.every(isForObjects) ? boxesIn(match, effort) : []
  const urls = match.every(isForPaths) ? urlsIn(match, effort) : []
  const objects = withoutCovered(kept(boxes, search).flatMap((box) => objectScope(box, search)))
  const paths = kept(urls, search).flatMap(({ text, isPrefix }) =>
    pathScope(
      isPrefix ? `${text}*` : text,
      lists(({ verbs }) => verbs),
      search,
    ),
  )
  const isAuthenticated = exists(policyRule('None', { userGroups: EVERYBODY }), search)
  return {
    objects,
    paths,
    users: common(lists(({ users }) => users)),
    userGroups: lists(({ userGroups }) => userGroups),
    isUnauthenticated: !isAuthenticated && search.leftOut === 0,
    leftOut: search.leftOut,
  }
}

interface ScopeSearch {
  readonly wanted: Wanted
  readonly effort: Effort
  leftOut: number
}

/** As many patterns as are looked at; undefined: they could not even be listed. */
const kept = <T>(patterns: readonly T[] | undefined, search: ScopeSearch): readonly T[] => {
  if (patterns === undefined) search.leftOut += 1
  const all = patterns ?? []
  search.leftOut += Math.max(0, all.length - LIMIT.policyScopePatternsMax)
  return all.slice(0, LIMIT.policyScopePatternsMax)
}

/** Whether the search has requests that a further rule matches, as far as the effort goes. */
const exists = (rule: PolicyRule, search: ScopeSearch): boolean => {
  const { wanted, effort } = search
  const found = findRequest({ ...wanted, match: [...wanted.match, rule] }, effort)
  if (found === 'unknown') search.leftOut += 1
  return found !== undefined && found !== 'unknown'
}

const objectScope = (box: ObjectBox, search: ScopeSearch): readonly ObjectScope[] => {
  const { group = '*', resource = '*', subresource, names = [], namespaces = [] } = box
  const pattern = subresource === undefined ? under(resource) : withPart(resource, subresource)
  const item: GroupResources = { group, resources: [pattern], resourceNames: [...names] }
  const within = { resources: [item], namespaces: [...namespaces] }
  if (!exists(policyRule('None', within), search)) return []
  const verbs = OBJECT_VERBS.filter((verb) =>
    exists(policyRule('None', { ...within, verbs: [verb] }), search),
  )
  if (verbs.length === 0) return []
  const isAny = RESOURCE_VERBS.every((verb) => verbs.includes(verb))
  const scope = { group, resource: pattern, names: [...names], namespaces: [...namespaces] }
  return [{ ...scope, verbs: isAny ? [] : verbs }]
}

/** Without what another pattern covers, whose requests and names are the same. */
const withoutCovered = (objects: readonly ObjectScope[]): readonly ObjectScope[] => {
  const all = new Map(objects.map((one) => [keyOf(one, one.resource), one]))
  return [...all.values()].filter((one) => {
    const [kind = ''] = one.resource.split('/')
    const wider = [`${kind}/*`, '*'].filter((pattern) => pattern !== one.resource)
    return !wider.some((pattern) => one.resource !== '*' && all.has(keyOf(one, pattern)))
  })
}

const keyOf = ({ group, names, namespaces, verbs }: ObjectScope, resource: string): string =>
  JSON.stringify([group, names, namespaces, verbs, resource])

const under = (resource: string): string => (resource === '*' ? '*' : `${resource}/*`)

const withPart = (resource: string, subresource: string): string =>
  subresource === '' ? resource : `${resource}/${subresource}`

const pathScope = (
  path: string,
  verbs: readonly (readonly string[])[],
  search: ScopeSearch,
): readonly PathScope[] => {
  const nonResourceURLs = [path]
  if (!exists(policyRule('None', { nonResourceURLs }), search)) return []
  if (verbs.length === 0) return [{ path, verbs: [] }]
  const asked = common(verbs).filter((verb) =>
    exists(policyRule('None', { nonResourceURLs, verbs: [verb] }), search),
  )
  return asked.length === 0 ? [] : [{ path, verbs: asked }]
}

/** The texts that are in all lists. */
const common = (lists: readonly (readonly string[])[]): readonly string[] => {
  const [first = [], ...others] = lists
  return [...new Set(first)].filter((text) => others.every((list) => list.includes(text)))
}
