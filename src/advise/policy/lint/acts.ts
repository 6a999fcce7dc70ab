import { type PolicyRule, policyRule } from '../../../kubernetes/audit-policy/policy.ts'

/** What attackers do through the API, as a rule that matches it. */
export interface Act {
  /** What is done, after "hides": `Secrets being read or changed`. */
  readonly about: string
  readonly rule: PolicyRule
}

/** Verbs that change something. */
export const CHANGES: readonly string[] = [
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
]

const act = (
  about: string,
  group: string,
  resources: readonly string[],
  verbs: readonly string[] = [],
): Act => ({
  about,
  rule: policyRule('Metadata', { verbs, resources: [{ group, resources, resourceNames: [] }] }),
})

/**
 * Acts whose trace must not be missing, whoever does them; the worst first. What they have in
 * common is that a detection of deckwatch rests on them.
 */
export const ACTS: readonly Act[] = [
  act('Secrets being read or changed', '', ['secrets']),
  act('commands, files and connections in pods', '', [
    'pods/exec',
    'pods/attach',
    'pods/portforward',
    'pods/proxy',
    'pods/ephemeralcontainers',
  ]),
  act('nodes and services being reached through the API server', '', [
    'nodes/proxy',
    'services/proxy',
  ]),
  act('tokens being made', '', ['serviceaccounts/token'], ['create']),
  act('logs of containers being read', '', ['pods/log']),
  act('pods being changed', '', ['pods'], CHANGES),
  act('workloads being changed', 'apps', [], CHANGES),
  act('jobs being changed', 'batch', [], CHANGES),
  act('rights being changed', 'rbac.authorization.k8s.io', [], CHANGES),
  act('certificates being asked for and approved', 'certificates.k8s.io', [], CHANGES),
  act('admission being changed', 'admissionregistration.k8s.io', [], CHANGES),
  act('network policies being changed', 'networking.k8s.io', ['networkpolicies'], CHANGES),
]
