import { LIMIT } from '../../base/limit.ts'
import type { RequestKey } from '../../detect/schema.ts'
import { groupMatches, patternMatches } from '../../kubernetes/audit-policy/evaluate.ts'
import type {
  AuditPolicy,
  GroupResources,
  PolicyRequest,
} from '../../kubernetes/audit-policy/policy.ts'
import { fresh } from '../../kubernetes/audit-policy/region/fresh.ts'
import { KNOWN_URLS } from '../../kubernetes/known-types/known-names.ts'
import { BUILT_IN } from '../../kubernetes/known-types/known-types.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import type { Plan } from '../../sigma/plan/plan.ts'
import { keyOf, nameOfType, pathKey, restFor, textsOf, typesFor } from './request-kinds.ts'
import { OTHER_TYPE, PATH_VERBS, RESOURCE_TYPES, type ResourceType } from './resource-types.ts'

/** What is asked for, by whomever: it stands for all that is not told apart from it. */
export interface Target {
  readonly request: Omit<PolicyRequest, 'user'>
  readonly key: RequestKey
  /** `pods/exec`; undefined for a path. */
  readonly resource: string | undefined
  /** The namespace and name in it that somebody speaks of; undefined: most are such. */
  readonly place: string | undefined
}

/** What the policy tells apart besides kinds of object and users. */
export interface PolicyNames {
  readonly types: readonly ResourceType[]
  readonly namespaces: readonly string[]
  readonly paths: readonly string[]
  readonly verbs: ReadonlySet<string>
  /** What it says of objects by their names. */
  readonly named: readonly GroupResources[]
  /** Names beyond the bounds, which are not looked at. */
  readonly leftOut: number
}

/** What a policy names. */
export const namesOf = ({ rules }: AuditPolicy): PolicyNames => {
  const items = rules.flatMap(({ resources }) => resources)
  const groups = new Set(items.map(({ group }) => group))
  const named = new Set(items.flatMap(({ resources }) => resources))
  const all = {
    namespaces: unique(rules.flatMap((rule) => rule.namespaces)).filter((one) => one !== ''),
    paths: unique(rules.flatMap((rule) => rule.nonResourceURLs)).flatMap(pathsOf),
    named: items.filter(({ resourceNames }) => resourceNames.length > 0),
  }
  const cut = <T>(list: readonly T[]): readonly T[] => list.slice(0, LIMIT.coverageNamesMax)
  const lists: readonly (readonly unknown[])[] = Object.values(all)
  return {
    namespaces: cut(all.namespaces),
    paths: cut(all.paths),
    named: cut(all.named),
    types: RESOURCE_TYPES.filter(
      (type) => OWN_GROUPS.has(type.group) || groups.has(type.group) || named.has(nameOfType(type)),
    ),
    verbs: new Set(rules.flatMap((rule) => rule.verbs)),
    leftOut: lists.reduce((sum, list) => sum + list.length - cut(list).length, 0),
  }
}

/** Every target that a plan can say "yes" to by its kind alone. */
export function* targetsFor(plan: Plan, names: PolicyNames): Generator<Target> {
  const types = new Set([...typesFor(plan), ...names.types, OTHER_TYPE])
  const own = {
    namespaces: ofField(plan, 'objectRef.namespace'),
    objects: ofField(plan, 'objectRef.name'),
  }
  for (const type of types) {
    for (const verb of type.verbs) {
      const key = keyOf(type, verb)
      if (restFor(plan, key) === false) continue
      const { group, resource, subresource } = type
      for (const { namespace, name, place } of placesOf(type, verb, names, own)) {
        const about = { group, resource, subresource, namespace, name }
        const request = { verb, resource: about, path: '' }
        yield { request, key, resource: nameOfType(type), place }
      }
    }
  }
  for (const verb of PATH_VERBS) {
    const key = pathKey(verb)
    if (restFor(plan, key) === false || !isUsual(verb, plan, names)) continue
    for (const path of new Set([...names.paths, ...pathsNamedBy(plan), ...USUAL_PATHS])) {
      const request = { verb, resource: undefined, path }
      yield { request, key, resource: undefined, place: undefined }
    }
  }
}

