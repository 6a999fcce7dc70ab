import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import { PART } from '../../model/blindness.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Known, TokenFacts } from '../../model/facts.ts'
import { below, fieldsOf, member, text, texts, whole } from '../submission/document.ts'

/** The token that a request asks for. Upstream: kubernetes/api authentication/v1, TokenRequest. */
export const tokenOf = (event: AuditEvent): TokenFacts | undefined | CannotTell => {
  const ref = event.objectRef
  if (ref?.resource !== 'serviceaccounts' || ref.subresource !== 'token' || ref.apiGroup) {
    return undefined
  }
  if (event.verb !== 'create') return undefined
  const body = bodyOf(event)
  if (body === undefined) {
    return (event.unknown & PART.requestObject) === 0 ? undefined : CANNOT_TELL
  }
  const spec = member(body, 'spec')
  const audiences = texts(member(spec, 'audiences'))
  return {
    audiences,
    foreignAudiences: foreignOf(audiences),
    expirationSeconds: whole(member(spec, 'expirationSeconds')),
    bound: fieldsOf(member(spec, 'boundObjectRef')) !== undefined,
    boundKind: text(below(spec, ['boundObjectRef', 'kind'])),
  }
}

/** Absent where none is foreign. */
const foreignOf = (audiences: Known<readonly string[]>): Known<readonly string[]> => {
  if (audiences === undefined || audiences === CANNOT_TELL) return audiences
  const foreign = audiences.filter(
    (name) => !OWN.has(name) && !OWN_OF_CLOUD.some((pattern) => pattern.test(name)),
  )
  return foreign.length === 0 ? undefined : foreign
}

/** What clusters call their own API server: --api-audiences, else the issuer. (A table of data.) */
const OWN: ReadonlySet<string> = new Set([
  'api',
  'k3s',
  'rke2',
  'kubernetes.default.svc',
  'https://kubernetes.default.svc',
  'https://kubernetes.default.svc.cluster.local',
])
/** Of GKE and AKS, whose names hold that of the cluster. */
const OWN_OF_CLOUD: readonly RegExp[] = [
  /^https:\/\/container\.googleapis\.com\/v1\/projects\//,
  /^"?https:\/\/[a-z0-9.-]+\.azmk8s\.io"?$/,
]

/** What was asked; the answer repeats it. */
const bodyOf = (event: AuditEvent): unknown =>
  [event.requestObject, event.responseObject].find((body) => {
    const kind = fieldsOf(body)?.kind
    return fieldsOf(body) !== undefined && (kind === undefined || kind === 'TokenRequest')
  })
