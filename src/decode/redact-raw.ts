import { isUtf8 } from 'node:buffer'
import {
  isText,
  newScan,
  recordsArray,
  type Scan,
  scanItems,
  scanValue,
} from '../base/json-scan.ts'
import { bufferOf, indexWithin, latin1 } from '../base/slice.ts'
import { looksLikeYaml } from '../base/yaml-sniff.ts'
import {
  findSecretsInBroken,
  findSecretsInJson,
  findSecretsInText,
  speaksOfSecrets,
} from './find-secrets.ts'
import { findGlued } from './glued.ts'
import { jsonAfterPrefix } from './lines.ts'
import { csvUnquoted, type MappedText, wholeText } from './mapped-text.ts'
import { maskBytes } from './redact-text.ts'
import { type Range, salvage } from './salvage.ts'
import { findHints, type Hints } from './secret-hints.ts'

/** How to recognise equal secrets: a keyed digest of a secret's bytes. */
export type FingerprintOf = (secret: Uint8Array) => string

/**
 * A block whose secrets have been masked in place. It remembers what it masked, so that the bytes
 * of a record can be had as they came: for their digest, and to seal them.
 */
export class RedactedBlock {
  readonly #bytes: Buffer
  readonly #masked: readonly Masked[]

  constructor(bytes: Buffer, masked: readonly Masked[]) {
    this.#bytes = bytes
    this.#masked = masked
  }

  /** How many places were masked. */
  get count(): number {
    return this.#masked.length
  }

  /** Whether any byte between two places of the block was changed. */
  changed(from: number, to: number): boolean {
    return this.#first(from, to) !== undefined
  }

  /** The bytes as they came: those of the block itself when none was changed, else a copy. */
  original(from: number, to: number): Uint8Array {
    const part = this.#bytes.subarray(from, to)
    if (!this.changed(from, to)) return part
    const copy = Buffer.from(part)
    for (const one of this.#within(from, to)) {
      const cut = Math.max(0, from - one.from)
      one.original.copy(copy, one.from + cut - from, cut, Math.min(one.to, to) - one.from)
    }
    return copy
  }

  /** Fingerprints of the secrets between two places, each once; none without a key. */
  fingerprints(from: number, to: number): readonly string[] {
    if (!this.changed(from, to)) return NONE
    return [...new Set(this.#within(from, to).flatMap((one) => one.fingerprints))]
  }

  #within(from: number, to: number): readonly Masked[] {
    const first = this.#firstEndingAfter(from)
    const found: Masked[] = []
    for (let at = first; at < this.#masked.length; at += 1) {
      const one = this.#masked[at]
      if (one === undefined || one.from >= to) break
      found.push(one)
    }
    return found
  }

  #first(from: number, to: number): Masked | undefined {
    const one = this.#masked[this.#firstEndingAfter(from)]
    return one !== undefined && one.from < to ? one : undefined
  }

  #firstEndingAfter(from: number): number {
    let low = 0
    let high = this.#masked.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#masked[middle]?.to ?? 0) <= from) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** A place that was masked, and what stood there. */
export interface Masked {
  readonly from: number
  readonly to: number
  readonly original: Buffer
  readonly fingerprints: readonly string[]
}

const NONE: readonly string[] = []

/**
 * Masks every secret in the bytes of a block, in place and with as many bytes: the block must be
 * the caller's own, and whole records of any shape that `decodeBlock` reads. What was JSON is JSON
 * of the same structure afterwards. Bytes that hint at a secret and cannot be understood are masked
 * as far as they could be one. Never throws; a second time changes nothing that was understood.
 */
export const redactBlock = (bytes: Uint8Array, fingerprintOf?: FingerprintOf): RedactedBlock => {
  const buffer = bufferOf(bytes)
  const places: Place[] = []
  const hints = findHints(buffer)
  const search = new BlockSearch(buffer, hints, places)
  const isYaml = looksLikeYaml(buffer)
  if (isYaml) search.yaml()
  else search.regions()
  const char = isYaml ? YAML_MASK : undefined
  return new RedactedBlock(buffer, maskAll(buffer, places, char, fingerprintOf))
}

interface Place {
  readonly from: number
  readonly to: number
  readonly secret: string
  readonly bare: boolean
}

/** Finds the secrets of a block: of each region that has a hint. */
class BlockSearch {
  readonly #bytes: Buffer
  readonly #text: MappedText
  readonly #hints: Hints
  readonly #places: Place[]
  readonly #scan: Scan = newScan()

