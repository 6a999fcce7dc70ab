import { LIMIT } from '../base/limit.ts'
import { isObject } from './members.ts'
import { isAudit } from './records.ts'

/** At most so many are told. */
const KEYS_MAX = 64

/**
 * The paths of keys that an object in the bytes has twice, compared as decoded text
 * (`"a"` is `"\u0061"`), no deeper than `LIMIT.jsonDepthMax`. Array items count as `[]`. Bytes that
 * are no JSON give whatever looks so.
 */
export const findDuplicateKeys = (bytes: Uint8Array): readonly string[] => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  const found = new Set<string>()
  const levels: Level[] = []
  const isPlain = !text.includes('\\')
  /** Levels around this place that are too deep to be looked into. */
  let deeper = 0
  let at = 0
  while (at < text.length && found.size < KEYS_MAX) {
    const top = levels[levels.length - 1]
    const char = text.charCodeAt(at)
    at += 1
    if (char === 0x22) {
      const end = isPlain ? afterQuote(text, at) : afterString(text, at)
      const isKey = deeper === 0 && top?.keys !== undefined && top.expectsKey
      if (isKey) keyAt(text, at - 1, end, levels, found)
      at = end
    } else if (deeper > 0 || (levels.length === LIMIT.jsonDepthMax && nesting(char) > 0)) {
      deeper += nesting(char)
    } else if (char === 0x7b) levels.push({ keys: new Set(), key: '', expectsKey: true })
    else if (char === 0x5b) levels.push({ keys: undefined, key: '[]', expectsKey: false })
    else if (char === 0x7d || char === 0x5d) levels.pop()
    else if (char === 0x2c && top?.keys !== undefined) top.expectsKey = true
  }
  return [...found]
}

/**
 * The same of a record that may be wrapped: the lines of a log that it holds as text are looked
 * into too, as deep as they are opened.
 */
export const findDuplicateKeysWithin = (bytes: Uint8Array): readonly string[] => {
  const found = new Set(findDuplicateKeys(bytes))
  let texts = [Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()]
  for (let depth = 0; depth < LIMIT.wrapDepthMax && found.size < KEYS_MAX; depth += 1) {
    texts = texts.flatMap(linesWithin)
    for (const text of texts) for (const key of findDuplicateKeys(Buffer.from(text))) found.add(key)
  }
  return [...found].slice(0, KEYS_MAX)
}

/** The texts in an envelope that look like records; an event itself is no envelope. */
function linesWithin(text: string): string[] {
  if (!text.includes(RECORD_TEXT)) return []
  const record = parsed(text)
  if (isObject(record) && isAudit(record)) return []
  const lines: string[] = []
  const waiting: unknown[] = [record]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value === 'string') {
      for (const line of value.split('\n')) if (isRecordText(line)) lines.push(line)
    } else if (typeof value === 'object' && value !== null) {
      for (const member of Object.values(value)) waiting.push(member)
    }
  }
  return lines
}

/** An object as text within JSON begins so, however deep the quotes are escaped. */
const RECORD_TEXT = '{\\'

const isRecordText = (text: string): boolean => text.startsWith('{') && text.includes('verb')

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // No envelope.
  }
}

const nesting = (char: number): number => {
  if (char === 0x7b || char === 0x5b) return 1
  return char === 0x7d || char === 0x5d ? -1 : 0
}

interface Level {
  /** Of an object; an array has none. */
  readonly keys: Set<string> | undefined
  key: string
  expectsKey: boolean
}

function keyAt(
  text: string,
  from: number,
  end: number,
  levels: readonly Level[],
  found: Set<string>,
): void {
  const top = levels[levels.length - 1]
  if (top?.keys === undefined) return
  const raw = text.slice(from + 1, end - 1)
  const key = raw.includes('\\') ? decoded(text.slice(from, end), raw) : raw
  top.key = key
  top.expectsKey = false
  if (top.keys.has(key)) found.add(pathOf(levels))
  top.keys.add(key)
}

/** The text of a JSON string; of what is none, the text as it is written. */
function decoded(quoted: string, raw: string): string {
  try {
    return JSON.parse(quoted)
  } catch {
    return raw // The record is no JSON, which its own issue says.
  }
}

/** The path of the innermost key; of a very deep one only the last part. */
function pathOf(levels: readonly Level[]): string {
  const shown = levels.slice(-16)
  const path = shown.map((level) => level.key.slice(0, LIMIT.shownCharactersMax)).join('.')
  return shown.length < levels.length ? `….${path}` : path
}

/** After the closing quote of the string whose text begins at `from`. */
function afterString(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    const char = text.charCodeAt(at)
    if (char === 0x22) return at + 1
    at += char === 0x5c ? 2 : 1
  }
  return text.length
}

/** The same in a text without backslashes. */
function afterQuote(text: string, from: number): number {
  const quote = text.indexOf('"', from)
  return quote < 0 ? text.length : quote + 1
}
