import type { Random } from './random.ts'

/** Someone who asks: the constant part of their events. */
export interface Somebody {
  readonly weight: number
  readonly user: {
    readonly username: string
    readonly uid?: string
    readonly groups: readonly string[]
    readonly extra?: Readonly<Record<string, readonly string[]>>
  }
  readonly address: string
  readonly userAgent: string
  /** The annotation authorization.k8s.io/reason. */
  readonly because: string
  readonly asks: readonly Ask[]
}

/** A kind of request somebody makes. */
export interface Ask {
  readonly weight: number
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource?: string
  /** undefined: a cluster-wide kind or a list over all namespaces. */
  readonly namespaced: boolean
}

/** The namespaces of the imaginary cluster. */
export const NAMESPACES: readonly string[] = [
  ...['kube-system', 'shop', 'payments', 'ci', 'monitoring', 'flux-system', 'ingress', 'search'],
  ...['warehouse', 'mail', 'reports', 'identity', 'media', 'batch', 'staging', 'sandbox'],
]

/** The names of the imaginary cluster's applications. */
export const APPLICATIONS: readonly string[] = [
  ...['frontend', 'checkout', 'catalog', 'ledger', 'gateway', 'worker', 'cache', 'queue'],
  ...['indexer', 'mailer', 'thumbnailer', 'exporter', 'scheduler', 'billing', 'session', 'audit'],
]

/**
 * Who asks in the imaginary cluster, and how often: the shares of verbs and resources follow the
 * laboratory recording in lab-statistics.json (corpus.test.ts compares them).
 */
export const makePopulation = (random: Random): readonly Somebody[] => [
  apiserver(random),
  ...CONTROLLERS.map((controller) => serviceAccount(random, 'kube-system', controller)),
  ...[0, 1, 2, 3, 4, 5].map((node) => kubelet(random, `node-${node + 1}`)),
  ...WORKLOADS.map((workload) => serviceAccount(random, workload.namespace, workload)),
  ...PEOPLE.map((name) => person(random, name)),
]

const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi']

interface Account {
  readonly name: string
  readonly namespace: string
  readonly weight: number
  readonly agent: string
  readonly asks: readonly Ask[]
}

const CONTROLLERS: readonly Account[] = [
  controller('deployment-controller', 9, [
    ask(5, 'update', 'apps', 'v1', 'deployments', true, 'status'),
    ask(3, 'create', 'apps', 'v1', 'replicasets', true),
    ask(3, 'update', 'apps', 'v1', 'replicasets', true),
    ask(3, 'create', '', 'v1', 'events', true),
  ]),
  controller('replicaset-controller', 9, [
    ask(5, 'update', 'apps', 'v1', 'replicasets', true, 'status'),
    ask(3, 'create', '', 'v1', 'pods', true),
    ask(1, 'delete', '', 'v1', 'pods', true),
    ask(3, 'create', '', 'v1', 'events', true),
  ]),
  controller('endpointslice-controller', 4, [
    ask(4, 'update', 'discovery.k8s.io', 'v1', 'endpointslices', true),
    ask(1, 'create', 'discovery.k8s.io', 'v1', 'endpointslices', true),
  ]),
  controller('endpoint-controller', 3, [ask(1, 'update', '', 'v1', 'endpoints', true)]),
  controller('job-controller', 3, [
    ask(3, 'update', 'batch', 'v1', 'jobs', true, 'status'),
    ask(1, 'create', '', 'v1', 'pods', true),
  ]),
  controller('generic-garbage-collector', 3, [
    ask(2, 'get', 'apps', 'v1', 'replicasets', true),
    ask(2, 'delete', '', 'v1', 'pods', true),
  ]),
  controller('leader-election', 9, [
    ask(6, 'update', 'coordination.k8s.io', 'v1', 'leases', true),
    ask(4, 'get', 'coordination.k8s.io', 'v1', 'leases', true),
  ]),
]