  constructor(bytes: Buffer, hints: Hints, places: Place[]) {
    this.#bytes = bytes
    this.#text = wholeText(bytes)
    this.#hints = hints
    this.#places = places
  }

  /** A region is a line, with the lines behind it that cannot begin a record. */
  regions(): void {
    let at = this.#next(0)
    while (at < this.#bytes.length) {
      const end = regionEnd(this.#bytes, at)
      this.#region(regionStart(this.#bytes, at), end)
      at = this.#next(end)
    }
  }

  /** The next place with a hint, or where a record may stand without its beginning. */
  #next(from: number): number {
    if (from === 0 && this.#bytes.length > 0 && BEGINS[this.#bytes[0] as number] === 0) return 0
    const zero = this.#bytes.indexOf(0, from)
    return Math.min(this.#hints.next(from), zero < 0 ? Number.POSITIVE_INFINITY : zero)
  }

  yaml(): void {
    this.#plain(0, this.#bytes.length)
  }

  #region(from: number, end: number): void {
    const bytes = this.#bytes
    for (let at = from; at < end; ) {
      const byte = bytes[at] as number
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) at = this.#value(at, end, true)
      else if (SKIPPED[byte] === 1) at += 1
      else if (byte === QUOTE && this.#scanned(at, end) >= 0) at = this.#value(at, end, false)
      else at = this.#line(at, end)
    }
  }

  #scanned(at: number, end: number): number {
    scanValue(this.#bytes, at, end, this.#scan)
    return this.#scan.end
  }

  /** One value, or what is broken; gives where it ends. */
  #value(at: number, end: number, mayBeList: boolean): number {
    const list = mayBeList ? this.#list(at, end) : -1
    if (list >= 0) return list
    const stop = this.#scanned(at, end)
    if (stop < 0) return this.#broken(at, end, -1 - stop)
    if (this.#hints.any(at, stop)) {
      findSecretsInJson(this.#text, at, stop, 'other', this.#hints, this.#found)
    }
    return stop
  }

  /** The items of a list, each by itself, so that a broken one costs only itself; or -1. */
  #list(at: number, end: number): number {
    const bytes = this.#bytes
    const byHead = bytes[at] === OPEN_ARRAY || isText(bytes, at, LIST_HEAD)
    if (!byHead && -1 - this.#scanned(at, end) < end) return -1
    const list = recordsArray(latin1(bytes, at, Math.min(at + HEAD_BYTES, end)))
    if (list < 0 || at + list >= end) return -1
    let last = -1
    const items = scanItems(bytes, at + list, end, (from, to) => {
      last = to
      if (this.#hints.any(from, to)) this.#value(from, to, false)
    })
    return last < 0 && !items.closed ? -1 : items.end
  }

  /** A record that is no JSON from some place on, up to the event that is glued to it. */
  #broken(at: number, end: number, wrong: number): number {
    const glued = findGlued(this.#bytes, at, end, wrong)
    const stop = glued < 0 ? end : glued
    if (!this.#hints.any(at, stop)) return stop
    const saved = glued < 0 ? salvage(this.#bytes, at, stop) : undefined
    if (saved === undefined) this.#lost(at, stop, wrong, false)
    else this.#saved(at, stop, saved.cuts)
    return stop
  }

  #lost(start: number, end: number, wrong: number, ofSecrets: boolean): void {
    const broken = { start, wrong: Math.min(wrong, end), end, ofSecrets }
    findSecretsInBroken(this.#text, broken, this.#hints, this.#found)
  }

  /** A record of which only bodies are broken: the rest is read as if they were not there. */
  #saved(at: number, end: number, cuts: readonly Range[]): void {
    const copy = Buffer.from(this.#bytes.subarray(at, end))
    const ofSecrets = speaksOfSecrets(latin1(this.#bytes, at, end))
    for (const { from, to } of cuts) {
      // No shorter than `{}`: an empty text stands in for it.
      copy.fill(' ', from - at, to - at).write('""', from - at)
      this.#lost(from, to, -1 - Math.min(-1, this.#scanned(from, to)), ofSecrets)
    }
    const found = this.#found
    findSecretsInText({ bytes: copy, from: at, places: undefined }, 'other', 0, found)
  }

  /** Text before a record, or around it, or without any. */
  #line(at: number, end: number): number {
    const bytes = this.#bytes
    const newline = indexWithin(bytes, '\n', at, end)
    const stop = newline < 0 ? end : newline
    const csv = indexWithin(bytes, '"{""', at, stop)
    if (csv >= 0) {
      findSecretsInText(csvUnquoted(bytes, csv + 1, stop), 'other', 1, this.#found)
      return stop
    }
    if (this.#isTail(at) && jsonAfterPrefix(bytes, at, stop) === undefined) {
      return this.#tail(at, stop)
    }
    const json = indexWithin(bytes, '{"', at, stop)
    this.#plain(at, json < 0 ? stop : json)
    return json < 0 ? stop : json
  }

  /** Whether a record without its beginning may stand here, as when decoding. */
  #isTail(at: number): boolean {
    return at === 0 || this.#bytes[at - 1] === 0
  }

  /** The end of a record: what it was about nobody can say, unless that is still there. */
  #tail(at: number, end: number): number {
    const bytes = this.#bytes
    const glued = findGlued(bytes, at, end, at)
    const stop = glued < 0 ? end : glued
    const isKnown = indexWithin(bytes, '"objectRef":', at, stop) >= 0
    const isJson = indexWithin(bytes, '"', at, stop) >= 0 && indexWithin(bytes, '}', at, stop) >= 0
    if (isJson && !isKnown) this.#lost(at, stop, at, true)
    this.#plain(at, stop)
    return stop
  }

  #plain(from: number, to: number): void {
    if (!this.#hints.any(from, to)) return
    const text = { bytes: this.#bytes.subarray(from, to), from, places: undefined }
    findSecretsInText(text, 'other', 1, this.#found)
  }

  readonly #found = (from: number, to: number, secret: string, bare: boolean): void => {
    this.#places.push({ from, to, secret, bare })
  }
}

const OPEN_OBJECT = 0x7b
const OPEN_ARRAY = 0x5b
const QUOTE = 0x22
const LIST_HEAD = '{"kind":"EventList"'

/** How far the records of a list are looked for. */
const HEAD_BYTES = 65_536

/** Between records: white space, commas, what closes lists, the separator of RFC 7464, a BOM. */
const SKIPPED: Uint8Array = new Uint8Array(256)
for (const byte of [0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x5d, 0x7d, 0x1e, 0, 0xef, 0xbb, 0xbf]) {
  SKIPPED[byte] = 1
}

/** 1 for what records and what stands between them begin with. */
const BEGINS: Uint8Array = Uint8Array.from(SKIPPED)
for (const byte of [OPEN_OBJECT, OPEN_ARRAY, QUOTE]) BEGINS[byte] = 1

/** A line that begins so goes on with the record before it. */
const isContinued = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a || byte === 0x7d || byte === 0x5d

function regionStart(bytes: Buffer, at: number): number {
  for (let from = at; ; ) {
    const newline = from === 0 ? -1 : bytes.lastIndexOf(0x0a, from - 1)
    if (newline < 0) return 0
    if (!isContinued(bytes[newline + 1])) return newline + 1
    from = newline
  }
}

function regionEnd(bytes: Buffer, at: number): number {
  for (let from = at; ; ) {
    const newline = bytes.indexOf(0x0a, from)
    if (newline < 0 || newline + 1 >= bytes.length) return bytes.length
    if (!isContinued(bytes[newline + 1])) return newline + 1
    from = newline + 1
  }
}

/** What masks in YAML: a value that is not in quotes cannot begin with `*`. */
const YAML_MASK = 'x'

/** Overwrites the places, and says what stood there. */
function maskAll(
  bytes: Buffer,
  places: Place[],
  char: string | undefined,
  fingerprintOf: FingerprintOf | undefined,
): readonly Masked[] {
  places.sort((a, b) => a.from - b.from || b.to - a.to)
  const masked: Masked[] = []
  let at = 0
  while (at < places.length) {
    const { from, bare } = places[at] as Place
    let { to } = places[at] as Place
    const secrets: string[] = []
    do {
      const one = places[at] as Place
      to = Math.max(to, one.to)
      secrets.push(one.secret)
      at += 1
    } while (at < places.length && (places[at] as Place).from < to)
    const original = Buffer.from(bytes.subarray(from, to))
    maskBytes(bytes, from, to, bare, char)
    if (original.equals(bytes.subarray(from, to))) continue
    const fingerprints =
      fingerprintOf === undefined ? NONE : secrets.map((one) => fingerprintOf(bytesOf(one)))
    masked.push({ from, to, original, fingerprints })
  }
  return masked
}

/** A secret's bytes; of one in base64 what it says, so that it equals the same in plain text. */
function bytesOf(secret: string): Buffer {
  const bytes = Buffer.from(secret, 'latin1')
  const decoded = Buffer.from(secret, 'base64')
  const isBase64 = secret.length >= 4 && decoded.toString('base64') === secret
  return isBase64 && isUtf8(decoded) ? decoded : bytes
}
