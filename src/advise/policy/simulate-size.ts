/**
 * Bytes of a JSON value as the API server writes it: no white space, and `<`, `>`, `&`, U+2028 and
 * U+2029 escaped. Members that are undefined are not written.
 * Upstream: golang encoding/json, appendString with escapeHTML.
 */
export const writtenBytes = (value: unknown): number => {
  if (typeof value === 'string') return textBytes(value)
  if (Array.isArray(value)) {
    return value.reduce<number>((sum, one) => sum + writtenBytes(one) + 1, 1) + emptyByte(value)
  }
  if (typeof value !== 'object' || value === null) return String(JSON.stringify(value)).length
  let sum = 1
  let isEmpty = true
  for (const [key, one] of Object.entries(value)) {
    if (one === undefined) continue
    isEmpty = false
    sum += memberBytes(key, one)
  }
  return isEmpty ? 2 : sum
}

/** Bytes of a member of an object, with its colon and a comma. */
export const memberBytes = (key: string, value: unknown): number =>
  textBytes(key) + writtenBytes(value) + 2

/** A list has a bracket more than commas, but for an empty one. */
const emptyByte = (list: readonly unknown[]): number => (list.length === 0 ? 1 : 0)

const textBytes = (text: string): number => {
  let sum = Buffer.byteLength(text) + 2
  if (!ESCAPED.test(text)) return sum
  for (let i = 0; i < text.length; i++) sum += extraBytes(text.charCodeAt(i), text, i)
  return sum
}

/** What the character takes beyond its UTF-8. A lone surrogate is written as U+FFFD, unescaped. */
const extraBytes = (code: number, text: string, at: number): number => {
  if (code === 0x22 || code === 0x5c || SHORT.includes(text.charAt(at))) return 1
  if (code < 0x20 || code === 0x3c || code === 0x3e || code === 0x26) return 5
  return code === 0x2028 || code === 0x2029 ? 3 : 0
}

const SHORT = '\b\f\n\r\t'
// The characters that JSON and HTML escape; DEL is written as it is.
const ESCAPED = /["\\<>&\u2028\u2029]|\p{Cc}/u
