import { PART } from '../model/blindness.ts'
import type { AuditEvent, Stage } from '../model/event.ts'
import type { Actor, Facts } from '../model/facts.ts'

/** An event for tests of this folder, which may not decode: all members present, some replaced. */
export const testEvent = (changes: Partial<AuditEvent> = {}): AuditEvent => ({
  provider: 'native',
  level: 'Metadata',
  auditID: '3f2c1a52-6f0e-4f0e-9d0f-1d8e1c9a7b11',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/pods/web',
  verb: 'get',
  user: { username: 'alice', uid: undefined, groups: ['dev'], extra: undefined },
  impersonatedUser: undefined,
  impersonationConstraint: undefined,
  sourceIPs: ['10.0.0.7'],
  userAgent: 'kubectl',
  objectRef: {
    resource: 'pods',
    namespace: 'shop',
    name: 'web',
    uid: undefined,
    apiGroup: undefined,
    apiVersion: 'v1',
    resourceVersion: undefined,
    subresource: undefined,
  },
  responseStatus: { code: 200, status: undefined, reason: undefined, message: undefined },
  requestObject: undefined,
  responseObject: undefined,
  requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
  stageTimestamp: '2026-11-20T10:00:00.100000Z',
  annotations: { 'authorization.k8s.io/decision': 'allow' },
  unknown: PART.requestObject | PART.responseObject,
  unparsable: 0,
  origin: {
    source: { cluster: 'c', server: 's', file: 'audit.log' },
    offset: 0,
    length: 100,
    index: 0,
  },
  ...changes,
})

/** The facts of a plain request, without the knowledge that enrich would add. */
export const testFacts = (event: AuditEvent, changes: Partial<Facts> = {}): Facts => ({
  event,
  actor: actorOf(event),
  peer: { address: event.sourceIPs?.at(-1), class: 'private', claimed: [] },
  outcome: 'allowed',
  request: {
    resource: resourceOf(event),
    apiGroup: event.objectRef === undefined ? undefined : (event.objectRef.apiGroup ?? ''),
    path: event.requestURI,
    scope: 'object',
    write: ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(event.verb),
    dryRun: false,
    longRunning: false,
  },
  exec: undefined,
  clientKind: 'kubectl',
  clientTool: undefined,
  pathSigns: [],
  pod: undefined,
  grantRules: undefined,
  grantAggregated: undefined,
  binding: undefined,
  certificate: undefined,
  service: undefined,
  token: undefined,
  route: undefined,
  persistentVolume: undefined,
  namespace: undefined,
  kubelet: undefined,
  grantAggregatesTo: undefined,
  secret: undefined,
  secretNameSigns: undefined,
  failedOpen: undefined,
  forwardedSignals: [],
  auditIDChosen: false,
  spoofSignals: [],
  at: () => undefined,
  ...changes,
})

/** The stages, for tests that try each. */
export const STAGES: readonly Stage[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete']

const actorOf = (event: AuditEvent): Actor => ({
  kind: event.user.username === 'system:anonymous' ? 'anonymous' : 'human',
  name: event.user.username,
  groups: event.user.groups,
  namespace: undefined,
  serviceAccount: undefined,
  builtin: false,
  impersonated: false,
})

const resourceOf = (event: AuditEvent): string | undefined => {
  const { resource, subresource } = event.objectRef ?? {}
  return resource && subresource ? `${resource}/${subresource}` : resource
}
