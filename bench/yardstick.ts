/** Node.js's own way from bytes to text, which its types leave out. */
interface Utf8Sliceable {
  utf8Slice(start: number, end: number): string
}

/**
 * B0, what every figure is compared with: the bare `JSON.parse` of each line, one field read.
 * Returns the number of events.
 */
export const parseLines = (bytes: Buffer): number => {
  const text = bytes as Buffer & Utf8Sliceable
  let events = 0
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start)
    const event: { verb?: unknown } = JSON.parse(text.utf8Slice(start, end))
    if (event.verb !== undefined) events += 1
    start = end + 1
  }
  return events
}
