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
 * Parts of words, in lower case, each rare and of five characters or more; and what the text must
 * be there: `before` gets some of it up to the needle, `from` some of it from there on.
 */
interface Needle {
  readonly needle: string
  readonly is: (before: () => string, from: string) => boolean
}

const always = (): boolean => true

/** A needle that says enough by itself. */
const alone = (needle: string): Needle => ({ needle, is: always })

/** A needle that says enough if the text from there on is so. */
const begins = (needle: string, pattern: RegExp): Needle => ({
  needle,
  is: (_, from) => pattern.test(from),
})

/** A word that ends names of secrets, by its beginning and whole. */
const word = (needle: string, pattern: string): Needle => {
  const whole = new RegExp(`^${pattern}`, 'i')
  return {
    needle,
    is: (before, from) => {
      const match = whole.exec(from)
      return match !== null && isNaming(before, match[0], from.slice(match[0].length))
    },
  }
}

/** Whether a word names a secret, or says that something is one, by what stands around it. */
function isNaming(before: () => string, found: string, after: string): boolean {
  if (/^\\*"/.test(after)) {
    // A text that is this word or ends so: what it is the value of tells; or it is an argument.
    if (VALUE_END.test(after)) return isSaying(before(), found)
    // A name with a value that is neither empty nor an object.
    return !isMany(found) && !/^\\*"+\s*:\s*(?:\{|null|\\*"\\*"\s*[,}])/.test(after)
  }
  if (/^secret/i.test(found) && KIND_OF_YAML.test(before())) return true
  if (isMany(found)) return false
  if (/^[ \t]/.test(after)) return ARGUMENT.test(before()) || /^[ \t]*[=:]/.test(after)
  return /^[=:%&'\\\r\n]/.test(after)
}

/** `secrets`, `SecretList`: they say what something is, and name no value. */
const isMany = (found: string): boolean => /^secret\w/i.test(found)

/** Behind a value. Quotes stand twice in CSV. */
const VALUE_END = /^\\*"{1,2}\s*(?:[,}\]]|$)/

const isSaying = (before: string, found: string): boolean =>
  FAR.test(before) ||
  KIND.test(before) ||
  (!isMany(found) && (NAME.test(before) || ARGUMENT.test(before)))

/** What the value belongs to lies too far away to be seen. */
const FAR = /\s{16}\\*"{1,2}[^"\\]*$/
/** Before a text in quotes: the beginning of a member, of which the word is the whole value. */
const KIND = /(?:kind|resource|stringvalue)\\*"{1,2}\s*:\s*\\*"{1,2}$/i
/** The same, of which the word is the end; or the path of a JSON Patch. */
const NAME =
  /["\\](?:(?:name|key|stringvalue)\\*"{1,2}\s*:\s*\\*"{1,2}|path\\*"{1,2}\s*:\s*\\*"{1,2}\/)[^"\\]*$/i
