import { PART } from '../../model/blindness.ts'
import type { User } from '../../model/event.ts'
import { cleaned, isObject } from '../members.ts'
import type { JsonRecord, Shape } from './shape.ts'

/**
 * An AdmissionReview, as kube-audit-rest records it. It is taken as an act that completed, for it
 * is the only stage there is; but nobody says whether it did, so the answer is unknown. UPDATE is
 * an `update` even when a patch was sent, because `object` is the whole object. The request's `uid`
 * is no audit id. `oldObject` has no place in an audit event.
 */
export const admission: Shape = {
  name: 'admission',
  about: 'AdmissionReview requests, as kube-audit-rest records them.',
  proof: 'sample',
  open: (record) => {
    const request = record.request
    if (record.kind !== 'AdmissionReview' || !isObject(request)) return undefined
    const verb = VERBS.get(request.operation)
    if (verb === undefined) return undefined
    const { members } = cleaned({
      verb,
      stage: 'ResponseComplete',
      user: userOf(request.userInfo),
      objectRef: objectRefOf(request),
      requestReceivedTimestamp: record.requestReceivedTimestamp,
      stageTimestamp: record.requestReceivedTimestamp,
    })
    const bodies = { request: request.object ?? undefined, response: undefined }
    const said = { ...members, dryRun: request.dryRun === true }
    return { kind: 'event', provider: 'admission', members: said, bodies, unknown: UNSAID }
  },
}

const UNSAID =
  PART.responseObject |
  PART.responseStatus |
  PART.annotations |
  PART.impersonation |
  PART.userAgent |
  PART.sourceIPs |
  PART.requestURI |
  PART.auditID

const VERBS: ReadonlyMap<unknown, string> = new Map([
  ['CREATE', 'create'],
  ['UPDATE', 'update'],
  ['DELETE', 'delete'],
  ['CONNECT', 'create'],
])

const userOf = (info: unknown): User | undefined => (isObject(info) ? (info as never) : undefined)

function objectRefOf(request: JsonRecord): JsonRecord {
  const kind = isObject(request.requestResource) ? request.requestResource : request.resource
  const resource = isObject(kind) ? kind : {}
  return {
    resource: resource.resource,
    apiGroup: resource.group === '' ? undefined : resource.group,
    apiVersion: resource.version,
    namespace: request.namespace === '' ? undefined : request.namespace,
    name: request.name === '' ? undefined : request.name,
    subresource: request.requestSubResource || request.subResource || undefined,
    uid: request.object?.metadata?.uid,
    resourceVersion: undefined,
  }
}
