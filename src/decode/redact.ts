import { LIMIT } from '../base/limit.ts'
import type { AuditEvent, ObjectRef } from '../model/event.ts'
import { findSecretsInText } from './find-secrets.ts'
import { textOf, wholeText } from './mapped-text.ts'
import { isObject } from './members.ts'
import { findQuoted, mask, maskBytes } from './redact-text.ts'
import { type Context, kindContext, resourceContext } from './secret-context.ts'
import { CONFIG_MEMBERS, isCredentialKey, isSecretName, SECRET_MEMBERS } from './secret-words.ts'

/** What stands for what lies deeper than rules look. */
const TOO_DEEP = `(deeper than ${LIMIT.jsonDepthMax} levels)`

/**
 * The text with every secret in it masked, byte for byte: what looks like one anywhere, and in a
 * text that is JSON what `redactBody` masks. Text without any is given back as it is.
 */
export const redactText = (text: string): string => masked(text, 'other')

/**
 * The message of an answer, which may quote what was sent: about a Secret, what it quotes is
 * masked.
 */
export const redactMessage = (message: string, objectRef: ObjectRef | undefined): string =>
  contextOf(objectRef) === 'secret' ? redactText(withoutQuotes(message)) : redactText(message)

/**
 * A copy of a body with its secrets masked, by the rules of find-secrets.ts; `redactText` for a
 * body that is text, less that of a Secret: it is masked whole. What lies deeper than
 * `LIMIT.jsonDepthMax` is left out. `objectRef` says what a patch is of.
 */
export const redactBody = (body: unknown, objectRef: ObjectRef | undefined): unknown => {
  const context = contextOf(objectRef)
  if (typeof body === 'string') return context === 'secret' ? mask(body) : redactText(body)
  if (typeof body !== 'object' || body === null) return body
  const copy = boundedCopy(body, 0)
  const text = JSON.stringify(copy)
  const after = masked(text, context)
  return after === text ? copy : JSON.parse(after)
}

/**
 * A copy of an event in the API server's own words with its secrets masked, in its bodies and
 * everywhere else.
 */
export const redactEvent = (event: Record<string, unknown>): Record<string, unknown> => {
  const copy = Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, boundedCopy(value, 0)]),
  )
  const text = JSON.stringify(copy)
  const after = masked(text, 'other')
  return after === text ? copy : JSON.parse(after)
}

/**
 * The text of one field as it may be shown: all of it masked where the field is a secret one (a
 * value of a Secret, a token), else `redactText` of it.
 */
export const redactField = (event: AuditEvent, field: string, text: string): string => {
  const [root, ...path] = field.split('.')
  if (field === 'responseStatus.message') return redactMessage(text, event.objectRef)
  if (root !== 'requestObject' && root !== 'responseObject') return redactText(text)
  return isSecretPath(event, root, path.map(withoutIndex)) ? mask(text) : redactText(text)
}

function isSecretPath(event: AuditEvent, root: string, path: readonly string[]): boolean {
  const last = path.at(-1) ?? ''
  if (isSecretName(last) || path.includes('stringData')) return true
  const context = kindContext(kindOf(event, root), contextOf(event.objectRef))
  if (context === 'secret') return last === 'value' || path.some((one) => SECRET_MEMBERS.has(one))
  const data = path.findIndex((one) => CONFIG_MEMBERS.has(one))
  return context === 'config' && data >= 0 && isCredentialKey(path.slice(data + 1).join('.'))
}

const withoutIndex = (part: string): string => part.replace(/\[.*$/, '')

const contextOf = (ref: ObjectRef | undefined): Context =>
  resourceContext(ref?.resource, ref?.apiGroup)

/** The text with what is secret in it masked, found as it is among the bytes of a block. */
function masked(text: string, context: Context): string {
  const bytes = Buffer.from(text)
  // Masked in the end: the search still reads these bytes.
  const places: (() => void)[] = []
  findSecretsInText(wholeText(bytes), context, 0, (from, to, _, bare) => {
    places.push(() => maskBytes(bytes, from, to, bare))
  })
  for (const place of places) place()
  return places.length > 0 ? bytes.toString() : text
}

/** What a message of validation quotes of the object, masked. */
function withoutQuotes(message: string): string {
  const bytes = Buffer.from(message)
  findQuoted(textOf(wholeText(bytes)), (from, to) => maskBytes(bytes, from, to, false))
  return bytes.toString()
}

/** A copy cut at the depth at which `redact` cuts. */
function boundedCopy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= LIMIT.jsonDepthMax) return TOO_DEEP
  if (Array.isArray(value)) return value.map((item) => boundedCopy(item, depth + 1))
  const entries = Object.entries(value).map(([name, item]) => [name, boundedCopy(item, depth + 1)])
  return Object.fromEntries(entries)
}

function kindOf(event: AuditEvent, root: string): string {
  const body = root === 'requestObject' ? event.requestObject : event.responseObject
  return isObject(body) && typeof body.kind === 'string' ? body.kind : ''
}
