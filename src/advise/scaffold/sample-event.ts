import { decodeBlock } from '../../decode/decode.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { AuditEvent, Source } from '../../model/event.ts'
import type { Facts } from '../../model/facts.ts'

/** An event to begin with, for a rule that is made from none. */
export const sampleFacts = (): Facts => {
  const events: AuditEvent[] = []
  const sink = { event: (event: AuditEvent) => events.push(event), issue() {}, shape() {} }
  decodeBlock(Buffer.from(JSON.stringify(SAMPLE)), 0, SOURCE, { strict: true }, sink)
  const [event] = events
  if (event === undefined) throw new Error('bug: the sample event cannot be decoded')
  return enrich(event)
}

const SOURCE: Source = { cluster: 'sample', server: 'sample', file: 'sample' }

const SAMPLE = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: '7d1c6e7a-58a1-4f0b-9a51-0d3f6c1f2b77',
  stage: 'ResponseComplete',
  requestURI: '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/default-deny',
  verb: 'delete',
  user: { username: 'grace', groups: ['ops', 'system:authenticated'] },
  sourceIPs: ['10.77.10.14'],
  userAgent: 'kubectl/v1.36.2 (linux/amd64) kubernetes/0000000',
  objectRef: {
    resource: 'networkpolicies',
    namespace: 'shop',
    name: 'default-deny',
    apiGroup: 'networking.k8s.io',
    apiVersion: 'v1',
  },
  responseStatus: { metadata: {}, code: 200 },
  requestReceivedTimestamp: '2026-11-20T21:54:34.000001Z',
  stageTimestamp: '2026-11-20T21:54:34.000200Z',
  annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
}
