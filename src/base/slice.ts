/** Methods that every Node.js Buffer has and that its types leave out; `toString` calls them. */
declare global {
  interface Buffer {
    utf8Slice(start: number, end: number): string
    latin1Slice(start: number, end: number): string
  }
}

/** A Buffer over the same bytes: nothing is copied. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Text of the bytes from `start` to before `end`; what is no UTF-8 becomes U+FFFD. */
export const utf8 = (bytes: Buffer, start: number, end: number): string =>
  bytes.utf8Slice(start, end)

/** The same bytes as one character each, so that an index into the text is an index into them. */
export const latin1 = (bytes: Buffer, start: number, end: number): string =>
  bytes.latin1Slice(start, end)

/** Where a text first stands between two places, or -1; never looks beyond `end`. */
export const indexWithin = (bytes: Buffer, text: string, from: number, end: number): number => {
  const found = bytes.subarray(from, end).indexOf(text)
  return found < 0 ? -1 : from + found
}

/** Where a text last stands between two places, or -1. */
export const lastIndexWithin = (bytes: Buffer, text: string, from: number, end: number): number => {
  const found = bytes.subarray(from, end).lastIndexOf(text)
  return found < 0 ? -1 : from + found
}
