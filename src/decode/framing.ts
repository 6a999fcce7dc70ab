import {
  isRecordsKey,
  isSpace,
  isText,
  newRecordScan,
  newScan,
  type RecordScan,
  recordsArray,
  type Scan,
  scanItems,
  scanRecord,
  scanValue,
  skipSpace,
} from '../base/json-scan.ts'
import { LIMIT } from '../base/limit.ts'
import { indexWithin, lastIndexWithin, latin1, utf8 } from '../base/slice.ts'
import { findDuplicateKeys } from './duplicate-keys.ts'
import { LazyBody } from './event.ts'
import { EVENT_HEAD, findGlued } from './glued.ts'
import { csvObject, isBinary, jsonAfterPrefix, loneSurrogate } from './lines.ts'
import { isObject } from './members.ts'
import { type Found, isAudit, REQUEST, RESPONSE, type Records } from './records.ts'
import { salvage } from './salvage.ts'

/** How the bytes lie in the file, and in what they were found. */
export interface Setting {
  /** Of the first byte in the file; undefined when they are text from inside a record. */
  readonly offset: number | undefined
  readonly shape: string
  readonly depth: number
  /** All bytes are valid UTF-8. */
  readonly utf8: boolean
}

/** Longer records are parsed without their bodies, which stay bytes until somebody asks. */
const LAZY_BYTES = 2_048

/** How far the records of a list are looked for. */
const HEAD_BYTES = 65_536

const NEWLINE = 0x0a
const OPEN_OBJECT = 0x7b
const OPEN_ARRAY = 0x5b
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a

/** Finds the records of a block, one after the other, and hands them on parsed. */
export class Framing {
  readonly #bytes: Buffer
  readonly #records: Records
  readonly #setting: Setting
  readonly #recordScan: RecordScan = newRecordScan()
  readonly #scan: Scan = newScan()
  /** The last answer of #regionEnd: the same for every place in it. */
  #region = { from: 0, to: 0 }
  /** The last answer of #lineEnd: many records may stand on one line. */
  #row = { from: 0, to: -1 }
  /** There may be half surrogate pairs somewhere. */
  readonly #surrogates: boolean

  constructor(bytes: Buffer, records: Records, setting: Setting) {
    this.#bytes = bytes
    this.#records = records
    this.#setting = setting
    this.#surrogates = bytes.includes('\\ud') || bytes.includes('\\uD')
  }

  /** Walks the whole block. */
  run(): void {
    const { length } = this.#bytes
    if (isBinary(this.#bytes)) {
      this.#issue('decode/binary', 'no text', 0, length)
      return
    }
    let at = 0
    while (at < length) at = this.#next(at)
  }

  /** Consumes what begins at `at`, and gives where the next thing begins. */
  #next(at: number): number {
    const bytes = this.#bytes
    const byte = bytes[at]
    if (byte === OPEN_OBJECT) return this.#object(at)
    // Between records: white space, the commas and brackets of an array cut in two, and the
    // record separator of RFC 7464.
    if (isSpace(byte) || byte === COMMA || byte === 0x5d || byte === 0x7d || byte === 0x1e) {
      return at + 1
    }
    if (byte === OPEN_ARRAY) return this.#array(at)
    if (byte === 0) return this.#zeros(at)
    if (byte === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) return at + 3
    return this.#line(at)
  }

  /** A line that is one record, in nearly every case. */
  #object(at: number): number {
    const bytes = this.#bytes
    if (isText(bytes, at, '{"kind":"EventList"')) return this.#list(at)
    const lineEnd = this.#lineEnd(at)
    let end = lineEnd
    while (isSpace(bytes[end - 1])) end -= 1
    if (end - at < LAZY_BYTES) {
      return this.#small(at, end, 0, this.#setting.shape) ? lineEnd + 1 : this.#odd(at, lineEnd)
    }
    scanRecord(bytes, at, end, this.#recordScan)
    const stop = this.#recordScan.end
    if (stop < 0) return this.#odd(at, lineEnd)
    this.#large(at, stop, 0, this.#setting.shape)
    return stop === end ? lineEnd + 1 : stop
  }

