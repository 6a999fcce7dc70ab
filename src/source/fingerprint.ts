import { hash } from 'node:crypto'
import { LIMIT } from '../base/limit.ts'

/**
 * Identity of a log file's content, whatever its name and compression: SHA-256 of its first line
 * with its newline, 32 hex digits. An API server's first line holds a moment to the µs, so that no
 * two logs share it. A line that can be no event (a bracket, the head of a table, a torn one) is
 * taken with those behind it up to one that can, and never more than `LIMIT.fingerprintBytes`.
 * Undefined while there is not enough; where the content has `ended`, what there is counts.
 */
export const fingerprintOf = (head: Uint8Array, ended: boolean): string | undefined => {
  const part = fingerprintedPart(head, ended)
  return part && hash('sha256', part).slice(0, FINGERPRINT_DIGITS)
}

/** The bytes at the beginning of a content that its fingerprint is made of. */
export const fingerprintedPart = (head: Uint8Array, ended: boolean): Uint8Array | undefined => {
  const part = head.subarray(0, LIMIT.fingerprintBytes)
  for (let from = 0; from < part.length; ) {
    const end = part.indexOf(NEWLINE, from) + 1
    if (end === 0) break
    const mayBeEvent =
      end - from >= EVENT_BYTES_MIN && part.subarray(from, end).includes(OPEN_OBJECT)
    if (mayBeEvent || end >= SHORT_LINES_BYTES) return part.subarray(0, end)
    from = end
  }
  const isAll = part.length === LIMIT.fingerprintBytes || (ended && part.length > 0)
  return isAll ? part : undefined
}

const NEWLINE = 0x0a
const OPEN_OBJECT = 0x7b
const FINGERPRINT_DIGITS = 32
/** No event is shorter, and the opening of a list is. */
const EVENT_BYTES_MIN = 128
/** Short lines of so many bytes hold an event that is written over several lines. */
const SHORT_LINES_BYTES = 4_096
