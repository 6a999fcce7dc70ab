import type { OnRange } from './mapped-text.ts'
import { findYamlSecrets } from './redact-yaml.ts'

/** What a masked character becomes: one byte, so that lengths and places stay as they were. */
const MASK = '*'

/** As many bytes of mask as the text has in UTF-8. */
export const mask = (text: string): string => MASK.repeat(Buffer.byteLength(text))

/** Masks bytes in place. A number stays one (`bare`): its digits become nines. */
export const maskBytes = (
  bytes: Buffer,
  from: number,
  to: number,
  bare: boolean,
  char: string = MASK,
): void => {
  if (!bare) bytes.fill(char, from, to)
  else for (let at = from; at < to; at += 1) if (isDigit(bytes[at])) bytes[at] = 0x39
}

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39

/**
 * Finds what looks like a secret in a text: bearer and basic credentials, JSON web tokens, tokens
 * and passwords that are assigned (in a query, a flag, a variable, a kubeconfig, an URL), private
 * keys, values of a Secret that a message or a manifest quotes. As they stand and as a URI encodes
 * them. The text has a character for each of its bytes.
 */
export const findPatterns = (text: string, found: OnRange): void => {
  let current = text
  // What was masked may have hidden a neighbour: looked at again, nothing new is found.
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const bytes = Buffer.from(current, 'latin1')
    let isNew = false
    findOnce(current, (from, to) => {
      if (/^\**$/.test(current.slice(from, to))) return
      isNew = true
      found(from, to)
      maskBytes(bytes, from, to, false)
    })
    if (!isNew) return
    current = bytes.toString('latin1')
  }
}

const ROUNDS_MAX = 4

function findOnce(text: string, found: OnRange): void {
  if (text.includes('eyJ')) eachMatch(text, TOKEN_RUN, (at, run) => webTokens(run, at, found))
  if (CREDENTIAL_HINT.test(text)) eachSecond(text, CREDENTIAL, found)
  if (ASSIGNED_HINT.test(text)) {
    for (const pattern of ASSIGNED) eachSecond(text, pattern, found)
  }
  if (text.includes('@')) eachSecond(text, USERINFO, found)
  if (text.includes('ata')) {
    eachMatch(text, QUOTED_DATA, (at, _, before, data) => {
      const from = at + before.length
      eachMatch(data, VALUE_RUN, (start, run) => found(from + start, from + start + run.length))
    })
  }
  if (text.includes('LS0tLS1CRUdJTi'))
    eachMatch(text, ENCODED_KEY, (at, key) => found(at, at + key.length))
  if (text.includes('PRIVATE KEY-----')) privateKeys(text, found)
  findYamlSecrets(text, found)
}

/** Finds what a message of validation quotes of the object it is about, where that is a Secret. */
export const findQuoted = (message: string, found: OnRange): void => {
  for (let at = message.indexOf(QUOTED); at >= 0; at = message.indexOf(QUOTED, at + 1)) {
    const from = at + QUOTED.length
    found(from, quoteEnd(message, from))
  }
  const context = message.indexOf(QUOTED_CONTEXT)
  if (context >= 0) found(context + QUOTED_CONTEXT.length, message.length)
}

const QUOTED = 'Invalid value: "'
const QUOTED_CONTEXT = 'error found in #'

/** Where a text in quotes ends, as Go quotes it. */
function quoteEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return Math.min(at, text.length)
}

type OnMatch = (at: number, whole: string, first: string, second: string) => void

function eachMatch(text: string, pattern: RegExp, found: OnMatch): void {
  for (const match of text.matchAll(pattern)) {
    found(match.index, match[0], match[1] ?? '', match[2] ?? '')
  }
}

/** The second group is secret, and it follows the first. */
const eachSecond = (text: string, pattern: RegExp, found: OnRange): void =>
  eachMatch(text, pattern, (at, _, before, secret) =>
    found(at + before.length, at + before.length + secret.length),
  )

// Every expression here takes linear time, and none ends within a character of more than one byte:
// only bytes of ASCII end a value.

/** Characters that a JSON web token is made of. */
const TOKEN_RUN = /[\w.-]{16,}/g
const CREDENTIAL_HINT = /bearer|basic/i
const CREDENTIAL =
  /((?:\b|%[0-9a-f]{2})(?:bearer|basic)(?:[ \t\r\n:=,+]|%(?:20|09|3a|3d|2b|2c)){1,8})([\w.~+/=%-]{8,})/gi
