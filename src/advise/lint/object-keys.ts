/** Members that request bodies of any kind may have: of objects, JSON patches and DeleteOptions. */
export const REQUEST_KEYS: ReadonlySet<string> = new Set([
  ...['apiVersion', 'kind', 'metadata', 'op', 'path', 'value', 'from'],
  ...['gracePeriodSeconds', 'preconditions', 'orphanDependents', 'propagationPolicy', 'dryRun'],
  ...['ignoreStoreReadErrorWithClusterBreakingPotential', 'fieldManager'],
])

const SPEC = ['spec', 'status']
const WEBHOOKS = ['webhooks']
const GRANTS = ['rules', 'aggregationRule']
const BINDINGS = ['roleRef', 'subjects']
const EVENTS = [
  ...['involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count'],
  ...['type', 'eventTime', 'series', 'action', 'related', 'reportingComponent', 'note'],
  ...['reportingInstance', 'reportingController', 'regarding', 'deprecatedSource'],
  ...['deprecatedFirstTimestamp', 'deprecatedLastTimestamp', 'deprecatedCount'],
]

/**
 * The members of the objects of a resource, besides those of all. Upstream: kubernetes/api,
 * types.go of each group. (A table of data: exempt from the file size limit.)
 */
export const OBJECT_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ...[
    ...['pods', 'services', 'nodes', 'namespaces', 'persistentvolumes', 'persistentvolumeclaims'],
    ...['replicationcontrollers', 'resourcequotas', 'limitranges', 'deployments', 'daemonsets'],
    ...['statefulsets', 'replicasets', 'jobs', 'cronjobs', 'networkpolicies', 'ingresses'],
    ...['ingressclasses', 'certificatesigningrequests', 'tokenreviews', 'subjectaccessreviews'],
    ...['localsubjectaccessreviews', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    ...['customresourcedefinitions', 'apiservices', 'leases', 'poddisruptionbudgets'],
    ...['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
    ...['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings', 'flowschemas'],
    ...['prioritylevelconfigurations', 'horizontalpodautoscalers', 'volumeattachments'],
  ].map((name) => [name, SPEC] as const),
  ['roles', GRANTS],
  ['clusterroles', GRANTS],
  ['rolebindings', BINDINGS],
  ['clusterrolebindings', BINDINGS],
  ['validatingwebhookconfigurations', WEBHOOKS],
  ['mutatingwebhookconfigurations', WEBHOOKS],
  ['secrets', ['data', 'stringData', 'type', 'immutable']],
  ['configmaps', ['data', 'binaryData', 'immutable']],
  ['serviceaccounts', ['secrets', 'imagePullSecrets', 'automountServiceAccountToken']],
  ['endpoints', ['subsets']],
  ['endpointslices', ['addressType', 'endpoints', 'ports']],
  ['events', EVENTS],
  ['priorityclasses', ['globalDefault', 'description', 'preemptionPolicy']],
])

/**
 * Those of bodies sent to subresources, where they are others than the object's: Binding and
 * Eviction, TokenRequest.
 */
export const SUBRESOURCE_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['pods', ['target', 'deleteOptions']],
  ['serviceaccounts', SPEC],
])
