import { type PolicyRule, policyRule } from '../../../kubernetes/audit-policy/policy.ts'
import { CHANGES } from '../../../kubernetes/known-types/parse-type.ts'

/** What attackers do through the API, as a rule that matches it. */
export interface Act {
  /** What is done, after "hides": `Secrets being read or changed`. */
  readonly about: string
  readonly rule: PolicyRule
}

const act = (
  about: string,
  group: string,
  resources: readonly string[],
  verbs: readonly string[] = [],
): Act => ({
  about,
  rule: policyRule('Metadata', { verbs, resources: [{ group, resources, resourceNames: [] }] }),
})

const POD_SESSIONS = ['pods/exec', 'pods/attach', 'pods/portforward']
const PROXIES = ['pods/proxy', 'nodes/proxy', 'services/proxy']
const PROXIED = ['get', 'create', 'update', 'patch', 'delete']
const WORKLOADS = ['deployments', 'daemonsets', 'statefulsets', 'replicasets']
const ROLES = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings']
const CERTIFICATES = 'certificatesigningrequests'
const ADMISSION = [
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]

/**
 * Acts whose trace must not be missing, whoever does them; the worst first. What they have in
 * common is that a detection of deckwatch rests on them.
 */
export const ACTS: readonly Act[] = [
  act('Secrets being read or changed', '', ['secrets']),
  act('commands, files and connections in pods', '', POD_SESSIONS, ['get', 'create']),
  act('pods, nodes and services being reached through the API server', '', PROXIES, PROXIED),
  act('debugging in pods', '', ['pods/ephemeralcontainers'], ['update', 'patch']),
  act('tokens being made', '', ['serviceaccounts/token'], ['create']),
  act('pods being changed', '', ['pods'], CHANGES),
  act('workloads being changed', 'apps', WORKLOADS, CHANGES),
  act('jobs being changed', 'batch', ['jobs', 'cronjobs'], CHANGES),
  act('rights being changed', 'rbac.authorization.k8s.io', ROLES, CHANGES),
  act('certificates being asked for', 'certificates.k8s.io', [CERTIFICATES], ['create']),
  act('certificates being approved', 'certificates.k8s.io', [`${CERTIFICATES}/approval`], CHANGES),
  act('admission being changed', 'admissionregistration.k8s.io', ADMISSION, CHANGES),
  act('network policies being changed', 'networking.k8s.io', ['networkpolicies'], CHANGES),
]

/** What matters where many can do it, and little where a component of the cluster does. */
export const ACTS_OF_MANY: readonly Act[] = [
  act('logs of containers being read', '', ['pods/log'], ['get']),
]

/** What is noise of one component or another, and hidden from nobody's eyes where all may do it. */
export const ACTS_OF_ANYBODY: readonly Act[] = [
  act('nodes being changed', '', ['nodes'], CHANGES),
  act('Namespaces being changed', '', ['namespaces'], CHANGES),
  act('accounts of pods being changed', '', ['serviceaccounts'], CHANGES),
  act('ConfigMaps being changed', '', ['configmaps'], CHANGES),
  act('services being changed', '', ['services', 'endpoints'], CHANGES),
  act('volumes being changed', '', ['persistentvolumes', 'persistentvolumeclaims'], CHANGES),
  act('types being changed', 'apiextensions.k8s.io', ['customresourcedefinitions'], CHANGES),
  act('parts of the API being changed', 'apiregistration.k8s.io', ['apiservices'], CHANGES),
  act('pods being listed', '', ['pods'], ['list']),
  act('rights being listed', 'rbac.authorization.k8s.io', ROLES, ['list']),
  {
    about: 'logs and memory of the API server being read',
    rule: policyRule('Metadata', { verbs: ['get'], nonResourceURLs: ['/debug/pprof*', '/logs*'] }),
  },
]
