import fc from 'fast-check'
import {
  type AuditPolicy,
  type GroupResources,
  POLICY_LEVELS,
  type PolicyRequest,
  type PolicyRule,
  policyRule,
  type RequestedResource,
} from '../policy.ts'
import { ANONYMOUS, type Breadth, isPossible } from '../possible-request.ts'

/**
 * Policies of so few texts that every request which they could tell apart can be listed: what is
 * claimed of all requests can be tried on all. Besides these texts there is one that no policy has.
 */
const WORDS = {
  users: ['u', ANONYMOUS],
  groups: ['g', 'system:authenticated', 'system:unauthenticated'],
  verbs: ['get', 'create', 'list', 'deletecollection', 'proxy', '*'],
  apiGroups: ['', 'x.io', '*'],
  patterns: [
    ...['pods', 'namespaces', 'pods/log', 'pods/*', '*/log', '*', 'namespaces/*', '*/*', 'po*'],
    ...['pods/', '/log', ''],
  ],
  names: ['', 'n', 'm'],
  namespaces: ['', 'n', 's'],
  urls: ['/a', '/a*', '/a/*', '*', '/*', '/api/v1', '/api/v1/*', '/apis/x*', '/a/b'],
} as const

/** A policy of the small world. */
export const smallPolicies = (rulesMax: number): fc.Arbitrary<AuditPolicy> =>
  fc.record({
    rules: fc.array(smallRules, { minLength: 1, maxLength: rulesMax, size: 'max' }),
    omitStages: fc.subarray(['RequestReceived' as const]),
    omitManagedFields: fc.boolean(),
  })

/** Every request that policies of the small world can tell apart. */
export const smallRequests = (breadth: Breadth): readonly PolicyRequest[] => {
  const all: PolicyRequest[] = []
  const objects = objectsOf(breadth)
  for (const user of usersOf()) {
    for (const verb of [...WORDS.verbs, '']) {
      for (const resource of objects) all.push({ user, verb, resource, path: '' })
    }
    for (const verb of [...WORDS.verbs, 'other']) {
      for (const path of PATHS) all.push({ user, verb, resource: undefined, path })
    }
  }
  return all.filter((request) => isPossible(request, breadth))
}

const PATHS = [
  ...['/a', '/ax', '/a/', '/a/b', '/a/bx', '/a/x', '/', '/x', '', '*', '/api/v1', '/api/v1/'],
  ...['/api/v1//', '/api/v1x', '/apis/x', '/apis/xx', '/apis/y', '/api/v1/pods', '/a*'],
]

function usersOf(): readonly PolicyRequest['user'][] {
  const groups: string[][] = [[]]
  for (const group of [...WORDS.groups]) groups.push(...groups.map((set) => [...set, group]))
  const names = [...WORDS.users, 'other']
  const known = names.flatMap((name) => groups.map((set) => ({ name, groups: set })))
  return [undefined, ...known.filter(({ groups: { length } }) => length < 3)]
}

function objectsOf(breadth: Breadth): readonly RequestedResource[] {
  const [resources, subresources] = breadth === 'any' ? [['*', '', 'po*'], ['*']] : [[], []]
  return ['', 'x.io', 'y.io'].flatMap((group) =>
    ['pods', 'namespaces', 'others', ...resources].flatMap((resource) =>
      ['', 'log', 'other', ...subresources].flatMap((subresource) =>
        ['', 'n', 'm', 's', 'other'].flatMap((namespace) =>
          ['', 'n', 'm', 's', 'other'].map((name) => {
            return { group, resource, subresource, namespace, name }
          }),
        ),
      ),
    ),
  )
}

const some = (words: readonly string[]): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 2 })

const seldom = <T>(list: fc.Arbitrary<T[]>, weight: number): fc.Arbitrary<T[]> =>
  fc.oneof({ weight, arbitrary: fc.constant<T[]>([]) }, { weight: 1, arbitrary: list })

const items: fc.Arbitrary<GroupResources> = fc.record({
  group: fc.constantFrom(...WORDS.apiGroups),
  resources: fc.oneof(fc.constant([]), some(WORDS.patterns), some(WORDS.patterns)),
  resourceNames: seldom(some(WORDS.names), 2),
})

const conditions = {
  users: seldom(some(WORDS.users), 4),
  userGroups: seldom(some(WORDS.groups), 3),
  verbs: seldom(some(WORDS.verbs), 2),
}

const smallRules: fc.Arbitrary<PolicyRule> = fc
  .record({
    level: fc.constantFrom(...POLICY_LEVELS),
    conditions: fc.record(conditions),
    scope: fc.oneof(
      { weight: 1, arbitrary: fc.constant({}) },
      { weight: 2, arbitrary: fc.record({ nonResourceURLs: some(WORDS.urls) }) },
      {
        weight: 5,
        arbitrary: fc.record({
          resources: seldom(fc.array(items, { minLength: 1, maxLength: 2 }), 0),
          namespaces: seldom(some(WORDS.namespaces), 2),
        }),
      },
    ),
  })
  .map(({ level, conditions: asked, scope }) => policyRule(level, { ...asked, ...scope }))
