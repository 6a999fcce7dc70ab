import { isSpace, newScan, scanValue, skipSpace } from '../../base/json-scan.ts'

/**
 * Whether a body is certainly no list of events and no JSON object either. What looks like a list
 * is left to the decoder, for one bad item must not take the others with it, and so is what is too
 * large to be looked through here; of anything else it must be proved that it is one JSON object.
 */
export const isUnparsable = (body: Uint8Array): boolean => {
  const start = skipSpace(body, 0, body.length)
  if (body[start] !== OPEN) return true
  if (body.length > PROOF_BYTES_MAX || looksLikeList(body, start)) return false
  return !isOneObject(body, start)
}

/** Other requests wait meanwhile. */
const PROOF_BYTES_MAX = 1_048_576

const OPEN = 0x7b
const CLOSE = 0x7d

/** As the API server writes it, `items` behind a few short members, or with a gap between. */
const ITEMS = /"items"\s*:\s*\[/
const HEAD_BYTES = 4_096

function looksLikeList(body: Uint8Array, start: number): boolean {
  let end = body.length
  while (end > start && isSpace(body[end - 1])) end -= 1
  const head = Buffer.from(body.buffer, body.byteOffset + start, Math.min(HEAD_BYTES, end - start))
  return body[end - 1] === CLOSE && ITEMS.test(head.toString('latin1'))
}

function isOneObject(body: Uint8Array, start: number): boolean {
  const scan = newScan()
  scanValue(body, start, body.length, scan)
  return scan.end >= 0 && skipSpace(body, scan.end, body.length) === body.length
}
