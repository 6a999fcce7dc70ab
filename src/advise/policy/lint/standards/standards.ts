import type { GroupResources, PolicyRequest } from '../../../../kubernetes/audit-policy/policy.ts'
import { CHANGES } from '../../../../kubernetes/known-types/parse-type.ts'
import type { Probe, Standard } from './requirement.ts'

const item = (group: string, ...resources: readonly string[]): GroupResources => ({
  ...{ group, resources, resourceNames: [] },
})

const logged = (
  about: string,
  resources: readonly GroupResources[],
  verbs: readonly string[] = [],
): Probe => ({ about, requests: { kind: 'all', rule: { verbs, resources } }, atLeast: 'Metadata' })

/** What is written with the content of objects, and what is answered with it. */
const noContent = (what: string, resources: readonly GroupResources[]): readonly Probe[] => [
  {
    about: `writes of ${what}`,
    requests: { kind: 'all', rule: { verbs: ['create', 'update', 'patch'], resources } },
    atMost: 'Metadata',
  },
  {
    // The request for it has no body: at this level nothing of the content is logged.
    about: `reads and deletions of ${what}, which are answered with their content,`,
    requests: { kind: 'all', rule: { verbs: ['get', 'list', 'deletecollection'], resources } },
    atMost: 'Request',
  },
]

const SECRETS = [item('', 'secrets')]

/** `--check cis`. */
const CIS: Standard = {
  name: 'cis',
  code: 'policy-lint/cis',
  source:
    'CIS Kubernetes Benchmark, section 3.2 Logging, as kube-bench has it in cfg/cis-1.11/controlplane.yaml; it says the same since v1.5.1.',
  notJudged: 'The flags of the API server (1.2.16 to 1.2.19).',
  requirements: [
    {
      id: 'CIS Kubernetes Benchmark 3.2.1',
      about: 'There is a minimal audit policy.',
      probes: [
        {
          about: 'changes of any kind',
          requests: {
            kind: 'these',
            requests: [
              {
                user: { name: 'alice', groups: ['system:authenticated'] },
                verb: 'create',
                resource: {
                  ...{ group: '', resource: 'pods', subresource: '' },
                  ...{ namespace: 'default', name: '' },
                },
                path: '/api/v1/namespaces/default/pods',
              },
            ],
          },
          atLeast: 'Metadata',
        },
      ],
    },
    {
      id: 'CIS Kubernetes Benchmark 3.2.2',
      about:
        'The policy covers access to Secrets, changes of Pods and Deployments, and the use of pods/exec, pods/portforward, pods/proxy and services/proxy; of Secrets, ConfigMaps and TokenReviews it logs Metadata and no content; most requests are logged at least at Metadata.',
      probes: [
        logged('access to Secrets', SECRETS),
        ...noContent('Secrets, ConfigMaps and TokenReviews', [
          item('', 'secrets', 'configmaps'),
          item('authentication.k8s.io', 'tokenreviews'),
        ]),
        logged(
          'changes of Pods and Deployments',
          [item('', 'pods'), item('apps', 'deployments')],
          CHANGES,
        ),
        logged('the use of pods/exec, pods/portforward, pods/proxy and services/proxy', [
          item('', 'pods/exec', 'pods/portforward', 'pods/proxy', 'services/proxy'),
        ]),
        { about: 'what no rule is about', requests: { kind: 'unmatched' }, atLeast: 'Metadata' },
      ],
    },
  ],
}

/** `--check stig`. */
const STIG: Standard = {
  name: 'stig',
  code: 'policy-lint/stig',
  source:
    'DISA, Kubernetes Security Technical Implementation Guide, V2: V-242403 (CNTR-K8-000700), check and fix text.',
  notJudged: 'The flags of the API server (such as V-242461), and who may read the files.',
  requirements: [
    {
      id: 'Kubernetes STIG V-242403 (CNTR-K8-000700)',
      about:
        'The policy has one rule, which logs every request at RequestResponse, and omits no stage. By its own text this holds for Secrets and tokens too.',
      probes: [
        {
          about: 'every request',
          requests: { kind: 'all', rule: {} },
          atLeast: 'RequestResponse',
          stages: ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'],
        },
        {
          about: 'what no rule is about',
          requests: { kind: 'unmatched' },
          atLeast: 'RequestResponse',
        },
      ],
    },
  ],
}