  /** The record from `at` to before `end`; false when these bytes are not one JSON value. */
  #record(at: number, end: number, index: number, shape: string): boolean {
    const isLarge = end - at >= LAZY_BYTES && this.#bytes[at] === OPEN_OBJECT
    if (!isLarge) return this.#small(at, end, index, shape)
    scanRecord(this.#bytes, at, end, this.#recordScan)
    if (this.#recordScan.end !== end) return false
    this.#large(at, end, index, shape)
    return true
  }

  #small(at: number, end: number, index: number, shape: string): boolean {
    const text = utf8(this.#bytes, at, end)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return false // The caller looks for what is whole in these bytes.
    }
    this.#begin(at, end, index)
    this.#records.value(value, shape, this.#setting.depth, undefined)
    return true
  }

  /** A large object, just scanned and so proved: an event is parsed without its bodies. */
  #large(at: number, end: number, index: number, shape: string): void {
    const bytes = this.#bytes
    const scan = this.#recordScan
    const { requestStart, responseStart, depth } = scan
    const hasBodies = !scan.odd && (requestStart >= 0 || responseStart >= 0)
    const head: unknown = hasBodies ? JSON.parse(withoutBodies(bytes, at, end, scan)) : undefined
    const found: Found | undefined =
      isObject(head) && isAudit(head) ? bodiesOf(bytes, scan) : undefined
    this.#begin(at, end, index)
    if (depth > LIMIT.jsonDepthMax) this.#deep(at, end)
    if (scan.odd && !this.#records.options.strict) this.#duplicates(at, end)
    const value: unknown = found === undefined ? JSON.parse(utf8(bytes, at, end)) : head
    this.#records.value(value, shape, this.#setting.depth, found)
  }

