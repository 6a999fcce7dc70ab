/** A kind of object that rules name, and how often. */
export interface Kind {
  readonly weight: number
  readonly resource: string
  readonly group?: string
}

/** What rules for Kubernetes are about. (A table of data.) */
export const KINDS: readonly Kind[] = [
  { weight: 10, resource: 'secrets', group: '' },
  { weight: 6, resource: 'pods' },
  { weight: 5, resource: 'configmaps', group: '' },
  { weight: 5, resource: 'serviceaccounts' },
  { weight: 4, resource: 'serviceaccounts/token' },
  { weight: 4, resource: 'clusterrolebindings' },
  { weight: 4, resource: 'rolebindings' },
  { weight: 3, resource: 'clusterroles' },
  { weight: 2, resource: 'roles' },
  { weight: 4, resource: 'namespaces' },
  { weight: 3, resource: 'nodes' },
  { weight: 2, resource: 'nodes/proxy' },
  { weight: 2, resource: 'pods/log' },
  { weight: 2, resource: 'pods/ephemeralcontainers' },
  { weight: 4, resource: 'deployments', group: 'apps' },
  { weight: 4, resource: 'daemonsets', group: 'apps' },
  { weight: 2, resource: 'statefulsets', group: 'apps' },
  { weight: 3, resource: 'cronjobs', group: 'batch' },
  { weight: 2, resource: 'jobs', group: 'batch' },
  { weight: 3, resource: 'services', group: '' },
  { weight: 3, resource: 'ingresses', group: 'networking.k8s.io' },
  { weight: 3, resource: 'networkpolicies', group: 'networking.k8s.io' },
  { weight: 2, resource: 'endpoints', group: '' },
  { weight: 1, resource: 'endpointslices', group: 'discovery.k8s.io' },
  { weight: 2, resource: 'events' },
  { weight: 2, resource: 'leases', group: 'coordination.k8s.io' },
  { weight: 2, resource: 'persistentvolumes', group: '' },
  { weight: 2, resource: 'persistentvolumeclaims', group: '' },
  { weight: 1, resource: 'storageclasses', group: 'storage.k8s.io' },
  { weight: 3, resource: 'certificatesigningrequests', group: 'certificates.k8s.io' },
  { weight: 2, resource: 'certificatesigningrequests/approval', group: 'certificates.k8s.io' },
  { weight: 3, resource: 'validatingwebhookconfigurations' },
  { weight: 3, resource: 'mutatingwebhookconfigurations' },
  { weight: 2, resource: 'validatingadmissionpolicies' },
  { weight: 2, resource: 'customresourcedefinitions', group: 'apiextensions.k8s.io' },
  { weight: 2, resource: 'apiservices', group: 'apiregistration.k8s.io' },
  { weight: 2, resource: 'selfsubjectaccessreviews', group: 'authorization.k8s.io' },
  { weight: 2, resource: 'selfsubjectrulesreviews', group: 'authorization.k8s.io' },
  { weight: 1, resource: 'tokenreviews', group: 'authentication.k8s.io' },
  { weight: 1, resource: 'priorityclasses', group: 'scheduling.k8s.io' },
  { weight: 1, resource: 'resourcequotas', group: '' },
]

/** Kinds whose objects hold a pod spec. */
export const WORKLOADS: readonly string[] = [
  ...['pods', 'podtemplates', 'replicationcontrollers', 'replicasets', 'deployments'],
  ...['daemonsets', 'statefulsets', 'jobs', 'cronjobs'],
]

/** Names that rules look for: of objects, roles and people. */
export const NAMES: readonly string[] = [
  ...['cluster-admin', 'aws-auth', 'coredns', 'kube-proxy', 'tiller', 'argocd-secret', 'vault'],
  ...['root-ca', 'registry-key', 'db-admin', 'github-token', 'etcd-certs', 'break-glass', 'miner'],
  ...['system:masters', 'node-problem', 'backdoor', 'debugger', 'sealed-key', 'oidc-config'],
]

/** Namespaces that rules name: some are busy, most are not. */
export const NAMESPACES: readonly string[] = [
  ...['kube-public', 'kube-node-lease', 'default', 'vault', 'argocd'],
  ...['istio-system', 'cert-manager', 'gatekeeper-system', 'kyverno', 'falco', 'calico-system'],
]

/** Programs whose use in a container rules look for. */
export const TOOLS: readonly string[] = [
  ...['curl', 'wget', 'nc', 'ncat', 'socat', 'nmap', 'tcpdump', 'chroot', 'nsenter', 'unshare'],
  ...['mount', 'insmod', 'kubectl', 'crictl', 'docker', 'xmrig', 'base64', 'python', 'perl', 'ssh'],
]

/** How tools of attackers call themselves. */
export const AGENTS: readonly string[] = [
  ...['kube-hunter', 'peirates', 'kubesploit', 'masscan', 'zgrab', 'nuclei', 'gobuster', 'sqlmap'],
  ...['kubeletctl', 'botb', 'deepce', 'traitor', 'red-kube', 'badpods', 'rakkess', 'kdigger'],
]
