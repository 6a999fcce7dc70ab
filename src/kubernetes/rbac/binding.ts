import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { BindingFacts, BindingSubject, Known } from '../../model/facts.ts'
import { type Document, elements, member, says, text } from '../submission/document.ts'
import { type Submission, submissionOf } from '../submission/submission.ts'
import { RBAC_GROUP } from './grants.ts'

/** Who a request binds to which role. */
export const bindingOf = (event: AuditEvent): BindingFacts | undefined | CannotTell => {
  const kind = bindingKindOf(event)
  if (kind === undefined) return undefined
  const written = submissionOf(event, [kind])
  if (written === undefined || written === CANNOT_TELL) return written
  const role = roleOf(written)
  return {
    roleKind: text(member(role, 'kind')),
    roleName: text(member(role, 'name')),
    subjects: readSubjects(
      member(written.object, 'subjects'),
      kind === 'RoleBinding' ? namespaceOf(event, written) : undefined,
    ),
  }
}

const bindingKindOf = (event: AuditEvent): string | undefined => {
  const ref = event.objectRef
  if (ref?.apiGroup !== RBAC_GROUP || ref.subresource) return undefined
  if (ref.resource === 'rolebindings') return 'RoleBinding'
  return ref.resource === 'clusterrolebindings' ? 'ClusterRoleBinding' : undefined
}

/**
 * The role is immutable, so a patch of the subjects leaves it out: then it is the one of the
 * answer, or cannot be told. A patch that touches neither, or only takes subjects away, binds
 * nobody.
 */
const roleOf = (written: Submission): Document => {
  const role = member(written.object, 'roleRef')
  if (role !== undefined || written.whole || !says(written.object, 'subjects')) return role
  const added = elements(member(written.object, 'subjects'))
  if (added === undefined || (added !== CANNOT_TELL && added.length === 0)) return undefined
  return written.result === undefined ? CANNOT_TELL : member(written.result, 'roleRef')
}

const namespaceOf = (event: AuditEvent, written: Submission): string | undefined => {
  const own = text(member(member(written.object, 'metadata'), 'namespace'))
  return event.objectRef?.namespace ?? (typeof own === 'string' ? own : undefined)
}

const readSubjects = (
  value: Document,
  namespace: string | undefined,
): readonly BindingSubject[] | CannotTell => {
  const list = elements(value)
  if (list === undefined || list === CANNOT_TELL) return list ?? []
  return list.map((subject) => readSubject(subject, namespace))
}

/**
 * An account without namespace is one of the RoleBinding's; in a ClusterRoleBinding it is nobody.
 */
const readSubject = (subject: Document, namespace: string | undefined): BindingSubject => {
  const kind = text(member(subject, 'kind'))
  const own: Known<string> = text(member(subject, 'namespace'))
  const isAccount = kind === 'ServiceAccount'
  return {
    kind,
    name: text(member(subject, 'name')),
    namespace: isAccount && (own === undefined || own === '') ? namespace : own,
  }
}
