import { LIMIT } from '../../base/limit.ts'
import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { CertificateFacts, Known } from '../../model/facts.ts'
import { below, type Document, each, member, text, texts } from '../submission/document.ts'
import { type Submission, submissionOf } from '../submission/submission.ts'
import { decodeBase64 } from './base64.ts'
import { type Subject, subjectOfPem } from './certificate-request.ts'

/**
 * What a request asks of, or decides about, a certificate: the creation of a
 * CertificateSigningRequest, and an update or patch of its subresource approval.
 * Upstream: kubernetes/api certificates/v1.
 */
export const certificateOf = (event: AuditEvent): CertificateFacts | undefined | CannotTell => {
  const ref = event.objectRef
  const about = ref?.resource === 'certificatesigningrequests' && ref.apiGroup === GROUP
  if (!about || (ref.subresource ? ref.subresource !== 'approval' : !creates(event))) {
    return undefined
  }
  const written = submissionOf(event, ['CertificateSigningRequest'])
  if (written === undefined || written === CANNOT_TELL) return written
  const spec = specOf(written, ref.subresource ? 'decided' : 'asked')
  const subject = subjectOf(member(spec, 'request'))
  return {
    signerName: text(member(spec, 'signerName')),
    usages: texts(member(spec, 'usages')),
    commonName: part(subject, (known) => known.commonName),
    organizations: part(subject, (known) => known.organizations),
    requester: requesterOf(written),
    conditions: ref.subresource
      ? each(below(written.object, ['status', 'conditions']), (one) => text(member(one, 'type')))
      : undefined,
  }
}

const GROUP = 'certificates.k8s.io'

/** Server-side apply creates by a patch, and the answer is then 201. */
const creates = (event: AuditEvent): boolean =>
  event.verb === 'create' || (event.verb === 'patch' && event.responseStatus?.code === 201)

/**
 * The spec is immutable: who decides may leave it out or write any, and the API server takes the
 * one it has. Only the answer shows that. Upstream: kubernetes/kubernetes
 * pkg/registry/certificates/certificates/strategy.go, csrApprovalStrategy.
 */
const specOf = ({ whole, object, result }: Submission, what: 'asked' | 'decided'): Document => {
  if (what === 'asked' && whole) return member(object, 'spec')
  return result === undefined ? CANNOT_TELL : member(result, 'spec')
}

/**
 * The API server notes the requester and ignores what others write there, so that a body without
 * answer could name anybody.
 */
const requesterOf = ({ result }: Submission): Known<string> =>
  result === undefined ? CANNOT_TELL : text(below(result, ['spec', 'username']))

const subjectOf = (request: Document): Known<Subject> => {
  const encoded = text(request)
  if (encoded === undefined || encoded === CANNOT_TELL) return encoded
  if (encoded.length > LIMIT.certificateRequestBytesMax) return CANNOT_TELL
  const pem = decodeBase64(encoded)
  return pem && subjectOfPem(new TextDecoder().decode(pem))
}

const part = <T>(subject: Known<Subject>, read: (known: Subject) => T | undefined): Known<T> =>
  subject === undefined || subject === CANNOT_TELL ? subject : read(subject)
