import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EventText, eventFrom } from '../kubernetes/testing/event.ts'
import type { Facts } from '../model/facts.ts'
import { enrich } from './enrich.ts'

const RBAC = 'rbac.authorization.k8s.io'
const objectRef = fc.constantFrom(
  { resource: 'pods' },
  { resource: 'pods', subresource: 'ephemeralcontainers' },
  { resource: 'pods', subresource: 'exec' },
  { resource: 'nodes', subresource: 'proxy' },
  { resource: 'deployments', apiGroup: 'apps' },
  { resource: 'cronjobs', apiGroup: 'batch' },
  { resource: 'clusterroles', apiGroup: RBAC },
  { resource: 'rolebindings', apiGroup: RBAC },
  { resource: 'services' },
  { resource: 'services', subresource: 'status' },
  { resource: 'persistentvolumes' },
  { resource: 'namespaces' },
  { resource: 'ingresses', apiGroup: 'networking.k8s.io' },
  { resource: 'gateways', apiGroup: 'gateway.networking.k8s.io' },
  { resource: 'httproutes', apiGroup: 'gateway.networking.k8s.io' },
  { resource: 'serviceaccounts', subresource: 'token' },
  { resource: 'secrets' },
  { resource: 'certificatesigningrequests', apiGroup: 'certificates.k8s.io' },
  {
    resource: 'certificatesigningrequests',
    apiGroup: 'certificates.k8s.io',
    subresource: 'approval',
  },
)

/** The keys that are looked for, so that random bodies reach far. */
const key = fc.constantFrom(
  ...['spec', 'template', 'jobTemplate', 'metadata', 'ownerReferences', 'containers', 'volumes'],
  ...['initContainers', 'securityContext', 'capabilities', 'add', 'ports', 'hostPath', 'path'],
  ...['rules', 'verbs', 'resources', 'apiGroups', 'subjects', 'roleRef', 'name', 'kind', 'request'],
  ...['aggregationRule', 'clusterRoleSelectors', 'status', 'conditions', '$patch', '__proto__'],
  ...['volumeMounts', 'lifecycle', 'postStart', 'exec', 'command', 'annotations', 'nodeSelector'],
  ...['affinity', 'tls', 'hosts', 'listeners', 'loadBalancer', 'ingress', 'labels', 'sysctls'],
)
const scalar = fc.constantFrom(
  null,
  true,
  0,
  -1,
  1.5,
  1e21,
  '',
  'x',
  'delete',
  '/..',
  'Pod',
  'MAA=',
)

const { body } = fc.letrec<{ body: unknown }>((tie) => ({
  body: fc.oneof(
    { depthSize: 'medium' },
    scalar,
    fc.array(tie('body'), { maxLength: 3 }),
    fc.dictionary(key, tie('body'), { maxKeys: 4 }),
  ),
}))

const pointer = fc
  .array(fc.oneof(key, fc.constantFrom('0', '1', '-1', '-', '999999', '~1', '')), { maxLength: 8 })
  .map((keys) => keys.map((one) => `/${one}`).join(''))
const operation = fc.record(
  {
    op: fc.constantFrom('add', 'replace', 'remove', 'copy', 'move', 'test', 'x'),
    path: fc.oneof(pointer, scalar),
    from: fc.oneof(pointer, scalar),
    value: body,
  },
  { requiredKeys: ['op', 'path'] },
)
const bodies = fc.oneof(body, fc.array(operation, { maxLength: 6 }))

const event: fc.Arbitrary<EventText> = fc.record({
  verb: fc.constantFrom('create', 'update', 'patch', 'delete', 'get', ''),
  level: fc.constantFrom('Metadata', 'Request', 'RequestResponse'),
  stage: fc.constantFrom('RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'),
  objectRef,
  requestObject: bodies,
  responseObject: bodies,
  requestURI: fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.constantFrom('/x?command=%zz&dryRun=All%', '/api/v1/nodes/a:1:/proxy/../run'),
  ),
  auditID: fc.string({ unit: 'binary' }),
  userAgent: fc.string({ unit: 'binary' }),
  sourceIPs: fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())),
  user: fc.record({ username: fc.constantFrom('a', '', 'system:serviceaccount:', 'system:node:') }),
})

const PARTS: readonly (keyof Facts)[] = [
  ...(['actor', 'peer', 'outcome', 'request', 'exec', 'pod', 'grantRules'] as const),
  ...(['grantAggregated', 'grantAggregatesTo', 'binding', 'certificate', 'service'] as const),
  ...(['route', 'persistentVolume', 'namespace', 'kubelet'] as const),
  ...(['token', 'secret', 'failedOpen', 'spoofSignals', 'forwardedSignals'] as const),
]

describe('whatever an event holds', () => {
  it('every part is read, the same each time, and the event stays as it was', () => {
    fc.assert(
      fc.property(event, (given) => {
        const before = JSON.stringify(given)
        const read = () => PARTS.map((part) => enrich(eventFrom(given))[part])
        expect(read()).toEqual(read())
        expect(JSON.stringify(given)).toBe(before)
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { seed: 1, numRuns: 3000 },
    )
  })

  it('every path is followed', () => {
    fc.assert(
      fc.property(body, fc.array(key, { minLength: 1, maxLength: 4 }), (requestObject, keys) => {
        const facts = enrich(eventFrom({ requestObject }))
        expect(() => facts.at('requestObject', keys.join('.'))).not.toThrow()
      }),
      { seed: 1, numRuns: 2000 },
    )
  })
})
