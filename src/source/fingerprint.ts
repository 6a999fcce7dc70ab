import { hash } from 'node:crypto'
import { LIMIT } from '../base/limit.ts'

/**
 * Identity of a log file's content, whatever its name and compression: SHA-256 of its first line
 * with its newline, 32 hex digits. An API server's first line holds a moment to the µs, so that no
 * two logs share it. A first line that can be no event (a bracket, the head of a table, a blank) is
 * taken with those behind it, and of a long one as much as `LIMIT.fingerprintBytes`. Undefined while
 * there is not enough; where the content has `ended`, what there is counts.
 */
export const fingerprintOf = (head: Uint8Array, ended: boolean): string | undefined => {
  const part = fingerprintedPart(head, ended)
  return part && hash('sha256', part).slice(0, FINGERPRINT_DIGITS)
}

/** The bytes at the beginning of a content that its fingerprint is made of. */
export const fingerprintedPart = (head: Uint8Array, ended: boolean): Uint8Array | undefined => {
  const part = head.subarray(0, LIMIT.fingerprintBytes)
  const line = part.subarray(0, part.indexOf(NEWLINE) + 1)
  if (line.length >= EVENT_BYTES_MIN && line.includes(OPEN_OBJECT)) return line
  const enough = part.indexOf(NEWLINE, SEVERAL_LINES_BYTES - 1)
  if (enough >= 0) return part.subarray(0, enough + 1)
  const isAll = part.length === LIMIT.fingerprintBytes || (ended && part.length > 0)
  return isAll ? part : undefined
}

const NEWLINE = 0x0a
const OPEN_OBJECT = 0x7b
const FINGERPRINT_DIGITS = 32
/** No event is shorter, and the opening of a list is. */
const EVENT_BYTES_MIN = 128
/** Holds the first event of a list that is written over several lines. */
const SEVERAL_LINES_BYTES = 4_096
