import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import { PART } from '../../model/blindness.ts'
import type { AuditEvent, ObjectRef } from '../../model/event.ts'
import type { PathSign } from '../../model/facts.ts'
import { decodePath } from '../request-info/target.ts'
import { isOddReference } from '../trust/names.ts'

/**
 * Signs in a request's path that nobody wrote it who only wants to use the API. Asked of nearly
 * every event, and nearly all are told at the first look.
 */
export const pathSignsOf = (event: AuditEvent): readonly PathSign[] | CannotTell => {
  const { requestURI: uri, objectRef: ref } = event
  if (uri === undefined) {
    if (ref !== undefined && isOddReference(ref)) return ['odd-name']
    return (event.unknown & PART.requestURI) === 0 ? NONE : CANNOT_TELL
  }
  return PLAIN.test(uri) && (ref === undefined || isShort(ref)) ? NONE : signsIn(uri, event)
}

const NONE: readonly PathSign[] = []

/** A path of usual names, up to its query. No two parts of it can match the same text. */
const PLAIN = /^(?:\/[a-z0-9]+(?:[.-]+[a-z0-9]+)*)*\/?(?:\?|$)/

/** Whether no part is longer than it may be, and none has a dot that may have none. */
const isShort = ({
  namespace = '',
  resource = '',
  name = '',
  apiVersion = '',
}: ObjectRef): boolean =>
  namespace.length < 64 &&
  resource.length < 64 &&
  name.length < 254 &&
  !namespace.includes('.') &&
  !resource.includes('.') &&
  !apiVersion.includes('.')

const signsIn = (uri: string, event: AuditEvent): readonly PathSign[] => {
  const mark = uri.indexOf('?')
  const path = mark < 0 ? uri : uri.slice(0, mark)
  const escaped = path.includes('%')
  const signs: PathSign[] = []
  if (goesUp(path, escaped)) signs.push('traversal')
  if (escaped) addEscapes(beforeProxy(path, event), signs)
  if (event.objectRef !== undefined && isOddReference(inPath(event.objectRef, event))) {
    signs.push('odd-name')
  }
  return signs
}

/** Of a create the name stands in the body, which the API server checks. */
const inPath = (ref: ObjectRef, event: AuditEvent): ObjectRef =>
  event.verb === 'create' && !ref.subresource ? { ...ref, name: undefined } : ref

/** A part that is `.` or `..`, also where a proxy on the way decodes once more, or cuts at `;`. */
const STEP = /(?:^|[/\\])\.{1,2}(?:;[^/\\]*)?(?:[/\\]|$)/

const goesUp = (path: string, escaped: boolean): boolean => {
  if (STEP.test(path)) return true
  if (!escaped) return false
  const once = decodePath(path) ?? path
  if (STEP.test(once)) return true
  return once.includes('%') && STEP.test(decodePath(once) ?? once)
}

/** What a proxy is to ask of others may hold any escape. */
const beforeProxy = (path: string, event: AuditEvent): string => {
  const at = event.objectRef?.subresource === 'proxy' ? path.indexOf('/proxy/') : -1
  return at < 0 ? path : path.slice(0, at)
}

/** Of letters and digits; no client escapes them. */
const NEEDLESS = /%(?:3[0-9]|[46][1-9a-f]|[57][0-9a]|2[dDeE]|5[fF])/i
const SLASH = /%(?:2f|5c)/i
const TWICE = /%25[0-9a-f]{2}/i

const addEscapes = (path: string, signs: PathSign[]): void => {
  if (NEEDLESS.test(path)) signs.push('needless-escape')
  if (SLASH.test(path)) signs.push('escaped-slash')
  if (TWICE.test(path)) signs.push('double-escape')
}