  /** An `EventList`: each item by itself, so that one bad item costs only itself. */
  #list(at: number): number {
    const start = this.#recordsOf(at)
    return start < 0 ? this.#odd(at, this.#lineEnd(at)) : this.#itemsOf(start)
  }

  /** Where the records of the document at `at` begin, when it is a list of them. */
  #recordsOf(at: number): number {
    const head = latin1(this.#bytes, at, Math.min(at + HEAD_BYTES, this.#regionEnd(at)))
    const start = recordsArray(head)
    return start < 0 ? -1 : at + start
  }

  /** The items, and then the other members of the document, which mostly say nothing. */
  #itemsOf(start: number): number {
    const bytes = this.#bytes
    const list = this.#setting.shape === 'native' ? 'event-list' : this.#setting.shape
    const limit = this.#regionEnd(start)
    let end = this.#items(start, list)
    for (;;) {
      const comma = skipSpace(bytes, end, limit)
      if (comma >= limit || bytes[comma] !== COMMA) return end
      const value = memberValue(bytes, comma + 1, limit, this.#scan)
      if (value < 0) return this.#torn(comma, limit, -1 - value)
      if (bytes[value] === OPEN_ARRAY && isRecordsKey(latin1(bytes, comma, value))) {
        this.#issue('decode/duplicate-key', 'two lists of records in one', start, value - start)
        end = this.#items(value, list)
        continue
      }
      scanValue(bytes, value, limit, this.#scan)
      if (this.#scan.end < 0) return this.#torn(comma, limit, -1 - this.#scan.end)
      end = this.#scan.end
    }
  }

  /** A JSON array of records. */
  #array(at: number): number {
    return this.#items(at, this.#setting.shape === 'native' ? 'json-array' : this.#setting.shape)
  }

  /** The items of the array at `start`; gives where it ends. */
  #items(start: number, shape: string): number {
    const bytes = this.#bytes
    let index = 0
    const limit = this.#regionEnd(start)
    const { end, closed } = scanItems(bytes, start, limit, (from, to) => {
      this.#item(from, to, index, shape)
      index += 1
    })
    if (index === 0 && closed) this.#nothing(start, end)
    // Not closed and nothing left: an array longer than a block, which was cut behind an item, or
    // one with an item on each line, which come as records of their own.
    return closed || end >= limit ? end : this.#torn(end, limit, limit)
  }

  #item(from: number, to: number, index: number, shape: string): void {
    const byte = this.#bytes[from]
    if (byte !== OPEN_OBJECT && byte !== OPEN_ARRAY && byte !== QUOTE) this.#nothing(from, to)
    else if (!this.#record(from, to, index, shape) && !this.#salvage(from, to)) {
      this.#issue('decode/broken', 'an item of a list is no JSON', from, to - from)
    }
  }

  /** Bytes at `at` that are no record as a line: more than one, less than one, or broken. */
  #odd(at: number, lineEnd: number): number {
    const scan = this.#scan
    scanValue(this.#bytes, at, lineEnd, scan)
    if (scan.end >= 0) return this.#one(at, scan.end)
    const end = this.#regionEnd(at)
    if (end > lineEnd + 1) {
      scanValue(this.#bytes, at, end, scan)
      if (scan.end >= 0) return this.#one(at, scan.end)
    }
    const wrong = -1 - scan.end
    const start = wrong >= end ? this.#recordsOf(at) : -1
    return start < 0 ? this.#torn(at, end, wrong) : this.#itemsOf(start)
  }

  /** A whole value on more than one line, or with another after it. */
  #one(at: number, end: number): number {
    if (!this.#record(at, end, 0, this.#setting.shape)) {
      this.#issue('decode/broken', 'a record is no JSON', at, end - at)
    }
    return end
  }

  /**
   * A record that does not end, or is broken at `wrong`. An event glued to it is found again; the
   * rest is an issue. Nothing is made of objects inside the record.
   */
  #torn(at: number, end: number, wrong: number): number {
    const bytes = this.#bytes
    const glued = findGlued(bytes, at, end, wrong)
    if (glued < 0 && this.#salvage(at, end)) return end
    const stop = glued < 0 ? end : glued
    const where = `at byte ${wrong - at} of it`
    if (isCut(bytes, at, stop)) {
      this.#issue('decode/truncated-message', `a message is cut ${where}`, at, stop - at)
    } else if (glued >= 0 || wrong >= end - 1) {
      this.#issue('decode/torn', `a record is cut off ${where}`, at, stop - at)
    } else this.#issue('decode/broken', `a record is no JSON ${where}`, at, stop - at)
    return stop
  }

  /** An event whose body alone is broken. */
  #salvage(at: number, end: number): boolean {
    const saved = salvage(this.#bytes, at, end)
    if (saved === undefined || !isAudit(saved.record)) return false
    this.#begin(at, end, 0)
    const unparsable = (saved.request ? REQUEST : 0) | (saved.response ? RESPONSE : 0)
    this.#records.issue('decode/unparsable-body', 'a body is no JSON')
    const { requestObject, responseObject } = saved.record
    const found: Found = {
      request: saved.request ? undefined : (requestObject ?? undefined),
      response: saved.response ? undefined : (responseObject ?? undefined),
      unparsable,
    }
    this.#records.value(saved.record, this.#setting.shape, this.#setting.depth, found)
    return true
  }

  /** A line of text: a record behind a prefix, or nothing of ours. */
  #line(at: number): number {
    const bytes = this.#bytes
    const lineEnd = this.#lineEnd(at)
    if (bytes[at] === QUOTE) {
      const end = this.#quoted(at, lineEnd)
      if (end > at) return end
    }
    const behind = jsonAfterPrefix(bytes, at, lineEnd)
    if (behind === undefined && this.#isTail(at)) {
      const glued = findGlued(bytes, at, lineEnd, at)
      if (glued >= 0) {
        this.#issue('decode/torn', 'the beginning of a record is lost', at, glued - at)
        return glued
      }
    }
    if (behind === undefined) this.#field(at, lineEnd)
    else {
      const shape = this.#setting.shape === 'native' ? behind.shape : this.#setting.shape
      let end = lineEnd
      while (isSpace(bytes[end - 1])) end -= 1
      if (!this.#record(behind.start, end, 0, shape)) return this.#odd(behind.start, lineEnd)
    }
    return lineEnd + 1
  }

  /**
   * Text in quotes: a line by itself, or the rest of an array of texts or of a list's members that
   * was cut in two. Gives where it ends, or `at` when it is nothing of that.
   */
  #quoted(at: number, lineEnd: number): number {
    const bytes = this.#bytes
    scanValue(bytes, at, lineEnd, this.#scan)
    const { end } = this.#scan
    if (end < 0) return at
    const next = skipSpace(bytes, end, lineEnd)
    if (next < lineEnd && bytes[next] === COLON && bytes[at - 1] === COMMA) {
      scanValue(bytes, next + 1, lineEnd, this.#scan)
      if (this.#scan.end < 0) return at
      this.#nothing(at, this.#scan.end)
      return this.#scan.end
    }
    const isRecord = next === lineEnd || isText(bytes, at, '"{\\"')
    return isRecord && this.#record(at, end, 0, this.#setting.shape) ? end : at
  }

  /**
   * Whether a record without its beginning may stand here: only where a file begins that was cut,
   * or behind the zeros of a crash. Elsewhere text before an event was not torn off another one.
   */
  #isTail(at: number): boolean {
    const { offset } = this.#setting
    return offset !== undefined && (offset + at === 0 || (at > 0 && this.#bytes[at - 1] === 0))
  }

  #lineEnd(at: number): number {
    if (at >= this.#row.from && at <= this.#row.to) return this.#row.to
    const newline = this.#bytes.indexOf(NEWLINE, at)
    this.#row = { from: at, to: newline < 0 ? this.#bytes.length : newline }
    return this.#row.to
  }

  /** A line of CSV with a record in a field, or nothing of ours. */
  #field(at: number, lineEnd: number): void {
    const text = csvObject(this.#bytes, at, lineEnd)
    if (text === undefined) {
      const looksSo = indexWithin(this.#bytes, EVENT_HEAD, at, lineEnd) >= 0
      if (looksSo) this.#issue('decode/unknown-prefix', 'an event within text', at, lineEnd - at)
      else this.#nothing(at, lineEnd)
      return
    }
    const shape = this.#setting.shape === 'native' ? 'csv' : this.#setting.shape
    this.#begin(at, lineEnd, 0)
    this.#records.value(text, shape, this.#setting.depth + 1, undefined)
  }

  #zeros(at: number): number {
    let end = at
    while (this.#bytes[end] === 0) end += 1
    this.#issue('decode/nul-bytes', `${end - at} zero bytes`, at, end - at)
    return end
  }

  #nothing(at: number, end: number): void {
    this.#place(at, end, 0)
    this.#records.notAudit()
  }

  /** Where the record at `at` must have ended: before a line that begins as records do. */
  #regionEnd(at: number): number {
    if (at >= this.#region.from && at < this.#region.to) return this.#region.to
    this.#region = { from: at, to: regionEnd(this.#bytes, at) }
    return this.#region.to
  }

  #begin(at: number, end: number, index: number): void {
    this.#place(at, end, index)
    if (!this.#setting.utf8 && !isValid(this.#bytes, at, end)) {
      this.#records.issue('decode/bad-utf8', 'not valid UTF-8')
    }
    if (this.#surrogates && loneSurrogate(utf8(this.#bytes, at, end))) {
      this.#records.issue('decode/lone-surrogate', 'half of a surrogate pair')
    }
    if (this.#records.options.strict) this.#strict(at, end)
  }

  #strict(at: number, end: number): void {
    this.#duplicates(at, end)
    if (end - at >= LAZY_BYTES) return
    scanValue(this.#bytes, at, end, this.#scan)
    if (this.#scan.depth > LIMIT.jsonDepthMax) this.#deep(at, end)
  }

  #duplicates(at: number, end: number): void {
    const keys = findDuplicateKeys(this.#bytes.subarray(at, end))
    if (keys.length > 0) {
      this.#records.issue('decode/duplicate-key', `twice: ${keys.slice(0, 8).join(', ')}`)
    }
  }

  #deep(at: number, end: number): void {
    this.#issue('decode/too-deep', `deeper than ${LIMIT.jsonDepthMax} levels`, at, end - at)
  }

  /** Text from inside a record has that record's place, which is set already. */
  #place(at: number, end: number, index: number): void {
    const { offset } = this.#setting
    if (offset !== undefined) this.#records.begin(offset + at, end - at, index)
  }

  #issue(code: string, message: string, at: number, length: number): void {
    const { offset } = this.#setting
    if (offset === undefined) this.#records.issue(code, message)
    else this.#records.issueAt(code, message, offset + at, length)
  }
}