/** `--check nsa`. */
const NSA: Standard = {
  name: 'nsa',
  code: 'policy-lint/nsa',
  source:
    'NSA and CISA, Kubernetes Hardening Guide, version 1.2 (August 2022), the section on audit logging and its example of an audit policy.',
  notJudged: 'Where logs are kept, for how long, and who looks at them.',
  requirements: [
    {
      id: 'Kubernetes Hardening Guide: Secrets at Metadata',
      about: 'Requests involving Secrets are logged, at Metadata and not above.',
      probes: [logged('requests involving Secrets', SECRETS), ...noContent('Secrets', SECRETS)],
    },
    {
      id: 'Kubernetes Hardening Guide: all other requests',
      about:
        "All other requests are logged, by the guide's example at RequestResponse; what is less critical may be logged less. Checked here is that requests which no rule is about are logged at all.",
      probes: [
        { about: 'what no rule is about', requests: { kind: 'unmatched' }, atLeast: 'Metadata' },
      ],
    },
  ],
}

const refused = (verb: string, resource: string): PolicyRequest => ({
  user: undefined,
  verb,
  resource: { group: '', resource, subresource: '', namespace: 'default', name: '' },
  path: `/api/v1/namespaces/default/${resource}`,
})

const ADMINISTRATORS = ['system:masters', 'kubeadm:cluster-admins']

/** `--check pci`. */
const PCI: Standard = {
  name: 'pci',
  code: 'policy-lint/pci',
  source:
    'PCI DSS v4.0.1, requirements 10.2.1.2, 10.2.1.4, 10.2.1.5, 10.2.1.7 and 10.2.2. See also PCI SSC, Information Supplement: Guidance for Containers and Container Orchestration Tools (September 2022).',
  notJudged:
    'Which objects hold cardholder data (10.2.1.1), access to the logs themselves (10.2.1.3), and the start and stop of logging (10.2.1.6), which no audit policy shows.',
  requirements: [
    {
      id: 'PCI DSS 10.2.1.2',
      about:
        'All actions of those with administrative access are logged: here, of the users of kubeadm in system:masters and kubeadm:cluster-admins.',
      probes: [
        {
          about: 'what administrators do',
          requests: {
            kind: 'all',
            rule: {
              users: ['kubernetes-admin', 'kubernetes-super-admin'],
              userGroups: ADMINISTRATORS,
              resources: [item('*', '*')],
            },
            // That nodes or pods are administrators is another fault.
            without: ['system:nodes', 'system:serviceaccounts'],
          },
          atLeast: 'Metadata',
        },
      ],
    },
    {
      id: 'PCI DSS 10.2.1.4',
      about:
        'All invalid logical access attempts are logged: here, requests with refused credentials.',
      probes: [
        {
          about: 'requests with refused credentials',
          requests: {
            kind: 'these',
            requests: [
              refused('list', 'secrets'),
              refused('create', 'pods'),
              refused('list', 'pods'),
            ],
          },
          atLeast: 'Metadata',
          stages: ['ResponseStarted'],
        },
      ],
    },
    {
      id: 'PCI DSS 10.2.1.5',
      about:
        'All changes to identification and authentication credentials are logged, new accounts and elevation of privileges among them: here, of ServiceAccounts, their tokens, Secrets, certificates and RBAC.',
      probes: [
        logged(
          'changes of accounts, credentials and rights',
          [
            item('', 'serviceaccounts', 'serviceaccounts/token', 'secrets'),
            item(
              'certificates.k8s.io',
              'certificatesigningrequests',
              'certificatesigningrequests/approval',
            ),
            item(
              'rbac.authorization.k8s.io',
              ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
            ),
          ],
          CHANGES,
        ),
      ],
    },
    {
      id: 'PCI DSS 10.2.1.7',
      about:
        'All creation and deletion of system-level objects is logged: here, of namespaces, nodes, volumes, and what extends or guards the API server.',
      probes: [
        logged(
          'creation and deletion of system-level objects',
          [
            item('', 'namespaces', 'nodes', 'persistentvolumes'),
            item('admissionregistration.k8s.io'),
            item('apiextensions.k8s.io', 'customresourcedefinitions'),
            item('apiregistration.k8s.io', 'apiservices'),
            item('storage.k8s.io', 'storageclasses'),
          ],
          ['create', 'delete', 'deletecollection'],
        ),
      ],
    },
    {
      id: 'PCI DSS 10.2.2',
      about:
        'Of each event there are who, what, when, from where, to what, and whether it succeeded: the stage ResponseComplete has the last.',
      probes: [
        {
          about: 'the outcome of requests',
          requests: { kind: 'all', rule: { resources: [item('*', '*')] } },
          stages: ['ResponseComplete'],
        },
      ],
    },
  ],
}

/** The standards that can be asked for, by name. */
export const STANDARDS: readonly Standard[] = [CIS, STIG, NSA, PCI]
