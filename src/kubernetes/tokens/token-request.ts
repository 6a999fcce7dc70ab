import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import { PART } from '../../model/blindness.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { TokenFacts } from '../../model/facts.ts'
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
  return {
    audiences: texts(member(spec, 'audiences')),
    expirationSeconds: whole(member(spec, 'expirationSeconds')),
    bound: fieldsOf(member(spec, 'boundObjectRef')) !== undefined,
    boundKind: text(below(spec, ['boundObjectRef', 'kind'])),
  }
}

/** What was asked; the answer repeats it. */
const bodyOf = (event: AuditEvent): unknown =>
  [event.requestObject, event.responseObject].find((body) => {
    const kind = fieldsOf(body)?.kind
    return fieldsOf(body) !== undefined && (kind === undefined || kind === 'TokenRequest')
  })
