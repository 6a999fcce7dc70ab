import {
  type AuditPolicy,
  type GroupResources,
  type PolicyLevel,
  type PolicyRule,
  policyRule,
} from '../src/kubernetes/audit-policy/policy.ts'
import { APPLICATIONS, NAMESPACES } from './population.ts'
import { Random } from './random.ts'

/** A policy of 20 rules, as a managed cluster has it: noise first, then what matters, the rest. */
export const fewRules = (): AuditPolicy => policyOf(base())

/** A policy of 300 rules: what tenants and teams asked for, and behind them the 20. */
export const manyRules = (): AuditPolicy => {
  const random = new Random(300)
  const before = Array.from({ length: 300 - base().length }, () => tenantRule(random))
  return policyOf([...before, ...base()])
}

const policyOf = (rules: readonly PolicyRule[]): AuditPolicy => ({
  rules,
  omitStages: ['RequestReceived'],
  omitManagedFields: false,
})

const of = (group: string, ...resources: readonly string[]): GroupResources => ({
  group,
  resources,
  resourceNames: [],
})

const KNOWN = [
  ...['', 'admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apps', 'autoscaling', 'batch'],
  ...['authentication.k8s.io', 'authorization.k8s.io', 'certificates.k8s.io', 'policy'],
  ...['networking.k8s.io', 'rbac.authorization.k8s.io', 'storage.k8s.io'],
].map((group) => of(group))

/** What says nothing new. */
const noise = (): readonly PolicyRule[] => {
  const none = (given: Omit<Partial<PolicyRule>, 'level'>): PolicyRule => policyRule('None', given)
  const kubeSystem = ['kube-system']
  return [
    none({
      users: ['system:kube-proxy'],
      verbs: ['watch'],
      resources: [of('', 'endpoints', 'services', 'services/status')],
    }),
    none({
      users: ['system:unsecured'],
      namespaces: kubeSystem,
      verbs: ['get'],
      resources: [of('', 'configmaps')],
    }),
    none({ users: ['kubelet'], verbs: ['get'], resources: [of('', 'nodes', 'nodes/status')] }),
    none({
      userGroups: ['system:nodes'],
      verbs: ['get'],
      resources: [of('', 'nodes', 'nodes/status')],
    }),
    none({
      users: ['system:kube-controller-manager', 'system:kube-scheduler'],
      verbs: ['get', 'update'],
      namespaces: kubeSystem,
      resources: [of('', 'endpoints')],
    }),
    none({
      users: ['system:apiserver'],
      verbs: ['get'],
      resources: [of('', 'namespaces', 'namespaces/status', 'namespaces/finalize')],
    }),
    none({
      users: ['cluster-autoscaler'],
      verbs: ['get', 'update'],
      namespaces: kubeSystem,
      resources: [of('', 'configmaps', 'endpoints')],
    }),
    none({
      users: ['system:kube-controller-manager'],
      verbs: ['get', 'list'],
      resources: [of('metrics.k8s.io')],
    }),
    none({ nonResourceURLs: ['/healthz*', '/readyz*', '/livez*', '/version', '/swagger*'] }),
    none({ resources: [of('', 'events'), of('events.k8s.io', 'events')] }),
    none({ resources: [of('coordination.k8s.io', 'leases')] }),
  ]
}

const base = (): readonly PolicyRule[] => [
  ...noise(),
  policyRule('Request', {
    users: ['kubelet', 'system:node-problem-detector'],
    verbs: ['update', 'patch'],
    resources: [of('', 'nodes/status', 'pods/status')],
  }),
  policyRule('Request', {
    userGroups: ['system:nodes'],
    verbs: ['update', 'patch'],
    resources: [of('', 'nodes/status', 'pods/status')],
  }),
  policyRule('Request', {
    users: ['system:serviceaccount:kube-system:namespace-controller'],
    verbs: ['deletecollection'],
  }),
  policyRule('Metadata', {
    resources: [
      of('', 'secrets', 'configmaps', 'serviceaccounts/token'),
      of('authentication.k8s.io', 'tokenreviews'),
    ],
  }),
  policyRule('RequestResponse', {
    resources: [of('', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/ephemeralcontainers')],
  }),
  policyRule('RequestResponse', { resources: [of('rbac.authorization.k8s.io')] }),
  policyRule('Request', { verbs: ['get', 'list', 'watch'], resources: KNOWN }),
  policyRule('RequestResponse', { resources: KNOWN }),
  policyRule('Metadata'),
]

const KINDS: readonly GroupResources[] = [
  of('', 'pods', 'pods/log'),
  of('', 'configmaps'),
  of('', 'secrets'),
  of('', 'services', 'endpoints'),
  of('apps', 'deployments', 'replicasets', 'statefulsets/*'),
  of('batch', 'jobs', 'cronjobs', '*/status'),
  of('networking.k8s.io', 'ingresses'),
  of('*', '*/scale'),
]
const LEVELS: readonly PolicyLevel[] = ['None', 'Metadata', 'Request', 'RequestResponse']
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']
const TEAMS = ['dev', 'ops', 'sre', 'qa', 'data', 'security', 'platform']

/** What one team wants of one of its applications. */
const tenantRule = (random: Random): PolicyRule => {
  const application = random.one(APPLICATIONS)
  const namespace = random.one(NAMESPACES)
  const account = `system:serviceaccount:${namespace}:${application}-${random.below(20)}`
  const about = { resources: [random.one(KINDS)] }
  const verbs = VERBS.filter(() => random.next() < 0.4)
  const level = random.one(LEVELS)
  const kind = random.below(4)
  if (kind === 0) return policyRule(level, { ...about, verbs, users: [account] })
  if (kind === 1)
    return policyRule(level, { ...about, verbs, namespaces: [namespace, application] })
  if (kind === 2) {
    const userGroups = [`${random.one(TEAMS)}-${random.below(9)}`]
    return policyRule(level, { ...about, userGroups, namespaces: [namespace] })
  }
  const names = KINDS.slice(1, 3).map((item) => ({ ...item, resourceNames: [application] }))
  return policyRule(level, { verbs, namespaces: [namespace], resources: names })
}
