import { LIMIT } from '../base/limit.ts'
import type { AuditEvent, ObjectRef } from '../model/event.ts'
import { isObject } from './members.ts'

/** What a masked character becomes: one byte, so that lengths and places stay as they were. */
const MASK = '*'

/** What stands for what lies deeper than rules look. */
const TOO_DEEP = `(deeper than ${LIMIT.jsonDepthMax} levels)`

/**
 * The text with every secret in it masked, byte for byte: bearer and basic credentials, JSON web
 * tokens, tokens in a query, private keys. Text without any is given back as it is.
 */
export const redactText = (text: string): string => {
  let masked = text
  if (text.includes('eyJ')) masked = masked.replace(TOKEN_RUN, withoutWebTokens)
  if (CREDENTIAL_HINT.test(masked)) {
    masked = masked.replace(CREDENTIAL, (_, scheme: string, value: string) => scheme + mask(value))
  }
  if (masked.includes('=')) {
    masked = masked.replace(QUERY_TOKEN, (_, name: string, value: string) => name + mask(value))
  }
  return masked.includes('PRIVATE KEY-----') ? withoutPrivateKeys(masked) : masked
}

/**
 * A copy of a body with its secrets masked: `data` and `stringData` of Secrets (alone, in a list,
 * or patched), tokens that the API server issues or reviews, password-like members; `redactText`
 * for every other text, also inside `last-applied-configuration`. What lies deeper than
 * `LIMIT.jsonDepthMax` is left out. `objectRef` says what a patch is of.
 */
export const redactBody = (body: unknown, objectRef: ObjectRef | undefined): unknown => {
  const ofSecret = objectRef?.resource === 'secrets' && !objectRef.apiGroup
  return redact(body, ofSecret ? 'secret' : 'other', 0)
}

/**
 * The text of one field as it may be shown: all of it masked where the field is a secret one (a
 * value of a Secret, a token), else `redactText` of it.
 */
