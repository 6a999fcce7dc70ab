import { newScan, scanValue, skipSpace } from '../base/json-scan.ts'
import { indexWithin, lastIndexWithin, utf8 } from '../base/slice.ts'
import { isAudit } from './records.ts'

/** How every line of an API server begins. */
export const EVENT_HEAD: string = '{"kind":"Event"'

/** At most so many places are tried from the end of a torn record. */
const TRIED_MAX = 32

/**
 * Where an event begins that is glued to the torn record from `at` to before `end`, or -1. `wrong`
 * is the first byte at which the record is no JSON.
 *
 * A head behind the first wrong byte (or just before it: a string that was cut swallows `{"`) is no
 * part of an intact value, so it is taken; if it is torn itself, the same is done again. A head
 * before it stands where JSON allows a value: it may be an object inside the torn record, which
 * anybody can have put there. It is taken only if it is a whole audit event that ends its line, as
 * when the cut fell just before a value; the end of the file does not count as the end of a line.
 */
export const findGlued = (bytes: Buffer, at: number, end: number, wrong: number): number => {
  const after = indexWithin(bytes, EVENT_HEAD, Math.max(at + 1, wrong - 2), end)
  if (after >= 0) return after
  const newline = indexWithin(bytes, '\n', at, end)
  if (newline < 0) return -1
  const scan = newScan()
  let from = newline
  for (let tried = 0; tried < TRIED_MAX; tried += 1) {
    const head = lastIndexWithin(bytes, EVENT_HEAD, at + 1, from)
    if (head < 0) return -1
    scanValue(bytes, head, newline, scan)
    if (scan.end >= 0 && skipSpace(bytes, scan.end, newline) === newline) {
      return isAudit(JSON.parse(utf8(bytes, head, scan.end))) ? head : -1
    }
    from = head
  }
  return -1
}
