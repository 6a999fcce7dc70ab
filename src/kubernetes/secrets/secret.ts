import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { SecretFacts } from '../../model/facts.ts'
import { below, member, text } from '../submission/document.ts'
import { submissionOf } from '../submission/submission.ts'

/**
 * What kind of Secret a request writes, and whose token it is to hold; never what is in it.
 * Upstream: kubernetes/api core/v1, Secret.
 */
export const secretOf = (event: AuditEvent): SecretFacts | undefined | CannotTell => {
  const ref = event.objectRef
  if (ref?.resource !== 'secrets' || ref.apiGroup || ref.subresource) return undefined
  const written = submissionOf(event, ['Secret'])
  if (written === undefined || written === CANNOT_TELL) return written
  return {
    type: text(member(written.object, 'type')),
    serviceAccount: text(below(written.object, ['metadata', 'annotations', ACCOUNT])),
  }
}

const ACCOUNT = 'kubernetes.io/service-account.name'
