/** One value of DER: its tag, and where its content lies. */
export interface Value {
  readonly tag: number
  readonly bytes: Uint8Array
}

/** The tags of what names are made of. */
export const TAG = { sequence: 0x30, set: 0x31, objectIdentifier: 0x06 } as const

/**
 * The values that stand one after another in these bytes; undefined if they are not DER to the last
 * byte. Not recursive: who wants more asks for the content of one of them.
 */
export const readValues = (bytes: Uint8Array): readonly Value[] | undefined => {
  const values: Value[] = []
  for (let at = 0; at < bytes.length; ) {
    const head = readHead(bytes, at)
    if (head === undefined) return undefined
    const end = head.from + head.length
    if (end > bytes.length) return undefined
    values.push({ tag: bytes[at] ?? 0, bytes: bytes.subarray(head.from, end) })
    at = end
  }
  return values
}

/**
 * The text of a string value; undefined for another type, or bytes that are no text of that type.
 */
export const textOf = (value: Value): string | undefined => {
  switch (value.tag) {
    case 0x0c:
      return utf8(value.bytes)
    case 0x12:
    case 0x13:
    case 0x16:
      return value.bytes.some((byte) => byte > 0x7f) ? undefined : latin1(value.bytes)
    case 0x14:
      return latin1(value.bytes)
    case 0x1e:
      return utf16(value.bytes)
    default:
      return undefined
  }
}

interface Head {
  readonly from: number
  readonly length: number
}

/** Tags of one byte, lengths of up to four in the shortest form, as DER demands. */
const readHead = (bytes: Uint8Array, at: number): Head | undefined => {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined
  if (first < 0x80) return { from: at + 2, length: first }
  const count = first & 0x7f
  if (count === 0 || count > 4 || at + 2 + count > bytes.length) return undefined
  let length = 0
  for (let i = 0; i < count; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0)
  const shortest = length >= 0x80 && length >= 256 ** (count - 1)
  return shortest ? { from: at + 2 + count, length } : undefined
}

const latin1 = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

const utf8 = (bytes: Uint8Array): string | undefined => {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  return text.includes('\ufffd') ? undefined : text
}

const utf16 = (bytes: Uint8Array): string | undefined => {
  if (bytes.length % 2 !== 0) return undefined
  let text = ''
  for (let i = 0; i < bytes.length; i += 2) {
    text += String.fromCharCode((bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0))
  }
  return text
}
