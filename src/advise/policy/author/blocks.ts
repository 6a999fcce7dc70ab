import type { PolicyRule } from '../../../kubernetes/audit-policy/policy.ts'
import {
  CONTROLLER_NAMESPACE,
  CONTROLLERS,
} from '../../../kubernetes/identity/builtin-identities.ts'
import { CHANGES, READS } from '../../../kubernetes/known-types/parse-type.ts'
import type { NoiseName } from './noise.ts'
import type { LevelsByPreset } from './preset.ts'

/** Which requests a rule is about. */
export type RuleMatch = Partial<Omit<PolicyRule, 'level' | 'omitStages' | 'omitManagedFields'>>

/** A rule of the table that presets are made of. */
export interface Row {
  readonly block: 'guarded' | 'detail' | 'noise' | 'rest'
  /** Why the rule is there: the comment above it. */
  readonly why: string
  readonly match: RuleMatch
  readonly levels: LevelsByPreset
  /** Of the block `noise`. */
  readonly noise?: NoiseName
}

const WRITTEN = ['create', 'update', 'patch']
const CORE = ''

const of = (group: string, ...resources: readonly string[]) => ({
  group,
  resources,
  resourceNames: [],
})

/** Workloads that make pods; `extensions` is the group they were in before Kubernetes 1.22. */
const MAKERS_OF_PODS = [
  of(CORE, 'podtemplates', 'replicationcontrollers'),
  of('apps', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'),
  of('extensions'),
  of('batch', 'cronjobs', 'jobs'),
]

/** What lets requests into the cluster, beside services. */
const DOORS = [
  of('networking.k8s.io', 'ingresses'),
  of('gateway.networking.k8s.io'),
  of('gateway.networking.x-k8s.io'),
  of('networking.istio.io', 'gateways'),
  of('route.openshift.io', 'routes'),
  of('serving.knative.dev', 'routes'),
]

const METADATA: LevelsByPreset = {
  minimal: 'Metadata',
  balanced: 'Metadata',
  managed: 'Metadata',
  cis: 'Metadata',
  forensic: 'Metadata',
}
const DROPPED: LevelsByPreset = { minimal: 'None', balanced: 'None', managed: 'None' }
const DROPPED_ALWAYS: LevelsByPreset = { ...DROPPED, forensic: 'None' }

/** What holds secrets: first of all, so that no other rule can log it with its body. */
const GUARDED: readonly Row[] = [
  {
    block: 'guarded',
    why: 'What is asked of a token says for whom, for what and for how long; the token itself is in the answer, which is not logged.',
    match: { verbs: ['create'], resources: [of(CORE, 'serviceaccounts/token')] },
    levels: { balanced: 'Request', forensic: 'Request' },
  },
  {
    block: 'guarded',
    why: 'Secrets, tokens and configuration: who touched which, never what is in it. A log is read by more people than a secret.',
    match: {
      resources: [
        of(CORE, 'secrets', 'configmaps', 'serviceaccounts/token'),
        of('authentication.k8s.io', 'tokenreviews'),
        of('oauth.openshift.io'),
      ],
    },
    levels: METADATA,
  },
]

/** What matters, before noise: what is dropped there cannot hide it, whoever does it. */
const DETAIL: readonly Row[] = [
  {
    block: 'detail',
    why: 'Sessions in pods, and ways around the API server: to pods, services and kubelets. Any verb opens one.',
    match: {
      resources: [
        of(
          CORE,
          ...['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy'],
          ...['services/proxy', 'nodes/proxy'],
        ),
      ],
    },
    levels: METADATA,
  },
  {
    block: 'detail',
    why: 'What programs print, and who debugs them: worth reading to a stranger.',
    match: { verbs: READS, resources: [of(CORE, 'pods/log', 'pods/ephemeralcontainers')] },
    levels: METADATA,
  },
  {
    block: 'detail',
    why: 'Questions about rights are small, and show who looks around; those of a kubelet show who called it directly.',
    match: { resources: [of('authorization.k8s.io')] },
    levels: { balanced: 'Request' },
  },
  {
    block: 'detail',
    why: 'Rights: what a role or binding gives is in its body.',
    match: { verbs: CHANGES, resources: [of('rbac.authorization.k8s.io')] },
    levels: { minimal: 'Request', balanced: 'RequestResponse' },
  },
  {
    block: 'detail',
    why: 'Client certificates: only the answer says who had asked for what is approved.',
    match: { verbs: CHANGES, resources: [of('certificates.k8s.io')] },
    levels: {
      minimal: 'RequestResponse',
      balanced: 'RequestResponse',
    },
  },
  {
    block: 'detail',
    why: 'What decides about requests, and what serves them: admission, its policies, aggregated APIs.',
    match: {
      verbs: CHANGES,
      resources: [of('admissionregistration.k8s.io'), of('apiregistration.k8s.io')],
    },
    levels: { minimal: 'Request', balanced: 'RequestResponse' },
  },
  {
    block: 'detail',
    why: 'A patch says only what it changes: its answer says what came of it.',
    match: {
      verbs: ['patch'],
      resources: [
        of(
          CORE,
          ...['pods', 'pods/ephemeralcontainers', 'services', 'services/status'],
          ...['namespaces', 'namespaces/*', 'persistentvolumes'],
        ),
        ...MAKERS_OF_PODS,
        ...DOORS,
      ],
    },
    levels: { balanced: 'RequestResponse' },
  },
  {
    block: 'detail',
    why: 'The walls between workloads and around them: namespaces (Pod Security), network policies, volumes on nodes.',
    match: {
      verbs: CHANGES,
      resources: [
        of(CORE, 'namespaces', 'namespaces/*', 'persistentvolumes', 'resourcequotas'),
        of('networking.k8s.io', 'networkpolicies'),
        of('policy.networking.k8s.io'),
        of('crd.projectcalico.org'),
        of('cilium.io'),
        of('kyverno.io'),
        of('constraints.gatekeeper.sh'),
        of('templates.gatekeeper.sh'),
      ],
    },
    levels: { minimal: 'Request', balanced: 'Request' },
  },
  {
    block: 'detail',
    why: 'Addresses of pods come with their status: without it nobody can say later whose 10.2.3.4 was.',
    match: {
      userGroups: ['system:nodes'],
      verbs: ['update', 'patch'],
      resources: [of(CORE, 'pods/status')],
    },
    levels: { balanced: 'Request', forensic: 'Request', managed: 'Request' },
  },
  {
    block: 'detail',
    why: 'Workloads: what runs, with which rights over the node. Of pods also what admission made of them.',
    match: {
      verbs: CHANGES,
      resources: [of(CORE, 'pods', 'pods/ephemeralcontainers')],
    },
    levels: { cis: 'RequestResponse' },
  },
  {
    block: 'detail',
    why: 'Workloads: what runs, with which rights over the node. Of pods also what admission made of them.',
    match: {
      verbs: ['create', 'update'],
      resources: [of(CORE, 'pods', 'pods/ephemeralcontainers')],
    },
    levels: { balanced: 'RequestResponse' },
  },
  {
    block: 'detail',
    why: 'Workloads that make pods.',
    match: { verbs: CHANGES, resources: MAKERS_OF_PODS },
    levels: { cis: 'Request' },
  },
  {
    block: 'detail',
    why: 'Workloads that make pods.',
    match: { verbs: ['create', 'update'], resources: MAKERS_OF_PODS },
    levels: { balanced: 'Request' },
  },
  {
    block: 'detail',
    why: 'Doors into the cluster: services, ingresses, gateways.',
    match: {
      verbs: ['create', 'update'],
      resources: [of(CORE, 'services', 'services/status'), ...DOORS],
    },
    levels: { balanced: 'Request' },
  },
]

const serviceAccount = (name: string): string =>
  `system:serviceaccount:${CONTROLLER_NAMESPACE}:${name}`

/**
 * Noise: always by who makes it, what he does and with what, all three. A rule that drops what a
 * whole group or namespace does is a place for an intruder to hide in.
 */
const NOISE: readonly Row[] = [
  {
    block: 'noise',
    noise: 'kube-proxy',
    why: 'kube-proxy waits for news of services.',
    match: {
      users: ['system:kube-proxy', serviceAccount('kube-proxy')],
      verbs: ['list', 'watch'],
      resources: [
        of(CORE, 'endpoints', 'services', 'nodes'),
        of('discovery.k8s.io', 'endpointslices'),
        of('networking.k8s.io', 'servicecidrs'),
      ],
    },
    levels: DROPPED_ALWAYS,
  },
  {
    block: 'noise',
    noise: 'leases',
    why: 'Nodes say every ten seconds that they live.',
    match: {
      userGroups: ['system:nodes'],
      verbs: ['get', 'update', 'patch'],
      namespaces: ['kube-node-lease'],
      resources: [of('coordination.k8s.io', 'leases')],
    },
    levels: DROPPED_ALWAYS,
  },
  {
    block: 'noise',
    noise: 'leases',
    why: 'Leaders say every two seconds that they lead. The leases of the API servers themselves stay: by them a log that stopped is noticed.',
    match: {
      users: ['system:kube-controller-manager', 'system:kube-scheduler'],
      verbs: ['get', 'update', 'patch'],
      namespaces: ['kube-system'],
      resources: [of('coordination.k8s.io', 'leases')],
    },
    levels: DROPPED_ALWAYS,
  },
  {
    block: 'noise',
    noise: 'nodes',
    why: 'Kubelets look at their own node and report on it.',
    match: {
      userGroups: ['system:nodes'],
      verbs: ['get', 'list', 'watch', 'update', 'patch'],
      resources: [of(CORE, 'nodes', 'nodes/status'), of('storage.k8s.io', 'csinodes')],
    },
    levels: DROPPED,
  },
  {
    block: 'noise',
    noise: 'nodes',
    why: 'Kubelets look for their pods and what those use.',
    match: {
      userGroups: ['system:nodes'],
      verbs: READS,
      resources: [
        of(CORE, 'pods', 'services', 'persistentvolumeclaims', 'persistentvolumes'),
        of('node.k8s.io', 'runtimeclasses'),
        of('storage.k8s.io', 'csidrivers', 'volumeattachments'),
      ],
    },
    levels: DROPPED,
  },
  {
    block: 'noise',
    noise: 'health',
    why: 'Probes of the API server itself, by their exact paths.',
    match: {
      verbs: ['get', 'head'],
      nonResourceURLs: ['/healthz', '/livez', '/readyz'],
    },
    levels: DROPPED_ALWAYS,
  },
  {
    block: 'noise',
    noise: 'events',
    why: 'Events of nodes and controllers tell the story a second time. Their deletion stays: it removes traces.',
    match: {
      userGroups: ['system:nodes', 'system:serviceaccounts'],
      verbs: WRITTEN,
      resources: [of(CORE, 'events'), of('events.k8s.io', 'events')],
    },
    levels: DROPPED,
  },
  {
    block: 'noise',
    noise: 'apiserver',
    why: 'The API server reads what it needs for itself.',
    match: { users: ['system:apiserver'], verbs: READS },
    levels: DROPPED,
  },
  {
    block: 'noise',
    noise: 'controllers',
    why: 'Controllers of the control plane watch everything. They are named one by one: whoever else is in kube-system stays in the log.',
    match: {
      users: [
        'system:kube-controller-manager',
        'system:kube-scheduler',
        ...[...CONTROLLERS].map(serviceAccount),
      ],
      verbs: READS,
    },
    levels: DROPPED,
  },
  {
    block: 'noise',
    noise: 'controllers',
    why: 'Controllers of the control plane note how far they are.',
    match: {
      users: [...CONTROLLERS].map(serviceAccount),
      verbs: ['update', 'patch'],
      resources: [
        of(CORE, 'replicationcontrollers/status', 'resourcequotas/status'),
        of(
          'apps',
          ...[
            'daemonsets/status',
            'deployments/status',
            'replicasets/status',
            'statefulsets/status',
          ],
        ),
        of('autoscaling', 'horizontalpodautoscalers/status'),
        of('batch', 'cronjobs/status', 'jobs/status'),
        of('policy', 'poddisruptionbudgets/status'),
      ],
    },
    levels: DROPPED,
  },
]

const REST: readonly Row[] = [
  {
    block: 'rest',
    why: 'Every other change, with what was asked and what came of it.',
    match: { verbs: CHANGES },
    levels: { forensic: 'RequestResponse', managed: 'RequestResponse' },
  },
  {
    block: 'rest',
    why: 'Every other change.',
    match: { verbs: CHANGES },
    levels: { minimal: 'Metadata', balanced: 'Metadata' },
  },
  {
    block: 'rest',
    why: 'Reads of objects: what was asked for, not the answer.',
    match: { verbs: READS, resources: [{ group: '*', resources: [], resourceNames: [] }] },
    levels: { managed: 'Request' },
  },
  {
    block: 'rest',
    why: 'The rest: who asked for what, from where, with what result. Failed authentications are here, too.',
    match: {},
    levels: { balanced: 'Metadata', managed: 'Metadata', cis: 'Metadata', forensic: 'Metadata' },
  },
  {
    block: 'rest',
    why: 'Everything, with both bodies.',
    match: {},
    levels: { stig: 'RequestResponse' },
  },
]

/** The rows, in the order in which they stand in a policy. */
export const ROWS: readonly Row[] = [...GUARDED, ...DETAIL, ...NOISE, ...REST]