const ASSIGNED_HINT = /token|passw|passphrase|secret|api.?key|access.?key|key-data|auth/i
const ASSIGNED: readonly RegExp[] = [
  /((?:token|password|passwd|passphrase|client_secret|secret_?(?:access_?)?key|api[_-]?key)(?:=|%3d))((?!\$[({]|\/(?:var|run|etc)\/)[^& \t\r\n"',;\\]+)/gi,
  // A line of YAML or of properties: the last word of the name tells.
  /((?:^|\n)[ \t-]{0,64}["']?(?:[\w.-]{0,64}[_.-])?(?:token|passw(?:or)?d|passphrase|secret|(?:api|access|secret)[_.-]?key|client-key-data)["']?[ \t]{0,8}[:=][ \t]{0,8}["']?)([^ \t\r\n"'\\]+)/gi,
  // A variable in YAML.
  /(name:[ \t]{1,8}["']?[\w.-]{0,64}(?:token|passw(?:or)?d|passphrase|secret|credentials?|_key)["']?[ \t\r]{0,8}\n[ \t]{0,64}value:[ \t]{1,8}["']?)([^ \t\r\n"'\\]+)/gi,
  // An argument and the next one, on a line and in a query.
  /((?:^|[\s"'=])--?(?:[\w-]{1,64}-)?(?:token|password|passwd|passphrase|secret|api-?key|access-?key)(?:[ \t]{1,8}["']?|["'],[ \t]{0,8}["']|&command=))([^& \t\r\n"',;\\]+)/gi,
  // A member of an object, in a text that is not JSON or only in part.
  /("(?:[a-z]{1,16}_?)?(?:token|password|passphrase|secret)\\*"[ \t]{0,8}:[ \t]{0,8}\\*")([^"\\\r\n]+)/gi,
  /("(?:auth)\\*"[ \t]{0,8}:[ \t]{0,8}\\*")([^"\\\r\n]+)/gi,
]
const USERINFO = /(:\/\/[^\s/:"@]{0,256}:)([^ \t\r\n/"@\\]+)(?=@)/g
const QUOTED_DATA = /("(?:data|stringData)\\*"[ \t\r\n]{0,8}:[ \t\r\n]{0,8}\{)([^{}]+)/g
const VALUE_RUN = /[^"\\,: \t\r\n]+/g
/** The beginning of a private key in PEM, in base64: PRIVATE, RSA, EC, DSA, ENCRYPTED, OPENSSH. */
const ENCODED_KEY =
  /LS0tLS1CRUdJTi(?:BQUklWQVRF|BSU0EgUFJJVk|BFQyBQUklW|BEU0EgUFJJVk|BFTkNSWVBU|BPUEVOU1NI)[A-Za-z0-9+/=]+/g

/** Finds `eyJ….….…` in a run of such characters: three parts, of which the third may be absent. */
function webTokens(run: string, offset: number, found: OnRange): void {
  const parts = run.split('.')
  let from = offset
  // Parts that still belong to a token that began before.
  let follow = 0
  parts.forEach((part, at) => {
    const to = from + part.length
    if (follow > 0) {
      found(from, to)
      follow -= 1
    } else {
      const start = part.indexOf('eyJ')
      const isHead = start >= 0 && part.length - start >= 11 && (parts[at + 1] ?? '').length >= 4
      if (isHead) {
        found(from + start, to)
        follow = 2
      }
    }
    from = to + 1
  })
}

function privateKeys(text: string, found: OnRange): void {
  for (let from = 0; ; ) {
    const head = text.indexOf(KEY_HEAD, from)
    if (head < 0) return
    const start = head + KEY_HEAD.length
    const tail = text.indexOf('-----END', start)
    const quote = text.indexOf('"', start)
    const end = Math.min(tail < 0 ? text.length : tail, quote < 0 ? text.length : quote)
    keyLines(text, start, end, found)
    // The tail names the key again: it is no head.
    const next = end === tail ? text.indexOf('-----', tail + 8) + 5 : end
    if (next < start) return
    from = next
  }
}

/** The lines of a key: line breaks stay, escapes are masked whole. */
function keyLines(text: string, start: number, end: number, found: OnRange): void {
  let from = start
  let at = start
  while (at < end) {
    const char = text[at]
    if (isBreak(char)) {
      found(from, at)
      from = at + 1
    }
    if (char === '\\' && at + 1 >= end) break
    at += char === '\\' && !isBreak(text[at + 1]) ? 2 : 1
  }
  found(from, Math.min(at, end))
}

const isBreak = (char: string | undefined): boolean => char === '\n' || char === '\r'

const KEY_HEAD = 'PRIVATE KEY-----'
