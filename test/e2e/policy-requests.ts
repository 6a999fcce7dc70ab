/** A request that is sent to API servers with different policies. */
export interface Sent {
  /** Whose certificate is shown; undefined: none, and so nobody. */
  readonly as: string | undefined
  readonly method: string
  readonly target: string
  readonly body?: string
}

const USERS = ['admin', 'alice', 'node-1', 'controllers', 'scheduler', undefined] as const

const object = (apiVersion: string, kind: string, more: object = {}): string =>
  JSON.stringify({ apiVersion, kind, ...more })

const TRACE = { metadata: { generateName: 'e2e-', namespace: 'default' } }
const DRY = 'dryRun=All'

/** Requests of every kind that a policy tells apart: reads, changes, sessions, odd ones. */
const TARGETS: readonly Omit<Sent, 'as'>[] = [
  ...[
    '/healthz',
    '/livez/ping',
    '/readyz',
    '/healthzx',
    '//healthz',
    '/version',
    '/metrics',
    '/api',
    '/apis/apps/v1',
    '/favicon.ico',
    '/api/v1/pods',
    '/api/v1/namespaces/default/pods/none',
    '/api/v1/namespaces/default/pods/none/log',
    '/api/v1/namespaces/default/pods/none/exec?command=id&stdout=true',
    '/api/v1/namespaces/default/services/none/proxy/',
    '/api/v1/nodes/none/proxy/pods',
    '/api/v1/nodes/node-1',
    '/api/v1/nodes/node-1/status',
    '/api/v1/namespaces/kube-system',
    '/api/v1/namespaces/kube-system/secrets',
    '/api/v1/secrets?fieldSelector=metadata.name%3Dnone',
    '/api/v1/namespaces/default/configmaps/kube-root-ca.crt',
    '/api/v1/services?watch=1&timeoutSeconds=1',
    '/api/v1/watch/namespaces/default/endpoints?timeoutSeconds=1',
    '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1',
    '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/view',
    '/apis/none.example.com/v1/things',
    '/api/v1/events',
  ].map((target) => ({ method: 'GET', target })),
  { method: 'HEAD', target: '/healthz' },
  { method: 'OPTIONS', target: '/api/v1/pods' },
  { method: 'POST', target: '/version' },
  { method: 'POST', target: '/api/v1/namespaces/default/pods/none/exec?command=id' },
  {
    method: 'POST',
    target: `/api/v1/namespaces/default/configmaps?${DRY}`,
    body: object('v1', 'ConfigMap', TRACE),
  },
  {
    method: 'POST',
    target: `/api/v1/namespaces/default/secrets?${DRY}`,
    body: object('v1', 'Secret', TRACE),
  },
  {
    method: 'POST',
    target: `/api/v1/namespaces/default/pods?${DRY}`,
    body: object('v1', 'Pod', { ...TRACE, spec: { containers: [{ name: 'a', image: 'a' }] } }),
  },
  {
    method: 'POST',
    target: `/api/v1/namespaces/default/events?${DRY}`,
    body: object('v1', 'Event', { ...TRACE, involvedObject: { namespace: 'default' } }),
  },
  {
    method: 'POST',
    target: `/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles?${DRY}`,
    body: object('rbac.authorization.k8s.io/v1', 'Role', { ...TRACE, rules: [] }),
  },
  {
    method: 'POST',
    target: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: object('authorization.k8s.io/v1', 'SelfSubjectAccessReview', {
      spec: { nonResourceAttributes: { verb: 'get', path: '/' } },
    }),
  },
  {
    method: 'POST',
    target: '/apis/authentication.k8s.io/v1/tokenreviews',
    body: object('authentication.k8s.io/v1', 'TokenReview', { spec: { token: 'none' } }),
  },
  {
    method: 'POST',
    target: '/api/v1/namespaces/default/serviceaccounts/default/token',
    body: object('authentication.k8s.io/v1', 'TokenRequest', {
      spec: { expirationSeconds: 600, audiences: ['e2e'] },
    }),
  },
  { method: 'DELETE', target: '/api/v1/namespaces/default/pods/none' },
  { method: 'DELETE', target: '/api/v1/namespaces/none/events' },
  { method: 'DELETE', target: '/apis/apps/v1/namespaces/none/deployments' },
]

/** Every one of them by everybody. */
export const REQUESTS: readonly Sent[] = USERS.flatMap((as) =>
  TARGETS.map((target) => ({ as, ...target })),
)
