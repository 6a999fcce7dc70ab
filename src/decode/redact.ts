import { LIMIT } from '../base/limit.ts'
import type { AuditEvent, ObjectRef } from '../model/event.ts'
import { isObject } from './members.ts'
import { mask, maskPatterns } from './redact-text.ts'

/** What stands for what lies deeper than rules look. */
const TOO_DEEP = `(deeper than ${LIMIT.jsonDepthMax} levels)`

/**
 * The text with every secret in it masked, byte for byte: what looks like one anywhere, and in a
 * text that is JSON what `redactBody` masks. Text without any is given back as it is.
 */
export const redactText = (text: string): string => redactTextIn(text, 'other', 0)

/**
 * The message of an answer, which may quote what was sent: about a Secret, what it quotes is
 * masked.
 */
export const redactMessage = (message: string, objectRef: ObjectRef | undefined): string =>
  isSecret(objectRef) ? redactText(withoutQuotes(message)) : redactText(message)

/**
 * A copy of a body with its secrets masked: `data` and `stringData` of Secrets (alone, in a list,
 * or patched), tokens that the API server issues or reviews, password-like members and variables;
 * `redactText` for every other text. What lies deeper than `LIMIT.jsonDepthMax` is left out.
 * `objectRef` says what a patch is of.
 */
export const redactBody = (body: unknown, objectRef: ObjectRef | undefined): unknown => {
  if (!isSecret(objectRef)) return redact(body, 'other', 0)
  // A body that is text is none that the API server understood: nobody can say what it holds.
  return typeof body === 'string' ? mask(body) : redact(body, 'secret', 0)
}

/**
 * The text of one field as it may be shown: all of it masked where the field is a secret one (a
 * value of a Secret, a token), else `redactText` of it.
 */
