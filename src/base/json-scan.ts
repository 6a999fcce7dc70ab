/**
 * Finds where JSON values lie among bytes, without building them. What it accepts is exactly what
 * `JSON.parse` accepts (RFC 8259), so a slice found here can be parsed later, or never.
 */

/** What a scan of one value found. One object is reused for many scans: copy before the next. */
export interface Scan {
  /** One past the value; or, when the bytes are no JSON, `-1 - offset` of the first wrong one. */
  end: number
  /** Levels of nesting at the deepest place. */
  depth: number
}

/** Bytes of one member's value in an object: from `start` to before `end`. Absent is -1. */
export interface RecordScan extends Scan {
  requestStart: number
  requestEnd: number
  responseStart: number
  responseEnd: number
  /** A key of the object itself could not be compared byte by byte, or a body came twice. */
  odd: boolean
}

/** A scan to be filled. */
export const newScan = (): Scan => ({ end: 0, depth: 0 })

/** A record scan to be filled. */
export const newRecordScan = (): RecordScan => ({
  end: 0,
  depth: 0,
  requestStart: -1,
  requestEnd: -1,
  responseStart: -1,
  responseEnd: -1,
  odd: false,
})

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const COMMA = 0x2c
const COLON = 0x3a

/** Whether the byte is white space between JSON tokens. */
export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** The first byte from `from` that is no white space, at most `end`. */
export const skipSpace = (bytes: Uint8Array, from: number, end: number): number => {
  let at = from
  while (at < end && isSpace(bytes[at])) at += 1
  return at
}

/** Proves the JSON value that begins at `from`, white space before it allowed. */
export const scanValue = (bytes: Uint8Array, from: number, end: number, scan: Scan): void => {
  const nest = new Nest()
  scan.end = walk(bytes, from, end, nest)
  scan.depth = nest.deepest
}

/**
 * The end of the object or array that begins at `from`, by brackets and strings alone: faster, and
 * no proof that it is JSON. -1 when it does not end. Takes Latin-1 text, so that an index is a byte,
 * because `indexOf` over text leaps from quote to quote.
 */
export const skipBalanced = (text: string, from: number): number => {
  let depth = 0
  let at = from
  while (at < text.length) {
    const byte = text.charCodeAt(at++)
    if (byte === QUOTE) {
      at = endOfString(text, at)
      if (at < 0) return -1
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth -= 1
      if (depth <= 0) return at
    }
  }
  return -1
}

/**
 * Proves the object that begins at `from`, and finds the values of its own members
 * `requestObject` and `responseObject`.
 */
export const scanRecord = (
  bytes: Uint8Array,
  from: number,
  end: number,
  scan: RecordScan,
): void => {
  scan.requestStart = scan.requestEnd = scan.responseStart = scan.responseEnd = -1
  scan.odd = false
  const nest = new Nest()
  scan.end = eachMember(bytes, from, end, nest, (keyStart, keyEnd, start, stop) => {
    const length = keyEnd - keyStart
    if (length === 13 && isText(bytes, keyStart, 'requestObject')) {
      scan.odd ||= scan.requestStart >= 0
      scan.requestStart = start
      scan.requestEnd = stop
    } else if (length === 14 && isText(bytes, keyStart, 'responseObject')) {
      scan.odd ||= scan.responseStart >= 0
      scan.responseStart = start
      scan.responseEnd = stop
    } else if (hasBackslash(bytes, keyStart, keyEnd)) scan.odd = true
  })
  scan.depth = nest.deepest + 1
}

/** Called with the bytes of a key, without its quotes, and those of its value. */
export type OnMember = (keyStart: number, keyEnd: number, start: number, end: number) => void

/**
 * Walks the members of the object at `from`, each proved before it is told. Gives the object's end,
 * or `-1 - offset` of the first wrong byte.
 */
export const scanMembers = (
  bytes: Uint8Array,
  from: number,
  end: number,
  onMember: OnMember,
): number => eachMember(bytes, from, end, new Nest(), onMember)

/** How far the items of an array went. */
export interface Items {
  /** After the closing bracket; or where it could not go on. */
  readonly end: number
  readonly closed: boolean
}

/**
 * Walks the items of the array at `from` that are objects or arrays, by brackets alone; other items
 * are passed over. Latin-1 text, as in `skipBalanced`.
 */