const ARGUMENT = /(?:^|["'\s=,&]|\\[nrt])--?[\w-]{0,64}$/
const KIND_OF_YAML = /(?:kind|resource):\s*['"\\]{0,4}$/

const KEY = '[\\w.-]{0,4}key'
const NEEDLES: readonly Needle[] = [
  word('token', 'token'),
  word('secret', 'secret(?:s|list)?'),
  begins('secret', /^secrets\.(?:get|list|watch|create|update|patch|delete)/),
  word('passw', 'passw(?:or)?d'),
  word('passphrase', 'passphrase'),
  word('credential', 'credentials?(?:\\.json)?'),
  ...['pi_key', 'pi-key', 'pi.key', 'apikey', 'ss_key', 'ss-key', 'ss.key', 'sskey'].map(ofKey),
  ...['te_key', 'te-key', 'te.key', 'tekey', 'et_key', 'et-key', 'et.key', 'etkey'].map(ofKey),
  begins('bearer', /^bearer(?:[\s:=,+\\]|%)/i),
  begins('basic', /^basic(?:[\s:=,+\\]|%)/i),
  alone('te key-----'),
  begins('key-data', /^key-data["']?\s*:/),
  begins('stringdata', /^stringdata\\*["']{0,2}\s*:/i),
  begins('auth"', /^auth"{1,2}\s*:\s*["[]/i),
  begins('auth\\', /^auth\\+"{1,2}\s*:\s*[\\[]/i),
  // What was applied, if it is no object.
  begins('ied-configuration', /^ied-configuration\\*"{1,2}\s*:\s*\\*"{1,2}(?![{"])/i),
  begins('kubeconfig', /^kubeconfig(?:\.\w{3,4})?["'\\]/i),
  alone('dockerconfigjson'),
  alone('dockercfg'),
  ...['.key', '.p12', '.pfx', '.jks'].flatMap(ofFile),
  ...['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'netrc', 'pgpass'].map(alone),
  begins('ls0tls1crudjti', /^LS0tLS1CRUdJTi(?!BDRVJU)/),
]

function ofKey(needle: string): Needle {
  return word(needle, KEY)
}

function ofFile(ending: string): readonly Needle[] {
  const pattern = /^\.\w{3}\\*"{1,2}\s*:\s*(?!\{)/i
  return [begins(`${ending}"`, pattern), begins(`${ending}\\`, pattern)]
}

/** The window that is looked at: the shortest needle. */
const WINDOW = 5

/** How far the window may move on when these two bytes end it; 0: a needle's beginning may end. */
const SHIFTS: Uint8Array = new Uint8Array(65_536).fill(WINDOW - 1)
/** 1 for two bytes that begin a needle. */
const HEADS: Uint8Array = new Uint8Array(65_536)
/** Needles by the first of their bytes. */
const BY_FIRST: readonly Needle[][] = Array.from({ length: 128 }, () => [])

for (const one of NEEDLES) {
  const { needle } = one
  for (let at = 0; at + 1 < WINDOW; at += 1) {
    for (const pair of pairsOf(needle.charCodeAt(at), needle.charCodeAt(at + 1))) {
      SHIFTS[pair] = Math.min(SHIFTS[pair] ?? 0, WINDOW - 2 - at)
      if (at === 0) HEADS[pair] = 1
    }
  }
  BY_FIRST[needle.charCodeAt(0)]?.push(one)
}

/** Two bytes as a number, in either case each. */
function pairsOf(first: number, second: number): readonly number[] {
  return casesOf(first).flatMap((one) => casesOf(second).map((two) => one | (two << 8)))
}

function casesOf(byte: number): readonly number[] {
  return byte >= 0x61 && byte <= 0x7a ? [byte, byte & ~0x20] : [byte]
}

/** Wu and Manber's search: most places are skipped. */
function needleHints(bytes: Buffer, places: number[]): void {
  const end = bytes.length
  let at = WINDOW - 1
  while (at < end) {
    const shift = SHIFTS[(bytes[at - 1] as number) | ((bytes[at] as number) << 8)] as number
    if (shift > 0) at += shift
    else {
      const start = at - WINDOW + 1
      const head = (bytes[start] as number) | ((bytes[start + 1] as number) << 8)
      if (HEADS[head] === 1 && isNeedle(bytes, start)) places.push(start)
      at += 1
    }
  }
}

function isNeedle(bytes: Buffer, start: number): boolean {
  const first = bytes[start] as number
  const lower = first >= 0x41 && first <= 0x5a ? first | 0x20 : first
  for (const { needle, is } of BY_FIRST[lower] ?? []) {
    if (!startsWith(bytes, start, needle)) continue
    // A word that the text ends with has all that could come behind it.
    const from = `${latin1(bytes, start, Math.min(start + AFTER, bytes.length))}"`
    if (MANY_ESCAPES.test(from)) return true
    if (is(() => latin1(bytes, Math.max(0, start - BEFORE), start), from)) return true
  }
  return false
}

/** A text in so many others that what stands around a word lies too far from it to be seen. */
const MANY_ESCAPES = /^[\w.-]*\\{16}/

/** How much of a text is looked at around a needle. */
const BEFORE = 400
const AFTER = 64

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
