import { indexWithin, latin1, utf8 } from '../base/slice.ts'
import { PREFIXES } from './shape/prefixes.ts'

/** A record behind a prefix. */
export interface Behind {
  readonly shape: string
  /** Where its JSON begins. */
  readonly start: number
}

/** A longer prefix is none. */
const PREFIX_BYTES_MAX = 1_024

/**
 * The JSON object that ends a line of text, and by its prefix the tool that printed it; undefined
 * for text of any other kind.
 */
export const jsonAfterPrefix = (bytes: Buffer, at: number, end: number): Behind | undefined => {
  const start = indexWithin(bytes, '{"', at, Math.min(end, at + PREFIX_BYTES_MAX))
  if (start < 0) return undefined
  const prefix = latin1(bytes, at, start)
  const shape = PREFIXES.find(({ pattern }) => pattern.test(prefix))
  return shape && { shape: shape.name, start }
}

/**
 * The first field of a line of CSV that holds a JSON object, its quotes no longer doubled;
 * undefined for other text. Upstream: RFC 4180, section 2.
 */
export const csvObject = (bytes: Buffer, at: number, end: number): string | undefined => {
  const start = indexWithin(bytes, '"{""', at, end)
  if (start < 0 || (start > at && bytes[start - 1] !== 0x2c && bytes[start - 1] !== 0x09)) {
    return undefined
  }
  const text = utf8(bytes, start + 1, end)
  for (let quote = text.indexOf('"'); quote >= 0; quote = text.indexOf('"', quote + 2)) {
    if (text[quote + 1] !== '"') return text.slice(0, quote).replaceAll('""', '"')
  }
  return undefined
}

/** Whether a block is no text at all. Zeros and odd bytes before events do not make it so. */
export const isBinary = (bytes: Buffer): boolean =>
  looksBinary(bytes) && !EVENT_WORDS.some((word) => bytes.includes(word))

/** One of these stands in every event, whatever is wrapped around it. */
const EVENT_WORDS = ['auditID', 'AuditId', 'protoPayload', 'AdmissionReview', 'audit.k8s.io/']

function looksBinary(bytes: Buffer): boolean {
  if (bytes[0] === 0x7b) return false
  if (bytes[0] === 0) return startsWithZeros(bytes)
  const head = bytes.subarray(0, 1_024)
  let odd = 0
  for (const byte of head) if (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d)) odd += 1
  return odd * 20 > head.length
}

/** Zeros, and then something other than a record. */
function startsWithZeros(bytes: Buffer): boolean {
  const next = bytes.findIndex((byte) => byte !== 0)
  return next >= 0 && bytes[next] !== 0x7b && bytes[next] !== 0x0a
}

/** Whether JSON text holds half of a surrogate pair as an escape. */
export const loneSurrogate = (text: string): boolean => {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at)) {
    const kind = surrogateAt(text, at)
    if (kind === 'low') return true
    if (kind === 'high') {
      if (surrogateAt(text, at + 6) !== 'low') return true
      at += 12
    } else at += 2
  }
  return false
}

function surrogateAt(text: string, at: number): 'high' | 'low' | undefined {
  if (text[at] !== '\\' || text[at + 1] !== 'u') return undefined
  const code = Number.parseInt(text.slice(at + 2, at + 6), 16)
  if (code >= 0xd800 && code <= 0xdbff) return 'high'
  return code >= 0xdc00 && code <= 0xdfff ? 'low' : undefined
}