export const redactField = (event: AuditEvent, field: string, text: string): string => {
  const [root, ...path] = field.split('.')
  if (root !== 'requestObject' && root !== 'responseObject') return redactText(text)
  const ofSecret = event.objectRef?.resource === 'secrets' && !event.objectRef.apiGroup
  const inData = path.some((part) => SECRET_MEMBERS.has(part.replace(/\[.*$/, '')))
  const last = path.at(-1)?.replace(/\[.*$/, '') ?? ''
  if (SECRET_NAMES.has(last)) return mask(text)
  if (inData && (ofSecret || kindOf(event, root) === 'Secret')) return mask(text)
  if (last === 'value' && ofSecret) return mask(text)
  return redactText(text)
}

/** Characters that a JSON web token is made of. Every expression here takes linear time. */
const TOKEN_RUN = /[\w.-]{16,}/g
const CREDENTIAL_HINT = /bearer|basic/i
const CREDENTIAL = /(\b(?:bearer|basic)[\s:=]{1,8})([\w.~+/=-]{8,})/gi
const QUERY_TOKEN =
  /([?&](?:access_token|id_token|refresh_token|token|password|client_secret)=)([^&\s"]+)/gi

/** Members of a Secret that hold its values. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set(['data', 'stringData'])

/** Members that hold a secret in whatever object they are. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  ...['token', 'bearerToken', 'accessToken', 'refreshToken', 'idToken', 'clientSecret'],
  ...['access_token', 'refresh_token', 'id_token', 'client_secret', 'password', 'passphrase'],
])

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** What is known of an object from outside. A list of Secrets does not say `kind` in its items. */
type Context = 'secret' | 'other'

function redact(value: unknown, context: Context, depth: number): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= LIMIT.jsonDepthMax) return TOO_DEEP
  if (Array.isArray(value)) {
    return value.map((item) =>
      context === 'secret' && isObject(item) && typeof item.path === 'string'
        ? redactOperation(item, depth + 1)
        : redact(item, context, depth + 1),
    )
  }
  return redactObject(value as Record<string, unknown>, context, depth)
}

function redactObject(
  object: Record<string, unknown>,
  outer: Context,
  depth: number,
): Record<string, unknown> {
  const { kind } = object
  const secret =
    kind === 'Secret' || kind === 'SecretList' || (outer === 'secret' && kind === undefined)
  const context = secret || (outer === 'secret' && isList(kind)) ? 'secret' : 'other'
  const entries = Object.entries(object).map(([name, value]): [string, unknown] => {
    if (secret && SECRET_MEMBERS.has(name)) return [name, maskAll(value, depth + 1)]
    if (SECRET_NAMES.has(name)) return [name, maskTexts(value, depth + 1)]
    if (name === LAST_APPLIED && typeof value === 'string') return [name, redactApplied(value)]
    const inside = name === 'items' || name === 'metadata' || name === 'annotations'
    return [name, redact(value, inside || Array.isArray(value) ? context : 'other', depth + 1)]
  })
  return Object.fromEntries(entries)
}

const isList = (kind: unknown): boolean => kind === 'List' || kind === 'Table'

/** One operation of a JSON Patch on a Secret. */
function redactOperation(operation: Record<string, unknown>, depth: number): unknown {
  const path = String(operation.path)
  const first = path.split('/')[1] ?? ''
  const entries = Object.entries(operation).map(([name, value]): [string, unknown] => {
    if (name !== 'value') return [name, redact(value, 'other', depth + 1)]
    if (SECRET_MEMBERS.has(first)) return [name, maskAll(value, depth + 1)]
    return [name, redact(value, path === '' ? 'secret' : 'other', depth + 1)]
  })
  return Object.fromEntries(entries)
}

/** Every text and number below, masked; names stay. */
function maskAll(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return mask(value)
  if (typeof value === 'number') return mask(String(value))
  if (typeof value !== 'object' || value === null) return value
  if (depth >= LIMIT.jsonDepthMax) return TOO_DEEP
  if (Array.isArray(value)) return value.map((item) => maskAll(item, depth + 1))
  const entries = Object.entries(value).map(([name, item]) => [name, maskAll(item, depth + 1)])
  return Object.fromEntries(entries)
}

/** A text is masked; an object under such a name (`token: {…}`) is looked into as any other. */
const maskTexts = (value: unknown, depth: number): unknown =>
  typeof value === 'string' ? mask(value) : redact(value, 'other', depth)

/** JSON text within JSON: its secrets are masked in place, or all of it when that is not sure. */
function redactApplied(text: string): string {
  let inner: unknown
  try {
    inner = JSON.parse(text)
  } catch {
    return mask(text) // No JSON: nobody can say what of it is secret.
  }
  const redacted = redact(inner, 'other', 0)
  const before = JSON.stringify(boundedCopy(inner, 0))
  const after = JSON.stringify(redacted)
  if (before === after) return text
  const trailing = text.length - text.trimEnd().length
  const compact = before.length + trailing === text.length
  return compact ? after + text.slice(text.length - trailing) : mask(text)
}

/** A copy cut at the depth at which `redact` cuts. */
function boundedCopy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= LIMIT.jsonDepthMax) return TOO_DEEP
  if (Array.isArray(value)) return value.map((item) => boundedCopy(item, depth + 1))
  const entries = Object.entries(value).map(([name, item]) => [name, boundedCopy(item, depth + 1)])
  return Object.fromEntries(entries)
}

/** As many bytes of mask as the text has in UTF-8. */
function mask(text: string): string {
  return MASK.repeat(Buffer.byteLength(text))
}

/** Masks `eyJ….….…` in a run of such characters: three parts, of which the third may be absent. */
function withoutWebTokens(run: string): string {
  const parts = run.split('.')
  for (let at = 0; at + 1 < parts.length; at += 1) {
    const head = parts[at] ?? ''
    const start = head.indexOf('eyJ')
    if (start < 0 || head.length - start < 11 || (parts[at + 1] ?? '').length < 4) continue
    parts[at] = head.slice(0, start) + mask(head.slice(start))
    const last = Math.min(at + 2, parts.length - 1)
    for (at += 1; at <= last; at += 1) parts[at] = mask(parts[at] ?? '')
    at -= 1
  }
  return parts.join('.')
}

function withoutPrivateKeys(text: string): string {
  const pieces: string[] = []
  let from = 0
  for (;;) {
    const head = text.indexOf(KEY_HEAD, from)
    if (head < 0) return pieces.join('') + text.slice(from)
    const start = head + KEY_HEAD.length
    const found = text.indexOf('-----END', start)
    const end = found < 0 ? text.length : found
    pieces.push(text.slice(from, start), mask(text.slice(start, end)))
    // The tail names the key again: it is no head.
    const tail = text.indexOf('-----', end + 8)
    const next = found < 0 || tail < 0 ? text.length : tail + 5
    pieces.push(text.slice(end, next))
    from = next
  }
}

const KEY_HEAD = 'PRIVATE KEY-----'

function kindOf(event: AuditEvent, root: string): unknown {
  const body = root === 'requestObject' ? event.requestObject : event.responseObject
  return isObject(body) ? body.kind : undefined
}
