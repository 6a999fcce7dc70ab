import fc from 'fast-check'
import type { Stage } from '../../../model/event.ts'
import {
  type AuditPolicy,
  type GroupResources,
  POLICY_LEVELS,
  POLICY_STAGES,
  type PolicyRequest,
  type PolicyRule,
  type RequestedResource,
} from '../policy.ts'

/**
 * The few texts that random policies and requests are made of, few so that they meet: ordinary
 * ones, wildcards where they are literals, and such as only an attacker would choose.
 */
export const WORDS: Readonly<Record<Words, readonly string[]>> = {
  users: ['alice', 'system:node:n1', 'system:kube-proxy', 'system:*', '*', '', '__proto__'],
  groups: ['dev', 'system:nodes', 'system:authenticated', 'system:masters', '*', ''],
  verbs: ['get', 'list', 'watch', 'create', 'update', 'delete', 'proxy', 'post', '', '*'],
  apiGroups: ['', 'apps', 'batch', 'constructor'],
  resources: ['pods', 'secrets', 'deployments', 'Pods', '*', '', '__proto__', 'pods/log'],
  subresources: ['', '', 'log', 'exec', 'status', '*', 'toString'],
  patterns: [
    ...['pods', 'secrets', 'pods/log', 'pods/*', '*/log', '*/status', '*', '*/*', 'po*', 'pods/'],
    ...['/log', '**', 'Pods', '', '__proto__', '__proto__/*', '*/toString', '/*', 'pods/log/*'],
  ],
  namespaces: ['', 'ci', 'kube-system', 'kube-*', '*', 'valueOf'],
  names: ['', 'web', 'db', '*', 'hasOwnProperty', '\u001b[31m\n'],
  paths: [
    ...['/healthz', '/healthzx', '/healthz/etcd', '/api', '/api/v1', '//healthz', '/', '', '*'],
    ...['/metrics', '/Healthz', '/a*', '/version'],
  ],
  urls: ['/healthz', '/healthz*', '/healthz/*', '*', '/*', '/api*', '/met?ics', '/version', '/a**'],
}

type Words =
  | ('users' | 'groups' | 'verbs' | 'apiGroups' | 'resources' | 'subresources' | 'patterns')
  | ('namespaces' | 'names' | 'paths' | 'urls')

/** Any policy that a few rules of those texts can make, also such as a server would refuse. */
export const policies = (rulesMax = 8): fc.Arbitrary<AuditPolicy> =>
  fc.record({
    rules: fc.array(rules, { maxLength: rulesMax, size: 'max' }),
    omitStages: stages,
    omitManagedFields: fc.boolean(),
  })

/** Any request that those texts can make. */
export const requests: fc.Arbitrary<PolicyRequest> = fc.record({
  user: fc.option(
    fc.record({ name: fc.constantFrom(...WORDS.users, 'bob'), groups: some(WORDS.groups, 3) }),
    { nil: undefined, freq: 8 },
  ),
  verb: fc.constantFrom(...WORDS.verbs),
  resource: fc.option(requestedResource(), { nil: undefined, freq: 3 }),
  path: fc.constantFrom(...WORDS.paths),
})

const stages: fc.Arbitrary<Stage[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Stage[]>([]) },
  fc.subarray([...POLICY_STAGES]),
)

/** Few lists of a rule are given, as in real policies: else nothing would match. */
const rules: fc.Arbitrary<PolicyRule> = fc.record({
  level: fc.constantFrom(...POLICY_LEVELS),
  users: seldom(some(WORDS.users, 3), 4),
  userGroups: seldom(some(WORDS.groups, 2), 4),
  verbs: seldom(some(WORDS.verbs, 4), 2),
  resources: seldom(fc.array(items(), { minLength: 1, maxLength: 3 }), 1),
  namespaces: seldom(some(WORDS.namespaces, 2), 4),
  nonResourceURLs: seldom(some(WORDS.urls, 3), 3),
  omitStages: stages,
  omitManagedFields: fc.constantFrom(undefined, undefined, true, false),
})

function items(): fc.Arbitrary<GroupResources> {
  return fc.record({
    group: fc.constantFrom(...WORDS.apiGroups, '*'),
    resources: fc.oneof(fc.constant([]), some(WORDS.patterns, 3), some(WORDS.patterns, 3)),
    resourceNames: seldom(some(WORDS.names, 2), 3),
  })
}

function requestedResource(): fc.Arbitrary<RequestedResource> {
  return fc.record({
    group: fc.constantFrom(...WORDS.apiGroups),
    resource: fc.constantFrom(...WORDS.resources),
    subresource: fc.constantFrom(...WORDS.subresources),
    namespace: fc.constantFrom(...WORDS.namespaces),
    name: fc.constantFrom(...WORDS.names),
  })
}

function some(words: readonly string[], maxLength: number): fc.Arbitrary<string[]> {
  return fc.array(fc.constantFrom(...words), { minLength: 1, maxLength })
}

/** An empty list more often than the given one. */
function seldom<T>(list: fc.Arbitrary<T[]>, weight: number): fc.Arbitrary<T[]> {
  return fc.oneof({ weight, arbitrary: fc.constant<T[]>([]) }, { weight: 1, arbitrary: list })
}
