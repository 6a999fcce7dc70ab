import { LIMIT } from '../../base/limit.ts'
import type { AuditEvent, ObjectRef } from '../../model/event.ts'
import type { Peer, SpoofSignal } from '../../model/facts.ts'
import { isOddReference } from './names.ts'
import { classOf } from './peer.ts'

/**
 * Signs that the client chose what the server should have said. Runs on every event: cheap first.
 */
export const spoofSignalsOf = (event: AuditEvent, peer: Peer): readonly SpoofSignal[] => {
  const signals: SpoofSignal[] = []
  const chosen = event.auditID !== undefined && !isServerChosen(event.auditID)
  const odd = event.objectRef !== undefined && isOddReference(event.objectRef)
  if (chosen) signals.push('audit-id')
  if (peer.claimed.length > 0) addForwarded(event, peer, signals)
  if (hasControl(event, chosen, odd)) signals.push('control-characters')
  if (odd) signals.push('odd-name')
  if (event.verb === '') signals.push('empty-verb')
  if (isOversize(event)) signals.push('oversize')
  return signals.length === 0 ? NONE : signals
}

/** Those of the forwarded addresses alone. Undefined: there is none. */
export const forwardedSignalsOf = (
  event: AuditEvent,
  peer: Peer,
): readonly SpoofSignal[] | undefined => {
  if (peer.claimed.length === 0) return undefined
  const signals: SpoofSignal[] = []
  addForwarded(event, peer, signals)
  return signals
}

const NONE: readonly SpoofSignal[] = []
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** Control characters (C0, DEL, C1), and those that turn the direction of text around. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
/** The same, percent-encoded: the bytes of DEL, C1 and the turning characters in UTF-8. */
const ESCAPED = '7f|c2%[89][0-9a-f]|d8%9c|e2%80%(?:8[ef]|a[a-e])|e2%81%a[6-9]'
const ESCAPED_IN_PATH = new RegExp(`%(?:[01][0-9a-f]|${ESCAPED})`, 'i')
/** In a query, tabs and line ends are usual: an exec's command may be a script. */
const ESCAPED_IN_QUERY = new RegExp(`%(?:0[0-8bcef]|1[0-9a-f]|${ESCAPED})`, 'i')

/** The API server makes a random UUID, version 4, in lower case. */
export const isServerChosen = (id: string): boolean => id.length === 36 && UUID_V4.test(id)

const addForwarded = (event: AuditEvent, peer: Peer, signals: SpoofSignal[]): void => {
  signals.push('forwarded-chain')
  const first = classOf(peer.claimed[0] ?? '', [])
  // `kubectl proxy` says that it speaks for its own machine: see the case `a proxy of one's own`.
  const loopback = peer.claimed.some((address, at) => at > 0 && isLoopback(address))
  if (loopback && peer.class !== 'loopback') signals.push('forwarded-loopback')
  if (first === 'private' && peer.class === 'public') signals.push('forwarded-private')
  if ((event.sourceIPs?.length ?? 0) > LIMIT.forwardedAddressesUsual) signals.push('forwarded-many')
}

const isLoopback = (address: string): boolean => classOf(address, []) === 'loopback'

/** An id that the server made, and a reference of usual names, cannot hold any. */
const hasControl = (event: AuditEvent, chosen: boolean, odd: boolean): boolean =>
  (chosen && isControlled(event.auditID)) ||
  isControlled(event.userAgent) ||
  (odd && event.objectRef !== undefined && refIsControlled(event.objectRef)) ||
  uriIsControlled(event.requestURI)

const isControlled = (text: string | undefined): boolean => text !== undefined && CONTROL.test(text)

const refIsControlled = (ref: ObjectRef): boolean =>
  isControlled(ref.name) ||
  isControlled(ref.namespace) ||
  isControlled(ref.resource) ||
  isControlled(ref.subresource) ||
  isControlled(ref.apiGroup) ||
  isControlled(ref.apiVersion)

/** Looked for as they are written, so that no malformed escape beside them can hide them. */
const uriIsControlled = (uri: string | undefined): boolean => {
  if (uri === undefined) return false
  if (CONTROL.test(uri)) return true
  if (!uri.includes('%')) return false
  const mark = uri.indexOf('?')
  if (mark < 0) return ESCAPED_IN_PATH.test(uri)
  return ESCAPED_IN_PATH.test(uri.slice(0, mark)) || ESCAPED_IN_QUERY.test(uri.slice(mark))
}

/**
 * At Metadata an event has no bodies, so what makes it long is what the client chose. The record
 * may hold other events too, hence the second look.
 */
const isOversize = (event: AuditEvent): boolean =>
  event.level === 'Metadata' &&
  event.origin.length > LIMIT.metadataEventBytesUsual &&
  chosenBytes(event) > LIMIT.metadataEventBytesUsual / 2

/**
 * About as many bytes as the client's own texts take in the log, where `<`, `>` and `&` take six.
 */
const chosenBytes = (event: AuditEvent): number => {
  const ref = event.objectRef
  const status = event.responseStatus
  const texts = [event.auditID, event.userAgent, event.requestURI, status?.message]
  texts.push(ref?.name, ref?.namespace, ref?.resource, ref?.subresource, ref?.apiGroup)
  let bytes = escapedLength(event.impersonatedUser?.username)
  for (const group of event.impersonatedUser?.groups ?? []) bytes += escapedLength(group)
  for (const text of texts) bytes += escapedLength(text)
  for (const address of event.sourceIPs ?? []) bytes += address.length + 3
  return bytes
}

const escapedLength = (text: string | undefined): number => {
  if (text === undefined) return 0
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code === 0x3c || code === 0x3e || code === 0x26) length += 5
  }
  return length
}