const bodiesOf = (bytes: Buffer, scan: RecordScan): Found => ({
  request: lazy(bytes, scan.requestStart, scan.requestEnd),
  response: lazy(bytes, scan.responseStart, scan.responseEnd),
  unparsable: 0,
})

function lazy(bytes: Buffer, start: number, end: number): LazyBody | undefined {
  // `null` is no body.
  if (start < 0 || (end - start === 4 && isText(bytes, start, 'null'))) return undefined
  return new LazyBody(bytes, start, end)
}

/** The record's text with each body replaced by null, so that its commas stay right. */
function withoutBodies(bytes: Buffer, at: number, end: number, scan: RecordScan): string {
  const { requestStart, requestEnd, responseStart, responseEnd } = scan
  if (responseStart < 0) return spliced(bytes, at, requestStart, requestEnd, end)
  if (requestStart < 0) return spliced(bytes, at, responseStart, responseEnd, end)
  const requestFirst = requestStart < responseStart
  const [start, middle, next, last] = requestFirst
    ? [requestStart, requestEnd, responseStart, responseEnd]
    : [responseStart, responseEnd, requestStart, requestEnd]
  return `${spliced(bytes, at, start, middle, next)}null${utf8(bytes, last, end)}`
}

function spliced(bytes: Buffer, at: number, cut: number, go: number, end: number): string {
  return `${utf8(bytes, at, cut)}null${utf8(bytes, go, end)}`
}

