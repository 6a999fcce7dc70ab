import { latin1 } from '../base/slice.ts'

/**
 * Text as its UTF-8 bytes, and for each of them the place in the bytes it was read from: those of a
 * block, or of a text that this one was unescaped out of. Whole characters map to whole escapes, so
 * a range of characters here is a range of bytes there that can be overwritten.
 */
export interface MappedText {
  readonly bytes: Buffer
  /** Of the first byte, when the text lies there byte for byte. */
  readonly from: number
  /** Of each byte and of the end; undefined when the text lies there byte for byte. */
  readonly places: Uint32Array | undefined
}

/** Called with a range of a text: bytes from `from` to before `to`. */
export type OnRange = (from: number, to: number) => void

/** Where the byte at `index` (or the end) was read. */
export const placeOf = ({ places, from }: MappedText, index: number): number =>
  places === undefined ? from + index : (places[index] as number)

/** The bytes as characters, one each. */
export const textOf = (
  { bytes }: MappedText,
  start: number = 0,
  end: number = bytes.length,
): string => latin1(bytes, start, end)

/** The bytes of a block, where they lie. */
export const wholeText = (bytes: Buffer): MappedText => ({ bytes, from: 0, places: undefined })

const BACKSLASH = 0x5c
const PERCENT = 0x25
const QUOTE = 0x22

/** The content of a JSON string between its quotes, valid as far as it goes. */
export const unescaped = (bytes: Buffer, start: number, end: number): MappedText => {
  const part = bytes.subarray(start, end)
  const first = part.indexOf(BACKSLASH)
  if (first < 0) return { bytes: part, from: start, places: undefined }
  const writer = new Writer(end - start)
  let at = start
  while (at < end) {
    const byte = bytes[at] as number
    if (byte !== BACKSLASH) writer.byte(byte, at++)
    else if (at + (bytes[at + 1] === 0x75 ? 6 : 2) > end)
      break // An escape that is cut off.
    else if (bytes[at + 1] !== 0x75) {
      writer.byte(plainOf(bytes[at + 1] as number), at)
      at += 2
    } else at = unicode(bytes, at, writer)
  }
  return writer.done(at)
}

/** The text with `%41` as `A`: undefined when nothing in it is so encoded. */
export const percentDecoded = (bytes: Buffer): MappedText | undefined => {
  if (!bytes.includes(PERCENT)) return undefined
  const writer = new Writer(bytes.length)
  let isEncoded = false
  let at = 0
  while (at < bytes.length) {
    const code = bytes[at] === PERCENT ? hexAt(bytes, at + 1, 2) : -1
    writer.byte(code < 0 ? (bytes[at] as number) : code, at)
    at += code < 0 ? 1 : 3
    if (code >= 0) isEncoded = true
  }
  return isEncoded ? writer.done(bytes.length) : undefined
}

/** The content of a quoted field of CSV up to its closing quote. Upstream: RFC 4180, section 2. */
export const csvUnquoted = (bytes: Buffer, start: number, end: number): MappedText => {
  const writer = new Writer(end - start)
  let at = start
  while (at < end) {
    const byte = bytes[at] as number
    if (byte === QUOTE && bytes[at + 1] !== QUOTE) break
    writer.byte(byte, at)
    at += byte === QUOTE ? 2 : 1
  }
  return writer.done(at)
}

/** Gathers the bytes of a text and their places. No text is longer than what it is read from. */
class Writer {
  readonly #bytes: Buffer
  readonly #places: Uint32Array
  #length = 0

  constructor(lengthMax: number) {
    this.#bytes = Buffer.allocUnsafe(lengthMax)
    this.#places = new Uint32Array(lengthMax + 1)
  }

  byte(byte: number, place: number): void {
    this.#places[this.#length] = place
    this.#bytes[this.#length++] = byte
  }

  /** A character as UTF-8, half of a surrogate pair too. */
  code(code: number, place: number): void {
    if (code < 0x80) this.byte(code, place)
    else if (code < 0x800) this.byte(0xc0 | (code >> 6), place)
    else if (code < 0x1_00_00) this.byte(0xe0 | (code >> 12), place)
    else {
      this.byte(0xf0 | (code >> 18), place)
      this.byte(0x80 | ((code >> 12) & 0x3f), place)
    }
    if (code >= 0x800) this.byte(0x80 | ((code >> 6) & 0x3f), place)
    if (code >= 0x80) this.byte(0x80 | (code & 0x3f), place)
  }

  done(end: number): MappedText {
    this.#places[this.#length] = end
    return {
      bytes: this.#bytes.subarray(0, this.#length),
      from: 0,
      places: this.#places.subarray(0, this.#length + 1),
    }
  }
}

/** Writes the character of `\uXXXX`, two of them for a pair; gives where the next thing begins. */
function unicode(bytes: Buffer, at: number, writer: Writer): number {
  const code = hexAt(bytes, at + 2, 4)
  if (code < 0) {
    writer.byte(BACKSLASH, at)
    return at + 1
  }
  if (code >= 0xd800 && code <= 0xdbff && bytes[at + 6] === BACKSLASH && bytes[at + 7] === 0x75) {
    const low = hexAt(bytes, at + 8, 4)
    if (low >= 0xdc00 && low <= 0xdfff) {
      writer.code(0x1_00_00 + ((code - 0xd800) << 10) + (low - 0xdc00), at)
      return at + 12
    }
  }
  writer.code(code, at)
  return at + 6
}

/** The number that so many hexadecimal digits say; -1 when they are none. */
function hexAt(bytes: Buffer, at: number, digits: number): number {
  let value = 0
  for (let index = at; index < at + digits; index += 1) {
    const digit = HEX[bytes[index] ?? 0] as number
    if (digit === 0) return -1
    value = value * 16 + digit - 1
  }
  return value
}

/** The value of a hexadecimal digit and 1; 0 for other bytes. */
const HEX: Uint8Array = new Uint8Array(256)
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16)
  HEX[digit.charCodeAt(0)] = HEX[digit.toUpperCase().charCodeAt(0)] = value + 1
}

/** What a byte after a backslash means. */
const plainOf = (byte: number): number => SHORT.get(byte) ?? byte

const SHORT: ReadonlyMap<number, number> = new Map(
  Object.entries({ b: 8, f: 12, n: 10, r: 13, t: 9 }).map(([key, code]) => [
    key.charCodeAt(0),
    code,
  ]),
)
