import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Known, NamespaceFacts } from '../../model/facts.ts'
import { below, type Document, type Fields, fieldsOf, REST, text } from '../submission/document.ts'
import { type Submission, submissionOf } from '../submission/submission.ts'

/**
 * What a request does to the Pod Security labels of a Namespace.
 * Upstream: kubernetes/pod-security-admission api/constants.go and api/helpers.go; kubernetes
 * pkg/registry/core/namespace/strategy.go: its two subresources write labels as well.
 */
export const namespaceOf = (event: AuditEvent): NamespaceFacts | undefined | CannotTell => {
  const ref = event.objectRef
  if (ref?.resource !== 'namespaces' || ref.apiGroup) return undefined
  if (ref.subresource && !WRITE_LABELS.has(ref.subresource)) return undefined
  const written = submissionOf(event, ['Namespace'])
  if (written === undefined) return undefined
  if (written === CANNOT_TELL) return event.verb === 'create' ? CREATED_UNSEEN : CANNOT_TELL
  const labels = below(written.object, ['metadata', 'labels'])
  const all = allLabels(event, written)
  const changes = MODES.flatMap((mode) => [
    changeOf(`${PREFIX}${mode}`, labels, all, loosensLevel),
    changeOf(`${PREFIX}${mode}-version`, labels, all, loosensVersion),
  ])
  return {
    podSecurity: saidBy(changes),
    podSecurityLoosened: isCreation(event, written) ? false : either(changes),
  }
}

const WRITE_LABELS = new Set(['status', 'finalize'])
const CREATED_UNSEEN: NamespaceFacts = { podSecurity: CANNOT_TELL, podSecurityLoosened: false }
const PREFIX = 'pod-security.kubernetes.io/'
const MODES = ['enforce', 'audit', 'warn']

/** What is done to one label, in the notation of `kubectl label`; and whether it loosens. */
interface Change {
  readonly said: Known<string>
  readonly loosens: boolean | CannotTell
}

/**
 * What becomes of the labels that a request does not name: they stay, are taken away, or are taken
 * away if there were any, for the request sets all that there are to be.
 */
type Others = 'kept' | 'removed' | 'replaced'

const changeOf = (
  key: string,
  labels: Document,
  others: Others,
  loosens: (value: string) => boolean | CannotTell,
): Change => {
  if (labels === CANNOT_TELL) return { said: CANNOT_TELL, loosens: CANNOT_TELL }
  const short = key.slice(PREFIX.length)
  const fields = fieldsOf(labels)
  const isSaid = fields !== undefined && Object.hasOwn(fields, key)
  const value = isSaid ? fields[key] : undefined
  if (value === CANNOT_TELL) return { said: CANNOT_TELL, loosens: CANNOT_TELL }
  const set = text(value)
  if (typeof set === 'string') return { said: `${short}=${set}`, loosens: loosens(set) }
  if (others !== 'replaced' && (isSaid || others === 'removed')) {
    return { said: `${short}-`, loosens: true }
  }
  if (fields !== undefined && REST in fields) return { said: CANNOT_TELL, loosens: CANNOT_TELL }
  // There may have been one before; of the version that says little.
  const hidden = others === 'replaced' && !key.endsWith('-version')
  return { said: undefined, loosens: hidden ? CANNOT_TELL : false }
}

const allLabels = (event: AuditEvent, { whole, object }: Submission): Others => {
  if (whole || isDocument(object) || putsWhole(event.requestObject)) return 'replaced'
  const above = fieldsOf(object)
  const metadata = fieldsOf(above?.metadata)
  if (above?.metadata === null || isDeleted(metadata)) return 'removed'
  if (metadata === undefined || !Object.hasOwn(metadata, 'labels')) return 'kept'
  const labels = fieldsOf(metadata.labels)
  if ((metadata.labels ?? undefined) === undefined || isDeleted(labels)) return 'removed'
  return [above, metadata, labels].some((one) => one?.$patch === 'replace') ? 'replaced' : 'kept'
}

/** A directive of a strategic merge patch. As a label, or in metadata, it would be refused. */
const isDeleted = (fields: Fields | undefined): boolean => fields?.$patch === 'delete'

/** Whether a JSON Patch puts all labels at once, or something that holds them. */
const putsWhole = (body: unknown): boolean =>
  Array.isArray(body) &&
  body.some((operation: unknown) => {
    const fields = fieldsOf(operation)
    if (fields === undefined || typeof fields.path !== 'string') return false
    const path = fields.path.split('/').slice(1).join('/')
    return fields.op !== 'remove' && fields.op !== 'test' && HOLDERS.has(path)
  })

const HOLDERS = new Set(['', 'metadata', 'metadata/labels'])

/** Whether a patch is what server-side apply sends: what it leaves out may be taken away. */
const isDocument = (object: Document): boolean => {
  const fields = fieldsOf(object)
  return fields?.kind === 'Namespace' && typeof fields.apiVersion === 'string'
}

/** Any level but the strictest may have been stricter before; one that is unknown is strictest. */
const loosensLevel = (level: string): boolean | CannotTell =>
  level === 'privileged' ? true : level === 'baseline' ? CANNOT_TELL : false

/** Checks of the restricted level that are not in versions before this one. */
const OLDEST_COMPLETE = 23

const loosensVersion = (version: string): boolean => {
  const minor = /^v1\.(0|[1-9]\d{0,3})$/.exec(version)?.[1]
  return minor !== undefined && Number(minor) < OLDEST_COMPLETE
}

const isCreation = (event: AuditEvent, { whole }: Submission): boolean =>
  whole && event.verb !== 'update'

const saidBy = (changes: readonly Change[]): Known<readonly string[]> => {
  const said = changes.flatMap((change) => (typeof change.said === 'string' ? [change.said] : []))
  if (said.length > 0) return said
  return changes.some((change) => change.said === CANNOT_TELL) ? CANNOT_TELL : undefined
}

const either = (changes: readonly Change[]): boolean | CannotTell => {
  if (changes.some(({ loosens }) => loosens === true)) return true
  return changes.some(({ loosens }) => loosens === CANNOT_TELL) ? CANNOT_TELL : false
}