const OWN_GROUPS: ReadonlySet<string> = new Set(BUILT_IN.map(({ group }) => group))

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)]

/** A pattern for paths as paths: what it says, and something that goes on. */
const pathsOf = (pattern: string): readonly string[] => {
  if (!pattern.endsWith('*')) return [pattern]
  const prefix = pattern.slice(0, -1)
  return [prefix, `${prefix}${prefix.endsWith('/') || prefix === '' ? '' : '/'}x`].filter(
    (path) => path.startsWith('/') && path.length > 1,
  )
}

/** Texts that a field is compared with, in whole or by how it begins. */
const ofField = (plan: Plan, field: string): readonly string[] => [
  ...textsOf(plan, field),
  ...prefixesOf(plan, field).map((prefix) => `${prefix}x`),
]

const prefixesOf = (plan: Plan, field: string): readonly string[] =>
  leaves(plan).flatMap((leaf) =>
    leaf.field === field && leaf.test.kind === 'startswith' ? [leaf.test.text] : [],
  )

interface Place {
  readonly namespace: string
  readonly name: string
  readonly place: string | undefined
}

/** What the plan itself tells apart. */
interface PlanNames {
  readonly namespaces: readonly string[]
  readonly objects: readonly string[]
}

/** The namespaces and names that such a request may have. */
const placesOf = (
  type: ResourceType,
  verb: string,
  policy: PolicyNames,
  own: PlanNames,
): readonly Place[] => {
  const anywhere = fresh(['shop', 'team-a', 'team-b'], (text) => policy.namespaces.includes(text))
  const spaces = unique([anywhere, ...policy.namespaces, ...own.namespaces])
  const isNamed = !NAMELESS.has(verb) && !(verb === 'create' && type.subresource === '')
  const placed = (namespace: string, name: string, usual: readonly string[]): Place => {
    const told = unique([namespace, name]).filter((text) => text !== '' && !usual.includes(text))
    return { namespace, name, place: told.length === 0 ? undefined : told.join('/') }
  }
  // A Namespace itself has its own name for a namespace.
  if (type.group === '' && type.resource === 'namespaces') {
    return (isNamed ? spaces : ['']).map((name) => placed(name, name, [anywhere]))
  }
  const objects = isNamed ? unique([...objectsOf(type, policy), ...own.objects]) : ['']
  const everywhere = verb === 'list' || verb === 'watch' ? [''] : []
  const places = type.namespaced ? [...spaces, ...everywhere] : ['']
  return places.flatMap((namespace) =>
    objects.map((name) => placed(namespace, name, [anywhere, objects[0] ?? ''])),
  )
}

/** A name that nobody mentions, and those that the policy mentions for this type. */
const objectsOf = (type: ResourceType, { named }: PolicyNames): readonly string[] => {
  const about = { ...type, namespace: '', name: '' }
  const names = named
    .filter((item) => groupMatches(item, about))
    .filter(({ resources }) => resources.some((pattern) => patternMatches(pattern, about)))
    .flatMap(({ resourceNames }) => resourceNames.slice(0, LIMIT.coverageNamesMax))
    .filter((name) => name !== '')
  return [fresh(['web-0', 'main', 'one'], (text) => names.includes(text)), ...names]
}

const NAMELESS: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection'])

/** Methods that nobody speaks of are all alike: the two usual ones stand for them. */
const isUsual = (verb: string, plan: Plan, { verbs }: PolicyNames): boolean =>
  verb === 'get' || verb === 'post' || verbs.has(verb) || textsOf(plan, 'verb').includes(verb)

const pathsNamedBy = (plan: Plan): readonly string[] =>
  ofField(plan, 'request.path').filter((path) => path.startsWith('/'))

const USUAL_PATHS: readonly string[] = [...KNOWN_URLS, '/some/path']
