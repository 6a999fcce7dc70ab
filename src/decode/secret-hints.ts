import { latin1 } from '../base/slice.ts'

/** Places in a text that may have to do with a secret; most events have none. */
export interface Hints {
  readonly count: number
  /** Whether there is one between two places. */
  any(start: number, end: number): boolean
  /** The first place from `start`; Infinity when there is none. */
  next(start: number): number
}

/**
 * Looks for hints of secrets among bytes, fast: whatever `findSecrets` masks has one within, or a
 * hint stands in what says that it is a secret (the kind, the resource, the name beside it).
 */
export const findHints = (bytes: Buffer): Hints => {
  const places: number[] = []
  needleHints(bytes, places)
  charHints(bytes, places)
  if (places.length === 0) return NO_HINTS
  return new PlacesFound(Float64Array.from(places).sort())
}

/** None. */
const NO_HINTS: Hints = { count: 0, any: () => false, next: () => Number.POSITIVE_INFINITY }

class PlacesFound implements Hints {
  readonly #places: Float64Array

  constructor(places: Float64Array) {
    this.#places = places
  }

  get count(): number {
    return this.#places.length
  }

  any(start: number, end: number): boolean {
    return this.next(start) < end
  }

  next(start: number): number {
    let low = 0
    let high = this.#places.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#places[middle] as number) < start) low = middle + 1
      else high = middle
    }
    return this.#places[low] ?? Number.POSITIVE_INFINITY
  }
}

/**
 * Parts of words, in lower case, each rare and of five characters or more, and what the text must
 * look like from there on.
 */
const NEEDLES: readonly (readonly [needle: string, from: RegExp])[] = [
  ['token', /^tokens?[^a-z0-9_]/i],
  ['secret', /^secret(?:s|list)?[^a-z0-9_-]/i],
  ['passw', /^passw(?:or)?d[^a-z0-9]/i],
  ['passphrase', /^/],
  ['credential', /^credentials?(?:["'\\=:]|\.json)/i],
  ['bearer', /^bearer(?:[\s:=,+\\]|%)/i],
  ['basic', /^basic(?:[\s:=,+\\]|%)/i],
  ...['pi_key', 'pi-key', 'pi.key', 'apikey', 'ss_key', 'ss-key', 'ss.key', 'sskey'].map(isKey),
  ...['te_key', 'te-key', 'te.key', 'tekey', 'et_key', 'et-key', 'etkey'].map(isKey),
  ['te key-----', /^/],
  ['key-data', /^/],
  ['stringdata', /^/],
  ['auth"', /^/],
  ['auth\\', /^/],
  ["auth'", /^/],
  ['"data\\', /^/],
  ['ied-configuration', /^/],
  ['kubeconfig', /^kubeconfig(?:\.\w{3,4})?["'\\]/i],
  ['dockerc', /^dockerc/i],
  ['.key"', /^/],
  ['.key\\', /^/],
  ['id_rsa', /^/],
  ['id_dsa', /^/],
  ['id_ecdsa', /^/],
  ['id_ed25519', /^/],
  ['netrc', /^/],
  ['pgpass', /^/],
  ['.p12"', /^/],
  ['.p12\\', /^/],
  ['.pfx"', /^/],
  ['.pfx\\', /^/],
  ['.jks"', /^/],
  ['.jks\\', /^/],
  ['ls0tls1crudjti', /^/],
]

function isKey(needle: string): readonly [string, RegExp] {
  return [needle, /^[\w.-]{2,7}?key[^a-z0-9]/i]
}

/** The window that is looked at: the shortest needle. */
const WINDOW = 5

/** How far the window may move on when these two bytes end it; 0 where a needle's beginning ends. */
const SHIFTS: Uint8Array = new Uint8Array(4_096).fill(WINDOW - 1)
/** Needles by the two bytes that end their first five. */
const BUCKETS: (readonly [string, RegExp])[][] = Array.from({ length: 4_096 }, () => [])

/** Upper and lower case fall together, as do some others: it only tells where to look. */
const pairOf = (first: number, second: number): number =>
  (FOLD[first] ?? 0) * 64 + (FOLD[second] ?? 0)
const FOLD: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? (byte | 0x20) & 63 : byte & 63,
)

for (const one of NEEDLES) {
  const [needle] = one
  for (let at = 0; at + 1 < WINDOW; at += 1) {
    const pair = pairOf(needle.charCodeAt(at), needle.charCodeAt(at + 1))
    SHIFTS[pair] = Math.min(SHIFTS[pair] ?? 0, WINDOW - 2 - at)
    if (at === WINDOW - 2) BUCKETS[pair]?.push(one)
  }
}

function needleHints(bytes: Buffer, places: number[]): void {
  const end = bytes.length
  let at = WINDOW - 1
  while (at < end) {
    const first = FOLD[bytes[at - 1] as number] as number
    const pair = first * 64 + (FOLD[bytes[at] as number] as number)
    const shift = SHIFTS[pair] as number
    if (shift === 0) {
      if (isNeedle(bytes, at - WINDOW + 1, pair)) places.push(at - WINDOW + 1)
      at += 1
    } else at += shift
  }
}

function isNeedle(bytes: Buffer, start: number, pair: number): boolean {
  for (const [needle, from] of BUCKETS[pair] ?? []) {
    if (!startsWith(bytes, start, needle)) continue
    // A word that the text ends with has all that could come behind it.
    if (from.test(`${latin1(bytes, start, Math.min(start + 32, bytes.length))}"`)) return true
  }
  return false
}

function startsWith(bytes: Buffer, start: number, needle: string): boolean {
  for (let at = 0; at < needle.length; at += 1) {
    const byte = bytes[start + at] as number
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
    if (lower !== needle.charCodeAt(at)) return false
  }
  return true
}

/** What begins with a byte that is rare: native searches find it faster. */
function charHints(bytes: Buffer, places: number[]): void {
  // The beginning of a JSON web token: `{"` in base64.
  each(bytes, 'J', 2, (at) => bytes[at - 1] === 0x79 && bytes[at - 2] === 0x65, places)
  // A letter or mark written as an escape, which nobody needs; `<`, `>` and `&` Go always escapes.
  each(bytes, '\\u00', 0, (at) => isOddEscape(bytes, at + 4), places)
  each(bytes, '%', 0, (at) => isOddPercent(bytes, at + 1), places)
  each(bytes, '@', 0, (at) => isUserinfo(bytes, at), places)
}

function each(
  bytes: Buffer,
  text: string,
  back: number,
  is: (at: number) => boolean,
  places: number[],
): void {
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
    if (is(at)) places.push(Math.max(0, at - back))
  }
}

/** `3c`, `3e` and `26` are usual; what is below 20 is a control character. */
function isOddEscape(bytes: Buffer, at: number): boolean {
  const code = Number.parseInt(latin1(bytes, at, at + 2), 16)
  return code >= 0x20 && code !== 0x3c && code !== 0x3e && code !== 0x26
}

/** A letter or digit that is percent-encoded, or `%` itself. */
function isOddPercent(bytes: Buffer, at: number): boolean {
  const first = bytes[at] ?? 0
  const second = bytes[at + 1] ?? 0
  return (first >= 0x34 && first <= 0x37) || (first === 0x32 && second === 0x35)
}

/** `://name:password@`. */
function isUserinfo(bytes: Buffer, at: number): boolean {
  const before = latin1(bytes, Math.max(0, at - 512), at)
  const scheme = before.lastIndexOf('//')
  return scheme >= 0 && /^[^\s/"@]*:/.test(before.slice(scheme + 2))
}
