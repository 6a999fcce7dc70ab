import { bufferOf, lastIndexWithin, latin1 } from '../../base/slice.ts'

/**
 * The `stageTimestamp` that the last whole line says, RFC 3339; undefined where it says none. Only
 * looked at, not decoded: it bounds a gap and decides nothing else. The API server writes it behind
 * both bodies, and inside a string its quotes would be escaped, so the last one is its own.
 */
export const lastEventTime = (lines: Uint8Array): string | undefined => {
  const bytes = bufferOf(lines)
  const end = bytes.lastIndexOf(NEWLINE)
  return end < 0 ? undefined : timeIn(bytes, bytes.lastIndexOf(NEWLINE, end - 1) + 1, end)
}

/** The same of the first line, as far as it is there. */
export const firstEventTime = (lines: Uint8Array): string | undefined => {
  const bytes = bufferOf(lines)
  const newline = bytes.indexOf(NEWLINE)
  return timeIn(bytes, 0, newline < 0 ? bytes.length : newline)
}

/**
 * Where the first line begins that is younger than a moment, in bytes from the beginning; undefined
 * where none is.
 */
export const firstLineAfter = (lines: Uint8Array, time: string): number | undefined => {
  const bytes = bufferOf(lines)
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from)
    const end = newline < 0 ? bytes.length : newline
    const at = timeIn(bytes, from, end)
    if (at !== undefined && isLater(at, time)) return from
    from = end + 1
  }
  return undefined
}

/** Times of one writer have one form, which sorts as text to the µs. */
const isLater = (one: string, other: string): boolean =>
  one.length === other.length ? one > other : Date.parse(one) > Date.parse(other)

const NEWLINE = 0x0a
const KEY = '"stageTimestamp":"'
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)/
const TIME_CHARACTERS_MAX = 40

function timeIn(bytes: Buffer, from: number, end: number): string | undefined {
  const key = lastIndexWithin(bytes, KEY, from, end)
  if (key < 0) return undefined
  const at = key + KEY.length
  return TIME.exec(latin1(bytes, at, Math.min(end, at + TIME_CHARACTERS_MAX)))?.[0]
}
