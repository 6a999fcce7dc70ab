/**
 * Users that are components of the control plane. (A table of data.)
 * Upstream: kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go and
 * apiserver pkg/authentication/user (system:apiserver); kube-apiserver-kubelet-client is the name
 * that kubeadm gives to the API server's client certificate towards kubelets, and
 * system:konnectivity-server the one of the documentation's page on setting up Konnectivity.
 */
export const CONTROL_PLANE_USERS: ReadonlySet<string> = new Set([
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-proxy',
  'system:kube-scheduler',
  'system:konnectivity-server',
  'kube-apiserver-kubelet-client',
])

/** The namespace in which kube-controller-manager's ServiceAccounts are. */
export const CONTROLLER_NAMESPACE = 'kube-system'

/**
 * ServiceAccounts in kube-system that kube-controller-manager itself (or the cloud's) acts as, one
 * for each controller. (A table of data.)
 * Upstream: kubernetes/kubernetes
 * plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go; bootstrap-signer,
 * cloud-provider and token-cleaner from namespace_policy.go beside it.
 */
export const CONTROLLERS: ReadonlySet<string> = new Set([
  'attachdetach-controller',
  'bootstrap-signer',
  'certificate-controller',
  'cloud-provider',
  'clusterrole-aggregation-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'device-taint-eviction-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'ephemeral-volume-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'kube-apiserver-serving-clustertrustbundle-publisher',
  'legacy-service-account-token-cleaner',
  'namespace-controller',
  'node-controller',
  'persistent-volume-binder',
  'pod-garbage-collector',
  'podcertificaterequestcleaner',
  'pv-protection-controller',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resource-claim-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'route-controller',
  'selinux-warning-controller',
  'service-account-controller',
  'service-cidrs-controller',
  'service-controller',
  'statefulset-controller',
  'storage-version-garbage-collector',
  'storage-version-migrator-controller',
  'token-cleaner',
  'ttl-after-finished-controller',
  'ttl-controller',
  'validatingadmissionpolicy-status-controller',
  'volumeattributesclass-protection-controller',
])
