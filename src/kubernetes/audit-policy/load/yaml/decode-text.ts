/** A text that may end in bytes which are none. */
export interface DecodedText {
  /** Without a byte-order mark. */
  readonly characters: readonly number[]
  /** How many of them are read at first. */
  readonly firstPiece: number
  /** What is wrong with its bytes, and from which character on that is noticed. */
  readonly problem: { readonly message: string; readonly from: number } | undefined
}

/**
 * The characters of a file: UTF-16 with a mark, else UTF-8. Bytes are read in pieces, so that what
 * is wrong behind the first document may never be noticed.
 * Upstream: yaml/go-yaml v2 readerc.go, yaml_parser_update_buffer.
 */
export const decodeText = (bytes: Uint8Array): DecodedText => {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const decode: Decode = isLittle ? little : isBig ? big : utf8
  const characters: number[] = []
  let at = isLittle || isBig ? 2 : isMarked ? 3 : 0
  let pieceEnd = PIECE_BYTES
  let from = 0
  let firstPiece: number | undefined
  while (at < bytes.length) {
    const found = decode(bytes, at)
    if (at + found.width > pieceEnd) {
      pieceEnd = at + PIECE_BYTES
      from = characters.length
      firstPiece ??= from
    }
    const message = found.problem ?? (isAllowed(found.code) ? undefined : CONTROL)
    if (message !== undefined) {
      return { characters, firstPiece: firstPiece ?? characters.length, problem: { message, from } }
    }
    characters.push(found.code)
    at += found.width
  }
  return { characters, firstPiece: firstPiece ?? characters.length, problem: undefined }
}

const PIECE_BYTES = 512
const CONTROL = 'control characters are not allowed'

interface Found {
  readonly code: number
  /** Bytes it takes. */
  readonly width: number
  readonly problem?: string
}

type Decode = (bytes: Uint8Array, at: number) => Found

const bad = (problem: string, width = 1): Found => ({ code: 0, width, problem })

const utf8: Decode = (bytes, at) => {
  const first = bytes[at] ?? 0
  if (first < 0x80) return { code: first, width: 1 }
  const width = widthOf(first)
  if (width === 0) return bad('invalid leading UTF-8 octet')
  if (at + width > bytes.length) return bad('incomplete UTF-8 octet sequence')
  let code = first & (0x7f >> width)
  for (let index = 1; index < width; index += 1) {
    const next = bytes[at + index] ?? 0
    if ((next & 0xc0) !== 0x80) return bad('invalid trailing UTF-8 octet', width)
    code = code * 64 + (next & 0x3f)
  }
  if (code < (LEAST[width] ?? 0)) return bad('invalid length of a UTF-8 sequence', width)
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    return bad('invalid Unicode character', width)
  }
  return { code, width }
}

/** The bytes of a character that begins with this one; 0: none does. */
const widthOf = (first: number): number => {
  if ((first & 0xe0) === 0xc0) return 2
  if ((first & 0xf0) === 0xe0) return 3
  return (first & 0xf8) === 0xf0 ? 4 : 0
}

/** The least character that needs so many bytes. */
const LEAST: readonly number[] = [0, 0, 0x80, 0x800, 0x10000]

const little: Decode = (bytes, at) =>
  utf16(bytes, at, (place) => (bytes[place] ?? 0) + (bytes[place + 1] ?? 0) * 256)

const big: Decode = (bytes, at) =>
  utf16(bytes, at, (place) => (bytes[place] ?? 0) * 256 + (bytes[place + 1] ?? 0))

const utf16 = (bytes: Uint8Array, at: number, unitAt: (place: number) => number): Found => {
  if (at + 2 > bytes.length) return bad('incomplete UTF-16 character')
  const unit = unitAt(at)
  if ((unit & 0xfc00) === 0xdc00) return bad('unexpected low surrogate area', 2)
  if ((unit & 0xfc00) !== 0xd800) return { code: unit, width: 2 }
  if (at + 4 > bytes.length) return bad('incomplete UTF-16 surrogate pair', 2)
  const low = unitAt(at + 2)
  if ((low & 0xfc00) !== 0xdc00) return bad('expected low surrogate area', 4)
  return { code: 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff), width: 4 }
}

const isAllowed = (code: number): boolean =>
  code === 0x09 ||
  code === 0x0a ||
  code === 0x0d ||
  (code >= 0x20 && code <= 0x7e) ||
  code === 0x85 ||
  (code >= 0xa0 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  code >= 0x10000