export const scanItems = (
  text: string,
  from: number,
  onItem: (start: number, end: number) => void,
): Items => {
  let at = from + 1
  while (at < text.length) {
    const byte = text.charCodeAt(at)
    if (byte === CLOSE_ARRAY) return { end: at + 1, closed: true }
    let stop = at + 1
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      stop = skipBalanced(text, at)
      if (stop >= 0) onItem(at, stop)
    } else if (byte === QUOTE) stop = endOfString(text, at + 1)
    if (stop < 0) return { end: at, closed: false }
    at = stop
  }
  return { end: at, closed: false }
}

/**
 * Where the array begins whose items are the records of the document at the start of the text: the
 * document itself, or its member of one of the names that envelopes use. -1 when it is no such
 * document. What precedes the array is proved to be its own object, so a list inside a record is
 * never taken for it.
 */
export const recordsArray = (text: string): number => {
  const start = text.search(/[^\s\xef\xbb\xbf]/)
  if (text[start] === '[') return start
  if (text[start] !== '{') return -1
  for (const match of text.slice(0, HEAD_BYTES).matchAll(RECORDS_KEY)) {
    const at = match.index + match[0].length - 1
    if (CLOSERS.some((closer) => isJson(`${text.slice(start, at)}[]${closer}`))) return at
  }
  return -1
}

/** How far the array's beginning is looked for. */
const HEAD_BYTES = 65_536
const RECORDS_KEY = /"(?:items|records|events|logEvents|results|hits)"\s{0,8}:\s{0,8}\[/g
/** The array is a member of the document, or of its only object (`hits.hits`). */
const CLOSERS = ['}', '}}']

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false // The question was whether it is.
  }
}

/** After the closing quote of a string whose first character is at `from`; -1 without one. */
function endOfString(text: string, from: number): number {
  let at = from
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return -1
    let before = quote - 1
    while (before >= at && text.charCodeAt(before) === BACKSLASH) before -= 1
    if (((quote - 1 - before) & 1) === 0) return quote + 1
    at = quote + 1
  }
}

/** The containers around a place. Grows with the nesting, which the record's length bounds. */
class Nest {
  kinds: Uint8Array = EMPTY
  depth = 0
  deepest = 0

  push(kind: number): void {
    if (this.depth === this.kinds.length) {
      const grown = new Uint8Array(Math.max(64, this.kinds.length * 2))
      grown.set(this.kinds)
      this.kinds = grown
    }
    this.kinds[this.depth++] = kind
    if (this.depth > this.deepest) this.deepest = this.depth
  }
}
const EMPTY = new Uint8Array(0)

function eachMember(
  bytes: Uint8Array,
  from: number,
  end: number,
  nest: Nest,
  onMember: OnMember,
): number {
  let at = skipSpace(bytes, from, end)
  if (bytes[at] !== OPEN_OBJECT || at >= end) return -1 - at
  at = skipSpace(bytes, at + 1, end)
  if (at < end && bytes[at] === CLOSE_OBJECT) return at + 1
  for (;;) {
    if (at >= end || bytes[at] !== QUOTE) return -1 - at
    const keyStart = at + 1
    const afterKey = skipString(bytes, keyStart, end)
    if (afterKey < 0) return afterKey
    at = skipSpace(bytes, afterKey, end)
    if (at >= end || bytes[at] !== COLON) return -1 - at
    const start = skipSpace(bytes, at + 1, end)
    const stop = walk(bytes, start, end, nest)
    if (stop < 0) return stop
    onMember(keyStart, afterKey - 1, start, stop)
    at = skipSpace(bytes, stop, end)
    if (at >= end) return -1 - at
    if (bytes[at] === CLOSE_OBJECT) return at + 1
    if (bytes[at] !== COMMA) return -1 - at
    at = skipSpace(bytes, at + 1, end)
  }
}

