import { expect, it } from 'vitest'
import { lintText, namesOf } from './testing/lint-cases.ts'

/**
 * Mistakes that published rules for this log make, each in a rule of that kind, and the lints that
 * name it.
 */
const DEFECTS: readonly (readonly [title: string, rule: string, lints: readonly string[]])[] = [
  [
    'a field that the log does not have: hostPath at the top',
    `
detection:
  mount: { verb: create, objectRef.resource: pods, hostPath|exists: true }
  condition: mount`,
    ['renamed-field', 'missing-templates', 'missing-verb', 'no-outcome'],
  ],
  [
    'a field that the log does not have: capabilities at the top',
    `
detection:
  pod: { verb: create, objectRef.resource: pods, capabilities: '*' }
  condition: pod`,
    ['renamed-field', 'missing-templates', 'missing-verb', 'no-outcome'],
  ],
  [
    'a field that the log does not have: apiGroup at the top',
    `
detection:
  listing: { verb: list, apiGroup: rbac.authorization.k8s.io }
  condition: listing`,
    ['renamed-field'],
  ],
  [
    'a value that a field never has: a decision for a code',
    `
detection:
  review: { verb: create, responseStatus.code: ALLOW }
  condition: review`,
    ['impossible-value', 'never-matches'],
  ],
  [
    'a place that a kind does not have: the ServiceAccount of a binding',
    `
detection:
  binding:
    objectRef.resource: [rolebindings, clusterrolebindings]
    verb: [create, update, patch]
    requestObject.spec.serviceAccountName: default
  condition: binding`,
    ['path-not-in-kind', 'no-outcome'],
  ],
  [
    'the verb replace, and the other writes forgotten',
    `
detection:
  webhook:
    objectRef.resource: [mutatingwebhookconfigurations, validatingwebhookconfigurations]
    verb: [create, delete, patch, replace, update]
  condition: webhook`,
    ['impossible-value', 'missing-verb', 'no-outcome'],
  ],
  [
    'deletecollection forgotten',
    `
detection:
  deletion: { objectRef.resource: events, verb: delete }
  condition: deletion`,
    ['missing-verb', 'no-outcome'],
  ],
  [
    'exec is create alone',
    `
detection:
  exec: { verb: create, objectRef.resource: pods, objectRef.subresource: exec }
  condition: exec`,
    ['missing-verb', 'no-outcome'],
  ],
  [
    'a level as a filter',
    `
detection:
  anonymous: { user.username: 'system:anonymous', level: RequestResponse }
  condition: anonymous`,
    ['level-filter'],
  ],
  [
    'a stage named as a level',
    `
detection:
  pods:
    level: [RequestResponse, ResponseComplete, Request]
    objectRef.resource: pods
  condition: pods`,
    ['level-or-stage', 'level-filter', 'impossible-value'],
  ],
  [
    'an absent body taken for a value',
    `
detection:
  ingress: { objectRef.resource: ingresses, verb: [create, update, patch] }
  tls: { requestObject.spec.tls|exists: true }
  condition: ingress and not tls`,
    ['absence-as-proof', 'no-outcome'],
  ],
  [
    'the same act told twice, which asking for one stage is to prevent',
    `
detection:
  forward:
    objectRef.resource: pods
    objectRef.subresource: portforward
    stage: ResponseComplete
  condition: forward`,
    ['stage-filter'],
  ],
  [
    'create alone: a role is also changed',
    `
detection:
  role:
    objectRef.resource: [roles, clusterroles]
    verb: create
    requestObject.rules.resources: '\\*'
  condition: role`,
    ['missing-verb', 'no-outcome'],
  ],
  [
    'create alone: a pod is also applied',
    `
detection:
  pod: { objectRef.resource: pods, verb: create, requestObject.spec.hostNetwork: true }
  condition: pod`,
    ['missing-verb', 'missing-templates', 'no-outcome'],
  ],
  [
    'containers alone',
    `
detection:
  pod:
    objectRef.resource: pods
    requestObject.spec.containers.securityContext.capabilities.add: SYS_ADMIN
  condition: pod`,
    ['missing-containers', 'missing-templates'],
  ],
  [
    'arrays made flat',
    `
detection:
  role:
    objectRef.resource: clusterroles
    requestObject.rules.resources: pods/exec
    requestObject.rules.verbs: [create, '\\*']
  condition: role`,
    ['flattened-tuples'],
  ],
  [
    'images let pass by name',
    `
detection:
  pod: { pod.hostPID: true }
  agents: { 'pod.containers[].image': ['*elastic/elastic-agent*', '*/sysdig/*'] }
  condition: pod and not agents`,
    ['image-exclusion'],
  ],
  [
    'repositories let pass by name',
    `
detection:
  pod: { requestObject.spec.containers.securityContext.privileged: true }
  known: { requestObject.spec.containers.image|startswith: [k8s.gcr.io/, docker.io/calico/node] }
  condition: pod and not known`,
    ['image-exclusion', 'missing-containers', 'missing-templates', 'flattened-tuples'],
  ],
  [
    'users let pass by the beginning of the name',
    `
detection:
  pod: { pod.hostNetwork: true }
  provider: { user.username|startswith: ['eks:', gke-, azure-] }
  condition: pod and not provider`,
    ['name-exclusion'],
  ],
  [
    'a suffix asked for at the beginning',
    `
detection:
  pod: { pod.hostNetwork: true }
  provider: { user.username|startswith: .iam.gserviceaccount.com }
  condition: pod and not provider`,
    ['wrong-end', 'name-exclusion'],
  ],
  [
    'pods of controllers pass, and no template is looked at',
    `
detection:
  pod: { objectRef.resource: pods, verb: [create, patch], requestObject.spec.hostIPC: true }
  owned: { requestObject.metadata.ownerReferences.controller: true }
  undone: { outcome: [denied, dry-run] }
  condition: pod and not owned and not undone`,
    ['exempts-owned', 'missing-templates'],
  ],
  [
    'another field than the title claims',
    `
title: Privileged Pod Created
detection:
  pod:
    objectRef.resource: pods
    requestObject.spec.containers.securityContext.allowPrivilegeEscalation: true
  condition: pod`,
    ['claim-differs', 'missing-containers', 'missing-templates'],
  ],
  [
    'the annotation of kubectl apply instead of the object',
    `
detection:
  pod:
    requestObject.metadata.annotations.kubectl.kubernetes.io/last-applied-configuration|contains:
      '"privileged":true'
  condition: pod`,
    ['last-applied'],
  ],
  [
    'refused and dry runs told as done',
    `
detection:
  creation: { objectRef.resource: serviceaccounts, verb: create }
  condition: creation`,
    ['no-outcome'],
  ],
]

it.each(DEFECTS)('%s', (_title, rule, lints) => {
  const raised = namesOf(lintText(`${rule.trim()}\n`))
  expect(raised).toEqual([...lints].sort())
})
