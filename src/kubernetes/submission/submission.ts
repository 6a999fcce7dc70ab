import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import { PART } from '../../model/blindness.ts'
import type { AuditEvent } from '../../model/event.ts'
import { complete } from './complete.ts'
import { type Document, type Fields, fieldsOf } from './document.ts'
import { resolveJsonPatch } from './json-patch.ts'

/** The object that a request writes. */
export interface Submission {
  /** Whole: the object as it is to be. Otherwise only what a patch sets. */
  readonly whole: boolean
  readonly object: Document
  /** The object as it came to be, where the event has it. */
  readonly result: Fields | undefined
}

/**
 * The object of that kind that a create, update or patch writes; undefined for other verbs, and
 * where the body is known to be absent or of another kind (which the API server refuses).
 */
export const submissionOf = (
  event: AuditEvent,
  kinds: readonly string[],
): Submission | undefined | CannotTell => {
  const result = ofKind(event.responseObject, kinds)
  switch (event.verb) {
    case 'create':
    case 'update':
      return wholeOf(event, kinds, result)
    case 'patch':
      // A patch that creates is a server-side apply of the whole object.
      return event.responseStatus?.code === 201 && !Array.isArray(event.requestObject)
        ? wholeOf(event, kinds, result)
        : patchOf(event, result)
    default:
      return undefined
  }
}

const wholeOf = (
  event: AuditEvent,
  kinds: readonly string[],
  result: Fields | undefined,
): Submission | undefined | CannotTell => {
  const object = result ?? ofKind(event.requestObject, kinds)
  return object === undefined ? unseen(event) : { whole: true, object, result }
}

const patchOf = (
  event: AuditEvent,
  result: Fields | undefined,
): Submission | undefined | CannotTell => {
  const body = event.requestObject ?? undefined
  const patch = Array.isArray(body) ? resolveJsonPatch(body) : (fieldsOf(body) ?? CANNOT_TELL)
  if (patch !== CANNOT_TELL) {
    const object = result === undefined ? patch : complete(patch, result)
    return { whole: false, object, result }
  }
  // A patch that nobody can read may have set all that came of it.
  if (result !== undefined && (body !== undefined || unseen(event) === CANNOT_TELL)) {
    return { whole: true, object: result, result }
  }
  return body === undefined ? unseen(event) : CANNOT_TELL
}

const unseen = (event: AuditEvent): undefined | CannotTell =>
  (event.requestObject ?? undefined) === undefined && (event.unknown & PART.requestObject) !== 0
    ? CANNOT_TELL
    : undefined

/**
 * The body if it is an object of one of the kinds, or does not say of which; a Status is known by
 * its `status`, which is a text there and nowhere else.
 */
const ofKind = (body: unknown, kinds: readonly string[]): Fields | undefined => {
  const fields = fieldsOf(body)
  if (fields === undefined) return undefined
  const kind = Object.hasOwn(fields, 'kind') ? (fields.kind ?? undefined) : undefined
  if (kind === undefined) return typeof fields.status === 'string' ? undefined : fields
  return typeof kind === 'string' && kinds.includes(kind) ? fields : undefined
}