/** The end of one value, or `-1 - offset` of the first wrong byte. No recursion. */
function walk(bytes: Uint8Array, from: number, end: number, nest: Nest): number {
  const base = nest.depth
  let at = from
  for (;;) {
    // A value begins here.
    let byte = at < end ? (bytes[at] as number) : 0
    while (byte <= 0x20 && at < end && isSpace(byte)) byte = ++at < end ? (bytes[at] as number) : 0
    let opened = false
    if (byte === QUOTE) at = skipString(bytes, at + 1, end)
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      nest.push(byte)
      at += 1
      opened = true
    } else at = skipScalar(bytes, at, end, byte)
    if (at < 0) {
      nest.depth = base
      return at
    }
    // After a value, or just inside a container.
    for (;;) {
      if (nest.depth === base) return at
      byte = at < end ? (bytes[at] as number) : 0
      while (byte <= 0x20 && at < end && isSpace(byte)) {
        byte = ++at < end ? (bytes[at] as number) : 0
      }
      const inObject = nest.kinds[nest.depth - 1] === OPEN_OBJECT
      if (byte === (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        nest.depth -= 1
        at += 1
        opened = false
        continue
      }
      if (!opened) {
        if (byte !== COMMA) return fail(nest, base, at)
        at += 1
      }
      if (inObject) {
        at = skipKey(bytes, at, end)
        if (at < 0) return fail(nest, base, -1 - at)
      }
      break
    }
  }
}

function fail(nest: Nest, base: number, at: number): number {
  nest.depth = base
  return -1 - at
}

/** From before a key to after its colon. */
function skipKey(bytes: Uint8Array, from: number, end: number): number {
  let at = skipSpace(bytes, from, end)
  if (at >= end || bytes[at] !== QUOTE) return -1 - at
  at = skipString(bytes, at + 1, end)
  if (at < 0) return at
  at = skipSpace(bytes, at, end)
  return at < end && bytes[at] === COLON ? at + 1 : -1 - at
}

/** From after the opening quote to after the closing one. */
function skipString(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end) {
    const byte = bytes[at] as number
    if (byte > BACKSLASH) at += 1
    else if (byte === QUOTE) return at + 1
    else if (byte === BACKSLASH) {
      const after = skipEscape(bytes, at + 1, end)
      if (after < 0) return after
      at = after
    } else if (byte < 0x20) return -1 - at
    else at += 1
  }
  return -1 - at
}

function hasBackslash(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) if (bytes[at] === BACKSLASH) return true
  return false
}

function skipEscape(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1 - at
  const byte = bytes[at] as number
  if (byte !== 0x75) return ESCAPES.includes(byte) ? at + 1 : -1 - at
  for (let digit = at + 1; digit < at + 5; digit += 1) {
    if (digit >= end || !isHex(bytes[digit] as number)) return -1 - digit
  }
  return at + 5
}

const ESCAPES: readonly number[] = [...'"\\/bfnrt'].map((c) => c.charCodeAt(0))

const isHex = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)

/** A number, true, false or null. */
function skipScalar(bytes: Uint8Array, at: number, end: number, byte: number): number {
  if (byte === 0x74) return skipWord(bytes, at, end, 'true')
  if (byte === 0x66) return skipWord(bytes, at, end, 'false')
  if (byte === 0x6e) return skipWord(bytes, at, end, 'null')
  return skipNumber(bytes, at, end)
}

function skipWord(bytes: Uint8Array, from: number, end: number, word: string): number {
  for (let index = 0; index < word.length; index += 1) {
    const at = from + index
    if (at >= end || bytes[at] !== word.charCodeAt(index)) return -1 - at
  }
  return from + word.length
}

function skipNumber(bytes: Uint8Array, from: number, end: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from
  const whole = skipDigits(bytes, at, end)
  if (whole === at || (bytes[at] === 0x30 && whole > at + 1)) return -1 - at
  at = whole
  if (at < end && bytes[at] === 0x2e) {
    const fraction = skipDigits(bytes, at + 1, end)
    if (fraction === at + 1) return -1 - fraction
    at = fraction
  }
  if (at < end && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    const sign = at + 1 < end && (bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d) ? 2 : 1
    const exponent = skipDigits(bytes, at + sign, end)
    if (exponent === at + sign) return -1 - exponent
    at = exponent
  }
  return at
}

function skipDigits(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at += 1
  return at
}

/** Whether the ASCII text stands at that place. */
export function isText(bytes: Uint8Array, at: number, text: string): boolean {
  if (at + text.length > bytes.length) return false
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false
  }
  return true
}
