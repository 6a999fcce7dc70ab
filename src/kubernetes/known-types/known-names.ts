/**
 * Verbs of requests that are for no resource: methods in lower case. (A table of data.)
 * Upstream: kubernetes/apiserver pkg/endpoints/request/requestinfo.go.
 */
export const URL_VERBS: readonly string[] = [
  'get',
  'head',
  'post',
  'put',
  'patch',
  'delete',
  'options',
  'connect',
  'trace',
]

/**
 * Groups that the API server itself gives. (A table of data.)
 * Upstream: kubernetes/apiserver pkg/authentication/user/user.go; system:nodes and
 * system:bootstrappers by name in kubernetes/kubernetes pkg/auth; system:monitoring and
 * kubeadm:cluster-admins from the bootstrap policy and kubeadm.
 */
export const SYSTEM_GROUPS: readonly string[] = [
  'kubeadm:cluster-admins',
  'system:authenticated',
  'system:bootstrappers',
  'system:bootstrappers:kubeadm:default-node-token',
  'system:masters',
  'system:monitoring',
  'system:nodes',
  'system:serviceaccounts',
  'system:unauthenticated',
]

/**
 * Users of the system, besides nodes and ServiceAccounts. (A table of data.)
 * Upstream: kubernetes/apiserver pkg/authentication/user/user.go; kubernetes/kubernetes
 * plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go; kubeadm's and the documentation's
 * certificates (kubernetes-admin, kubernetes-super-admin, kube-apiserver-kubelet-client).
 */
export const SYSTEM_USERS: readonly string[] = [
  'kube-apiserver-kubelet-client',
  'kubernetes-admin',
  'kubernetes-super-admin',
  'system:admin',
  'system:anonymous',
  'system:apiserver',
  'system:cloud-controller-manager',
  'system:konnectivity-server',
  'system:kube-controller-manager',
  'system:kube-proxy',
  'system:kube-scheduler',
  'system:node-problem-detector',
]

/**
 * Users that no API server of a release from 1.25 on makes, and why. (A table of data.)
 * Upstream: the insecure port was removed in Kubernetes 1.20.
 */
export const FORMER_USERS: Readonly<Record<string, string>> = {
  'system:unsecured': 'who came by the insecure port, which is no more since Kubernetes 1.20',
}

/**
 * Paths that are for no resource, without what may follow. (A table of data.)
 * Upstream: kubernetes/apiserver pkg/server/routes and pkg/server/healthz; kube-apiserver's
 * service account issuer; the roles system:discovery and system:public-info-viewer.
 */
export const KNOWN_URLS: readonly string[] = [
  '/.well-known/openid-configuration',
  '/api',
  '/apis',
  '/configz',
  '/debug/flags',
  '/debug/pprof',
  '/flagz',
  '/healthz',
  '/livez',
  '/logs',
  '/metrics',
  '/metrics/slis',
  '/openapi',
  '/openapi/v2',
  '/openapi/v3',
  '/openid/v1/jwks',
  '/readyz',
  '/statusz',
  '/swagger',
  '/swagger-2.0.0.json',
  '/swagger.json',
  '/swagger-ui',
  '/swaggerapi',
  '/ui',
  '/version',
]
