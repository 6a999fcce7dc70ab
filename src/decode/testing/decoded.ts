import type { Issue } from '../../base/issue.ts'
import type { AuditEvent, Source } from '../../model/event.ts'
import { decodeBlock } from '../decode.ts'

/** Everything that decoding a block gave. */
export interface Decoded {
  readonly events: readonly AuditEvent[]
  readonly issues: readonly Issue[]
  readonly shapes: readonly string[]
  readonly codes: readonly string[]
}

/** The source of events in tests. */
export const SOURCE: Source = { cluster: 'c', server: 's', file: 'audit.log' }

/** Decodes a whole input at once. */
export const decoded = (input: string | Uint8Array, strict = false, offset = 0): Decoded => {
  const events: AuditEvent[] = []
  const issues: Issue[] = []
  const shapes: string[] = []
  decodeBlock(
    Buffer.from(input as string),
    offset,
    SOURCE,
    { strict },
    {
      event: (event) => events.push(event),
      issue: (issue) => issues.push(issue),
      shape: (name) => shapes.push(name),
    },
  )
  return { events, issues, shapes, codes: issues.map((issue) => issue.code) }
}

/** A native line of an ordinary request. */
export const line = (members: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: 'e3a44c20-3c4f-4b6f-813a-e112dd0de85d',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/shop/pods',
    verb: 'create',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['10.0.0.7'],
    userAgent: 'kubectl/v1.36.3',
    objectRef: { resource: 'pods', namespace: 'shop', name: 'web-1', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 201 },
    requestObject: { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web-1' } },
    responseObject: { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web-1', uid: 'u' } },
    requestReceivedTimestamp: '2026-11-20T21:52:57.356447Z',
    stageTimestamp: '2026-11-20T21:52:57.366616Z',
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    ...members,
  })
