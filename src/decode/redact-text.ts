/** What a masked character becomes: one byte, so that lengths and places stay as they were. */
const MASK = '*'

/** As many bytes of mask as the text has in UTF-8. */
export const mask = (text: string): string => MASK.repeat(Buffer.byteLength(text))

/**
 * The text with what looks like a secret in it masked, byte for byte: bearer and basic credentials,
 * JSON web tokens, tokens and passwords that are assigned (in a query, a flag, a variable, a
 * kubeconfig), private keys, values of a Secret that a message quotes. As they stand and as a URI
 * encodes them.
 */
export const maskPatterns = (text: string): string => {
  let masked = text
  if (text.includes('eyJ')) masked = masked.replace(TOKEN_RUN, withoutWebTokens)
  if (CREDENTIAL_HINT.test(masked)) masked = masked.replace(CREDENTIAL, secondMasked)
  if (ASSIGNED_HINT.test(masked)) {
    masked = masked.replace(ASSIGNED, secondMasked).replace(YAML_MEMBER, secondMasked)
  }
  if (masked.includes('ata"')) masked = masked.replace(QUOTED_DATA, secondMasked)
  return masked.includes('PRIVATE KEY-----') ? withoutPrivateKeys(masked) : masked
}

const secondMasked = (_: string, before: string, secret: string): string => before + mask(secret)

/** Characters that a JSON web token is made of. Every expression here takes linear time. */
const TOKEN_RUN = /[\w.-]{16,}/g
const CREDENTIAL_HINT = /bearer|basic/i
const CREDENTIAL =
  /((?:\b|%[0-9a-f]{2})(?:bearer|basic)(?:[\s:=,+]|%(?:20|09|3a|3d|2b|2c)){1,8})([\w.~+/=%-]{8,})/gi
const ASSIGNED_HINT = /token|passw|secret|api.?key|key-data/i
const ASSIGNED =
  /((?:token|password|passwd|client_secret|secret_?(?:access_?)?key|api[_-]?key)(?:=|%3d))([^&\s"',;]+)/gi
/** A line of YAML, as in a kubeconfig. */
const YAML_MEMBER =
  /((?:^|\n)[ \t-]{0,64}(?:token|password|client-key-data|client-secret|id-token|refresh-token):[ \t]{1,8}["']?)([^\s"']+)/gi
const QUOTED_DATA = /("(?:data|stringData)"\s{0,8}:\s{0,8}\{)([^{}]+)(?=\}|$)/g

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