/** Where the value of the member at `from` begins, or `-1 - offset` of the first wrong byte. */
function memberValue(bytes: Buffer, from: number, end: number, scan: Scan): number {
  const key = skipSpace(bytes, from, end)
  if (bytes[key] !== QUOTE) return -1 - key
  scanValue(bytes, key, end, scan)
  if (scan.end < 0) return scan.end
  const colon = skipSpace(bytes, scan.end, end)
  return bytes[colon] === COLON && colon < end ? skipSpace(bytes, colon + 1, end) : -1 - colon
}

function regionEnd(bytes: Buffer, at: number): number {
  for (let from = at; ; ) {
    const newline = bytes.indexOf(NEWLINE, from)
    if (newline < 0 || newline + 1 >= bytes.length) return bytes.length
    const next = bytes[newline + 1]
    if (!isSpace(next) && next !== 0x7d && next !== 0x5d) return newline + 1
    from = newline + 1
  }
}

/** Whether a message ends as CloudWatch and others end what they cut. */
function isCut(bytes: Buffer, at: number, end: number): boolean {
  const mark = lastIndexWithin(bytes, '[Truncated...]', Math.max(at, end - 64), end)
  return mark >= 0 && skipSpace(bytes, mark + 14, end) >= end
}

function isValid(bytes: Buffer, at: number, end: number): boolean {
  return Buffer.from(utf8(bytes, at, end)).equals(bytes.subarray(at, end))
}