const WORKLOADS: readonly Account[] = [
  {
    name: 'kustomize-controller',
    namespace: 'flux-system',
    weight: 4,
    agent: 'kustomize-controller/v0.0.0 (linux/amd64) kubernetes/$Format',
    asks: [
      ask(4, 'get', '', 'v1', 'serviceaccounts', true),
      ask(3, 'patch', 'apps', 'v1', 'deployments', true),
      ask(3, 'get', 'rbac.authorization.k8s.io', 'v1', 'clusterroles', false),
    ],
  },
  {
    name: 'prometheus',
    namespace: 'monitoring',
    weight: 3,
    agent: 'Prometheus/3.1.0',
    asks: [
      ask(2, 'list', '', 'v1', 'pods', false),
      ask(2, 'watch', '', 'v1', 'endpoints', false),
      ask(1, 'watch', '', 'v1', 'services', false),
    ],
  },
]

function apiserver(random: Random): Somebody {
  return {
    weight: 20,
    user: {
      username: 'system:apiserver',
      uid: random.uuid(),
      groups: ['system:authenticated', 'system:masters'],
    },
    address: '127.0.0.1',
    userAgent: 'kube-apiserver/v1.36.3 (linux/amd64) kubernetes/0000000',
    because: '',
    asks: [
      ask(5, 'get', 'rbac.authorization.k8s.io', 'v1', 'clusterroles', false),
      ask(4, 'get', 'rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', false),
      ask(3, 'get', '', 'v1', 'namespaces', false),
      ask(2, 'list', '', 'v1', 'limitranges', true),
      ask(3, 'watch', '', 'v1', 'configmaps', false),
      ask(3, 'update', 'coordination.k8s.io', 'v1', 'leases', true),
    ],
  }
}

function serviceAccount(random: Random, namespace: string, account: Account): Somebody {
  const username = `system:serviceaccount:${namespace}:${account.name}`
  return {
    weight: account.weight,
    user: {
      username,
      uid: random.uuid(),
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${random.uuid()}`] },
    },
    address: `10.77.0.${1 + random.below(200)}`,
    userAgent: account.agent,
    because: `RBAC: allowed by ClusterRoleBinding "${account.name}" of ClusterRole "${account.name}" to ServiceAccount "${account.name}/${namespace}"`,
    asks: account.asks,
  }
}

function kubelet(random: Random, node: string): Somebody {
  return {
    weight: 4,
    user: {
      username: `system:node:${node}`,
      groups: ['system:nodes', AUTHENTICATED],
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${random.hex(64)}`] },
    },
    address: `10.77.2.${1 + random.below(200)}`,
    userAgent: 'kubelet/v1.36.3 (linux/amd64) kubernetes/0000000',
    because: '',
    asks: [
      ask(4, 'patch', '', 'v1', 'pods', true, 'status'),
      ask(3, 'get', '', 'v1', 'pods', true),
      ask(2, 'create', '', 'v1', 'events', true),
      ask(2, 'watch', '', 'v1', 'configmaps', true),
      ask(1, 'get', '', 'v1', 'nodes', false),
      ask(1, 'create', '', 'v1', 'serviceaccounts', true, 'token'),
    ],
  }
}

function person(random: Random, name: string): Somebody {
  return {
    weight: 2,
    user: {
      username: name,
      groups: ['dev', AUTHENTICATED],
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${random.hex(64)}`] },
    },
    address: `10.77.10.${1 + random.below(200)}`,
    userAgent: 'kubectl/v1.36.2 (darwin/arm64) kubernetes/0000000',
    because: 'RBAC: allowed by ClusterRoleBinding "dev-view" of ClusterRole "view" to Group "dev"',
    asks: [
      ask(5, 'get', 'apps', 'v1', 'deployments', true),
      ask(4, 'list', '', 'v1', 'pods', true),
      ask(2, 'get', '', 'v1', 'pods', true, 'log'),
      ask(2, 'get', '', 'v1', 'secrets', true),
      ask(1, 'patch', 'apps', 'v1', 'deployments', true),
    ],
  }
}

const AUTHENTICATED = 'system:authenticated'

function controller(name: string, weight: number, asks: readonly Ask[]): Account {
  const agent = `kube-controller-manager/v1.36.3 (linux/amd64) kubernetes/0000000/system:serviceaccount:kube-system:${name}`
  return { name, namespace: 'kube-system', weight, agent, asks }
}

function ask(
  weight: number,
  verb: string,
  group: string,
  version: string,
  resource: string,
  namespaced: boolean,
  subresource?: string,
): Ask {
  const whole = { weight, verb, group, version, resource, namespaced }
  return subresource === undefined ? whole : { ...whole, subresource }
}
