import { hash } from 'node:crypto'
import { LIMIT } from '../base/limit.ts'

/**
 * Identity of a log file's content, whatever its name and compression: SHA-256 of its first line
 * with its newline, or of as much of it as `LIMIT.fingerprintBytes`, 32 hex digits. An API server's
 * first line holds a moment to the µs, so that no two logs share it. Undefined while that line is
 * not complete; where the content has `ended` there, what there is counts as the line.
 */
export const fingerprintOf = (head: Uint8Array, ended: boolean): string | undefined => {
  const line = fingerprintedPart(head, ended)
  return line && hash('sha256', line).slice(0, FINGERPRINT_DIGITS)
}

/** The bytes at the beginning of a content that its fingerprint is made of. */
export const fingerprintedPart = (head: Uint8Array, ended: boolean): Uint8Array | undefined => {
  const part = head.subarray(0, LIMIT.fingerprintBytes)
  const newline = part.indexOf(NEWLINE)
  if (newline >= 0) return part.subarray(0, newline + 1)
  if (part.length === LIMIT.fingerprintBytes || (ended && part.length > 0)) return part
  return undefined
}

const NEWLINE = 0x0a
const FINGERPRINT_DIGITS = 32