export const redactField = (event: AuditEvent, field: string, text: string): string => {
  const [root, ...path] = field.split('.')
  if (field === 'responseStatus.message') return redactMessage(text, event.objectRef)
  if (root !== 'requestObject' && root !== 'responseObject') return redactText(text)
  const ofSecret = isSecret(event.objectRef)
  const inData = path.some((part) => SECRET_MEMBERS.has(part.replace(/\[.*$/, '')))
  const last = path.at(-1)?.replace(/\[.*$/, '') ?? ''
  if (isSecretName(last) || last === 'stringData') return mask(text)
  if (inData && (ofSecret || kindOf(event, root) === 'Secret')) return mask(text)
  if (last === 'value' && ofSecret) return mask(text)
  return redactText(text)
}

/** Members of a Secret that hold its values. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set(['data', 'stringData'])

/** Members that hold a secret in whatever object they are, in lower case. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  ...['token', 'bearertoken', 'accesstoken', 'refreshtoken', 'idtoken', 'clientsecret'],
  ...['access_token', 'refresh_token', 'id_token', 'client_secret', 'password', 'passphrase'],
  'auth',
])

const isSecretName = (name: string): boolean => SECRET_NAMES.has(name.toLowerCase())

/** Names of variables that hold a secret: the `value` beside such a `name` is masked. */
const SECRET_VARIABLE =
  /(?:passw(?:or)?d|passphrase|token|secret|api_?key|access_?key|private_?key|credentials?)$/i

/** Text that may be JSON with a secret in it. */
const JSON_SECRET_HINT =
  /"(?:Secret|SecretList|(?:string)?data|[\w-]*(?:token|password|secret)|auth|passphrase|path)\\*"/i

const isSecret = (ref: ObjectRef | undefined): boolean =>
  ref?.resource === 'secrets' && !ref.apiGroup

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** What is known of an object from outside. A list of Secrets does not say `kind` in its items. */
type Context = 'secret' | 'other'

function redact(value: unknown, context: Context, depth: number): unknown {
  if (typeof value === 'string') return redactTextIn(value, context, depth)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= LIMIT.jsonDepthMax) return TOO_DEEP
  if (Array.isArray(value)) return value.map((item) => redact(item, context, depth + 1))
  const object = value as Record<string, unknown>
  if (context === 'secret' && isOperation(object)) return redactOperation(object, depth + 1)
  return redactObject(object, context, depth)
}

/** A text of a body. JSON within it is looked into as the body itself is. */
function redactTextIn(text: string, context: Context, depth: number): string {
  const first = text.charCodeAt(0)
  const mayBeJson = (first === 0x7b || first === 0x5b) && JSON_SECRET_HINT.test(text)
  const within = mayBeJson ? redactJson(text, context, depth + 1) : text
  return maskPatterns(within ?? text)
}

function redactObject(
  object: Record<string, unknown>,
  outer: Context,
  depth: number,
): Record<string, unknown> {
  const { kind } = object
  // What was sent to `secrets` is a Secret, whatever kind it says it is.
  const secret = kind === 'Secret' || kind === 'SecretList' || outer === 'secret'
  const context = secret ? 'secret' : 'other'
  const variable = typeof object.name === 'string' && SECRET_VARIABLE.test(object.name)
  const entries = Object.entries(object).map(([name, value]): [string, unknown] => {
    const key = maskPatterns(name)
    if (name === 'stringData' || (secret && SECRET_MEMBERS.has(name))) {
      return [key, maskAll(value, depth + 1)]
    }
    if (isSecretName(name)) return [key, maskTexts(value, depth + 1)]
    if (name === 'value' && variable) return [key, maskTexts(value, depth + 1)]
    if (name === LAST_APPLIED && typeof value === 'string') return [key, applied(value, context)]
    if (name === 'message' && typeof value === 'string' && outer === 'secret') {
      return [key, redactText(withoutQuotes(value))]
    }
    const inside = INSIDE.has(name) || Array.isArray(value)
    return [key, redact(value, inside ? context : 'other', depth + 1)]
  })
  return Object.fromEntries(entries)
}

/** Members below which it is still about the same object, or one of the same kind. */
const INSIDE: ReadonlySet<string> = new Set(['items', 'metadata', 'annotations', 'rows', 'object'])

/** Of a JSON Patch, well formed or not: a refused one was logged all the same. */
const isOperation = (object: Record<string, unknown>): boolean =>
  object.op !== undefined || typeof object.path === 'string'

/** Where an operation on a Secret holds none of its values. */
const HARMLESS_PATH = /^\/(?:metadata|type|kind|apiVersion|immutable)(?:\/|$)/

/** One operation of a JSON Patch on a Secret. */
function redactOperation(operation: Record<string, unknown>, depth: number): unknown {
  const path = String(operation.path)
  const entries = Object.entries(operation).map(([name, value]): [string, unknown] => {
    if (name !== 'value') return [name, redact(value, 'other', depth + 1)]
    if (HARMLESS_PATH.test(path)) return [name, redact(value, 'secret', depth + 1)]
    if (path === '' && isObject(value)) return [name, redactObject(value, 'secret', depth + 1)]
    return [name, maskAll(value, depth + 1)]
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

/** Text and numbers are masked; an object under such a name (`token: {…}`) is looked into. */
function maskTexts(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'number') return maskAll(value, depth)
  if (!Array.isArray(value)) return redact(value, 'other', depth)
  if (depth >= LIMIT.jsonDepthMax) return TOO_DEEP
  return value.map((item) => maskTexts(item, depth + 1))
}

/** What was last applied: when it is no JSON, nobody can say what of it is secret. */
const applied = (text: string, context: Context): string =>
  redactJson(text, context, 0) ?? mask(text)

/**
 * JSON text within JSON: its secrets are masked in place, or all of it when that is not sure;
 * undefined when it is no JSON.
 */
function redactJson(text: string, context: Context, depth: number): string | undefined {
  let inner: unknown
  try {
    inner = JSON.parse(text)
  } catch {
    return undefined // No JSON: text like any other.
  }
  const before = JSON.stringify(boundedCopy(inner, depth))
  const after = JSON.stringify(redact(inner, context, depth))
  if (before === after) return text
  const trailing = text.length - text.trimEnd().length
  const compact = before.length + trailing === text.length
  return compact ? after + text.slice(text.length - trailing) : mask(text)
}

/** What a message of validation quotes of the object. */
const withoutQuotes = (message: string): string =>
  message
    .replace(/(Invalid value: ")([^"]*)/g, (_, head: string, value: string) => head + mask(value))
    .replace(/(error found in #)([\s\S]*)/, (_, head: string, rest: string) => head + mask(rest))

/** A copy cut at the depth at which `redact` cuts. */
function boundedCopy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= LIMIT.jsonDepthMax) return TOO_DEEP
  if (Array.isArray(value)) return value.map((item) => boundedCopy(item, depth + 1))
  const entries = Object.entries(value).map(([name, item]) => [name, boundedCopy(item, depth + 1)])
  return Object.fromEntries(entries)
}

function kindOf(event: AuditEvent, root: string): unknown {
  const body = root === 'requestObject' ? event.requestObject : event.responseObject
  return isObject(body) ? body.kind : undefined
}
