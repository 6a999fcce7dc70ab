import { utf8 } from '../src/base/slice.ts'

/**
 * B0, what every figure is compared with: the bare `JSON.parse` of each line, one field read.
 * Returns the number of events.
 */
export const parseLines = (bytes: Buffer): number => {
  let events = 0
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start)
    const event: { verb?: unknown } = JSON.parse(utf8(bytes, start, end))
    if (event.verb !== undefined) events += 1
    start = end + 1
  }
  return events
}
