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
  scan.depth = 0
  scan.end = walk(bytes, skipSpace(bytes, from, end), end, scan)
}

/**
 * The end of the object or array that begins at `from`, by brackets and strings alone: faster, and
 * no proof that it is JSON. -1 when it does not end before `end`.
 */
export const skipBalanced = (bytes: Uint8Array, from: number, end: number): number => {
  let depth = 0
  let at = from
  while (at < end) {
    const byte = bytes[at++] as number
    if (byte === QUOTE) {
      at = afterQuote(bytes, at, end)
      if (at < 0) return -1
    } else if (byte < OPEN_ARRAY) continue
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1
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
  scan.depth = 0
  scan.end = eachMember(bytes, from, end, scan, (keyStart, keyEnd, start, stop) => {
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
  scan.depth += 1
}

/** Called with the bytes of a key, without its quotes, and those of its value. */
type OnMember = (keyStart: number, keyEnd: number, start: number, end: number) => void

/** How far the items of an array went. */
export interface Items {
  /** After the closing bracket; or where it could not go on. */
  readonly end: number
  readonly closed: boolean
}

/** Whether text ends in the key, and its colon, of an array of records in an envelope. */
export const isRecordsKey = (text: string): boolean =>
  /"(items|records|events|logEvents|results|hits)"\s*:\s*$/.test(text.slice(-64))

/**
 * Walks the items of the array at `from`, by brackets and quotes alone. What stands between commas
 * and is neither object, array nor text is an item too. `from` is the opening bracket's place.
 */
export const scanItems = (
  bytes: Uint8Array,
  from: number,
  end: number,
  onItem: (start: number, end: number) => void,
): Items => {
  let at = from + 1
  while (at < end) {
    const byte = bytes[at]
    if (byte === CLOSE_ARRAY) return { end: at + 1, closed: true }
    if (byte === COMMA || isSpace(byte)) {
      at += 1
      continue
    }
    const stop = itemEnd(bytes, at, end)
    if (stop < 0) return { end: at, closed: false }
    onItem(at, stop)
    at = stop
  }
  return { end: at, closed: false }
}

/** The end of the item that begins at `from`, or -1 when it does not end before `end`. */
function itemEnd(bytes: Uint8Array, from: number, end: number): number {
  const byte = bytes[from]
  if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return skipBalanced(bytes, from, end)
  if (byte === QUOTE) return afterQuote(bytes, from + 1, end)
  for (let at = from + 1; at < end; at += 1) if (ITEM_ENDS[bytes[at] as number] === 1) return at
  return -1
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
  let tried = 0
  for (const match of text.slice(0, HEAD_BYTES).matchAll(RECORDS_KEY)) {
    if (tried++ === PLACES_TRIED_MAX) break
    const at = match.index + match[0].length - 1
    const head = `${text.slice(start, at)}[]`
    const name = match[1] ?? ''
    if (Array.isArray(parsed(`${head}}`)?.[name])) return at
    if (Array.isArray(parsed(`${head}}}`)?.hits?.hits)) return at
  }
  return -1
}

/** How far the array's beginning is looked for. */
const HEAD_BYTES = 65_536
/** Each costs a parse of what precedes it. No envelope has more arrays before its records. */
const PLACES_TRIED_MAX = 16
const RECORDS_KEY = /"(items|records|events|logEvents|results|hits)"\s{0,8}:\s{0,8}\[/g

/** A document with an empty array of records; `hits.hits` is the only one that lies deeper. */
interface Head {
  readonly [name: string]: unknown
  readonly hits?: { readonly hits?: unknown }
}

/** 1 for what ends an item that is no object, array or text. */
const ITEM_ENDS: Uint8Array = new Uint8Array(256)
for (const char of ', \n\r\t]}{["') ITEM_ENDS[char.charCodeAt(0)] = 1

function parsed(text: string): Head | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The array is not where it was supposed: that was the question.
  }
}

/** From inside a string to after its closing quote, whatever it holds; -1 without one. */
export function afterQuote(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  for (;;) {
    while (LOOSE[bytes[at] as number] === 1) at += 1
    if (at >= end) return -1
    if (bytes[at] === QUOTE) return at + 1
    at += 2
  }
}

/** 0 for a quote and a backslash. */
const LOOSE: Uint8Array = new Uint8Array(256).fill(1)
LOOSE[QUOTE] = 0
LOOSE[BACKSLASH] = 0

/** The members of an object, one by one, each proved before it is told. */
function eachMember(
  bytes: Uint8Array,
  from: number,
  end: number,
  scan: Scan,
  onMember: OnMember,
): number {
  let at = skipSpace(bytes, from, end)
  if (bytes[at] !== OPEN_OBJECT || at >= end) return -1 - at
  at = skipSpace(bytes, at + 1, end)
  if (at < end && bytes[at] === CLOSE_OBJECT) return at + 1
  for (;;) {
    if (at >= end || bytes[at] !== QUOTE) return -1 - at
    const keyStart = at + 1
    const afterKey = skipString(bytes, keyStart)
    if (afterKey < 0) return afterKey
    at = skipSpace(bytes, afterKey, end)
    if (at >= end || bytes[at] !== COLON) return -1 - at
    const start = skipSpace(bytes, at + 1, end)
    const stop = walk(bytes, start, end, scan)
    if (stop < 0) return stop
    onMember(keyStart, afterKey - 1, start, stop)
    at = skipSpace(bytes, stop, end)
    if (at >= end) return -1 - at
    if (bytes[at] === CLOSE_OBJECT) return at + 1
    if (bytes[at] !== COMMA) return -1 - at
    at = skipSpace(bytes, at + 1, end)
  }
}

/** The containers around a place: scratch of `walk`, which never calls itself. It only grows. */
let around = new Uint8Array(1_024)

/**
 * The end of the value that begins at `from`, or `-1 - offset` of the first wrong byte. No
 * recursion, and all state in local variables: this runs over every byte of a large record.
 */
function walk(bytes: Uint8Array, from: number, end: number, scan: Scan): number {
  let at = from
  let depth = 0
  let container = 0
  let key = false
  for (;;) {
    // Here a key or a value begins.
    if (at >= end) return -1 - at
    const byte = bytes[at] as number
    let ended = true
    if (byte === QUOTE) {
      at += 1
      while (PLAIN[bytes[at] as number] === 1) at += 1
      at = bytes[at] === QUOTE ? at + 1 : skipString(bytes, at)
      if (at < 0) return at
      if (key) {
        if ((bytes[at] as number) <= 0x20) at = skipSpace(bytes, at, end)
        if (at >= end || bytes[at] !== COLON) return -1 - at
        at += 1
        ended = key = false
      }
    } else if (key) return -1 - at
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (depth === around.length) around = grown(around)
      around[depth++] = container
      if (depth > scan.depth) scan.depth = depth
      container = byte
      at += 1
      if ((bytes[at] as number) <= 0x20) at = skipSpace(bytes, at, end)
      // `}` and `]` stand two after `{` and `[`.
      ended = at < end && bytes[at] === container + 2
      if (!ended) key = container === OPEN_OBJECT
    } else at = skipScalar(bytes, at, end, byte)
    if (at < 0) return at
    // Behind a value: a comma, or the ends of containers.
    while (ended) {
      if (depth === 0) return at
      if ((bytes[at] as number) <= 0x20) at = skipSpace(bytes, at, end)
      if (at >= end) return -1 - at
      if (bytes[at] === COMMA) {
        key = container === OPEN_OBJECT
        ended = false
      } else if (bytes[at] === container + 2) container = around[--depth] as number
      else return -1 - at
      at += 1
    }
    if ((bytes[at] as number) <= 0x20) at = skipSpace(bytes, at, end)
  }
}

function grown(kinds: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(kinds.length * 2)
  larger.set(kinds)
  return larger
}

/** 1 for a byte that may stand in a string and means nothing there. */
const PLAIN: Uint8Array = new Uint8Array(256).fill(1, 0x20)
PLAIN[QUOTE] = 0
PLAIN[BACKSLASH] = 0

/** From inside a string to after its closing quote. A newline ends every string, so no `end`. */
function skipString(bytes: Uint8Array, from: number): number {
  let at = from
  for (;;) {
    while (PLAIN[bytes[at] as number] === 1) at += 1
    if (bytes[at] === QUOTE) return at + 1
    if (bytes[at] !== BACKSLASH) return -1 - at
    at = skipEscape(bytes, at + 1)
    if (at < 0) return at
  }
}

function hasBackslash(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) if (bytes[at] === BACKSLASH) return true
  return false
}

function skipEscape(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] as number
  if (byte !== 0x75) return ESCAPES[byte] === 1 ? at + 1 : -1 - at
  for (let digit = at + 1; digit < at + 5; digit += 1) {
    if (!isHex(bytes[digit] as number)) return -1 - digit
  }
  return at + 5
}

const ESCAPES: Uint8Array = new Uint8Array(256)
for (const char of '"\\/bfnrt') ESCAPES[char.charCodeAt(0)] = 1

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
