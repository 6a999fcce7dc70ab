import type { Place } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import type { Scalar } from '../../base/truth.ts'
import type { YamlEntry, YamlNode } from './document.ts'

/**
 * Reads YAML that is written as rules nearly always are: documents between marks, each a map in
 * blocks, plain or quoted scalars and lists of them on one line, texts in blocks. Undefined for
 * anything else, which the library then reads; where this reads a file, it gives what the library
 * would give, at a fraction of the time. It knows no faults: what might be one is left to the
 * library.
 */
export const readPlainYaml = (text: string, file: string): readonly YamlNode[] | undefined => {
  if (!text.endsWith('\n') || ODD_TEXT.test(text)) return undefined
  const roots: YamlNode[] = []
  for (const { lines, before } of documentsOf(text.slice(0, -1).split('\n'))) {
    const root = new PlainReader(lines, file, before).document()
    if (root === undefined || roots.length === LIMIT.yamlDocumentsMax) return undefined
    roots.push(root)
  }
  return roots
}

/** Anything but printable text, and spaces at the end of a line. */
const ODD_TEXT = /[^\n -~\u00a1-\u1fff\u2010-\u2027\u2030-\ud7ff]| (?:\n|$)/

/** Deeper nesting is left to the library, and to its limits. */
const DEPTH_MAX = 16

/** A key in a block, its colon, and what stands behind it on its line. */
const KEY = /([A-Za-z_][\w.|[\]/*-]{0,200}):(?: +(\S.*))?$/y

/** A plain scalar may begin so without being anything else. */
const PLAIN_START = /[A-Za-z0-9_/(^$.\\]/

/** What ends a plain scalar, makes it a key, or might. */
const PLAIN_ODD = /:(?: |$)| #/

/** In a list on one line these end it too. */
const FLOW_ODD = /[{}[\]"'`]/

/** Words and numbers of the core schema whose text is not their value. */
const NULLS: ReadonlySet<string> = new Set(['null', 'Null', 'NULL'])
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'True', 'TRUE'].map((word): [string, boolean] => [word, true]),
  ...['false', 'False', 'FALSE'].map((word): [string, boolean] => [word, false]),
])
const INTEGER = /^(?:0|[1-9][0-9]{0,14})$/
const NUMBER_LIKE =
  /^(?:[0-9](?:[0-9.]*(?:[eE][-+]?[0-9]*)?$|[ox])|\.(?:inf|Inf|INF|nan|NaN|NAN|[0-9]))/

/** The lines of one document, and how many there are before it. */
interface PlainDocument {
  readonly lines: readonly string[]
  readonly before: number
}

/** What stands between the marks; a mark at the very beginning ends nothing. */
const documentsOf = (lines: readonly string[]): readonly PlainDocument[] => {
  const documents: PlainDocument[] = []
  let before = lines[0] === MARK ? 1 : 0
  for (let at = lines.indexOf(MARK, before); at >= 0; at = lines.indexOf(MARK, before)) {
    documents.push({ lines: lines.slice(before, at), before })
    before = at + 1
  }
  return [...documents, { lines: lines.slice(before), before }]
}

const MARK = '---'

/** Walks the lines of one document; every method is undefined for what is not plain. */
class PlainReader {
  readonly #lines: readonly string[]
  readonly #file: string
  readonly #before: number
  /** The line at hand. */
  #at = 0

  constructor(lines: readonly string[], file: string, before: number) {
    this.#lines = lines
    this.#file = file
    this.#before = before
  }

  document(): YamlNode | undefined {
    if (this.#nextIndent() !== 0) return undefined
    const root = this.#map(0, 0, 0)
    return root !== undefined && this.#nextIndent() < 0 ? root : undefined
  }

  /** The map whose keys stand at `indent`; the first begins on the line at hand, at `column`. */
  #map(indent: number, column: number, depth: number): YamlNode | undefined {
    if (depth > DEPTH_MAX) return undefined
    const place = this.#place(column)
    const entries = new Map<string, YamlEntry>()
    do {
      KEY.lastIndex = indent
      const [, key, rest] = KEY.exec(this.#line()) ?? []
      if (key === undefined || NULLS.has(key) || entries.has(key)) return undefined
      const keyPlace = this.#place(indent)
      const value = this.#value(rest, indent, depth)
      if (value === undefined) return undefined
      entries.set(key, { key, keyPlace, value })
    } while (this.#nextIndent() === indent)
    return { kind: 'map', entries, place }
  }

  /** What stands behind a key or a dash at `indent`: on its line, or below it. */
  #value(rest: string | undefined, indent: number, depth: number): YamlNode | undefined {
    if (rest === undefined) {
      this.#at += 1
      return this.#below(indent, depth)
    }
    if (rest[0] === '|' || rest[0] === '>') return this.#block(rest, indent)
    const column = this.#line().length - rest.length
    const node = rest[0] === '[' ? this.#flow(rest, column) : this.#scalar(rest, column)
    this.#at += 1
    // A line that is further in would go on with it.
    return this.#nextIndent() > indent ? undefined : node
  }

  /** A map or a list that is further in than `indent`; a list may also stand at it. */
  #below(indent: number, depth: number): YamlNode | undefined {
    const inner = this.#nextIndent()
    const isList = this.#line().startsWith('- ', inner)
    if (isList && inner >= indent) return this.#list(inner, depth + 1)
    return inner > indent ? this.#map(inner, inner, depth + 1) : undefined
  }

  #list(indent: number, depth: number): YamlNode | undefined {
    if (depth > DEPTH_MAX) return undefined
    const place = this.#place(indent)
    const items: YamlNode[] = []
    while (this.#nextIndent() === indent && this.#line().startsWith('- ', indent)) {
      const item = this.#item(indent, depth)
      if (item === undefined) return undefined
      items.push(item)
    }
    // A list at the indent of its key ends where the next key begins.
    return { kind: 'list', items, place }
  }

  #item(indent: number, depth: number): YamlNode | undefined {
    const column = indent + 2
    const line = this.#line()
    if (line[column] === ' ') return undefined
    KEY.lastIndex = column
    if (KEY.test(line)) return this.#map(column, column, depth + 1)
    return this.#value(line.slice(column), indent, depth)
  }

  /** A text in a block: `|`, `|-`, `>`, `>-`, with nothing odd about its indentation. */
  #block(header: string, parent: number): YamlNode | undefined {
    if (header !== '|' && header !== '|-' && header !== '>' && header !== '>-') return undefined
    const place = this.#place(this.#line().length - header.length)
    const first = this.#lines[this.#at + 1] ?? ''
    const indent = indentOf(first)
    if (first === '' || indent <= parent) return undefined
    const lines: string[] = []
    for (this.#at += 1; this.#at < this.#lines.length; this.#at += 1) {
      const line = this.#line()
      if (line !== '' && indentOf(line) < indent) break
      lines.push(line.slice(indent))
    }
    // Less, and still further in than its key: the library says what is wrong.
    if (this.#at < this.#lines.length && indentOf(this.#line()) > parent) return undefined
    while (lines.at(-1) === '') lines.pop()
    const text = header[0] === '|' ? lines.join('\n') : folded(lines)
    if (text === undefined) return undefined
    const value = header.endsWith('-') ? text : `${text}\n`
    return { kind: 'scalar', value, source: value, place }
  }

  /** A list of scalars on one line. */
  #flow(text: string, column: number): YamlNode | undefined {
    const place = this.#place(column)
    const items: YamlNode[] = []
    let at = skipSpaces(text, 1)
    while (text[at] !== ']') {
      const end = endOfItem(text, at)
      const item = end < 0 ? undefined : this.#scalar(withoutEnd(text.slice(at, end)), column + at)
      if (item === undefined || (isPlain(text, at) && FLOW_ODD.test(text.slice(at, end)))) {
        return undefined
      }
      items.push(item)
      at = end
      if (text[at] === ',') {
        at = skipSpaces(text, at + 1)
        if (text[at] === ']') return undefined
      }
    }
    return isNothing(text, at + 1) ? { kind: 'list', items, place } : undefined
  }

  /** A scalar that ends with its line, but for a comment. */
  #scalar(text: string, column: number): YamlNode | undefined {
    const place = this.#place(column)
    if (!isPlain(text, 0)) {
      const end = endOfQuoted(text, 0)
      if (end < 0 || !isNothing(text, end)) return undefined
      const inner = text.slice(1, end - 1)
      const value = text[0] === "'" ? inner.replaceAll("''", "'") : inner
      return { kind: 'scalar', value, source: value, place }
    }
    const comment = text.indexOf(' #')
    const source = comment < 0 ? text : withoutEnd(text.slice(0, comment))
    if (!PLAIN_START.test(source[0] ?? '') || PLAIN_ODD.test(source)) return undefined
    const value = scalarOf(source)
    return value === undefined ? undefined : { kind: 'scalar', value, source, place }
  }

  /** Passes over empty lines and comments; the indent of the next line, or -1 at the end. */
  #nextIndent(): number {
    for (; this.#at < this.#lines.length; this.#at += 1) {
      const line = this.#line()
      const indent = indentOf(line)
      if (line !== '' && line[indent] !== '#') return indent
    }
    return -1
  }

  #line(): string {
    return this.#lines[this.#at] ?? ''
  }

  #place(column: number): Place {
    return { file: this.#file, line: this.#before + this.#at + 1, column: column + 1 }
  }
}

const indentOf = (line: string): number => skipSpaces(line, 0)

const skipSpaces = (text: string, from: number): number => {
  let at = from
  while (text[at] === ' ') at += 1
  return at
}

/** Without the spaces at its end. Other white space of Unicode is text to YAML. */
const withoutEnd = (text: string): string => {
  let end = text.length
  while (text[end - 1] === ' ') end -= 1
  return text.slice(0, end)
}

/** Whether nothing but a comment is left of the line. */
const isNothing = (text: string, at: number): boolean =>
  at === text.length || (text[at] === ' ' && /^ +#/.test(text.slice(at)))

const isPlain = (text: string, at: number): boolean => text[at] !== "'" && text[at] !== '"'

/** After the closing quote; -1 when it is not on this line, or there are escapes. */
const endOfQuoted = (text: string, from: number): number => {
  const quote = text[from] ?? ''
  for (let at = from + 1; ; at += 2) {
    at = text.indexOf(quote, at)
    if (at < 0) return -1
    if (quote === "'" && text[at + 1] === "'") continue
    return quote === '"' && text.slice(from, at).includes('\\') ? -1 : at + 1
  }
}

/** Where the item of a list on one line ends: at its comma or bracket; -1 without one. */
const endOfItem = (text: string, from: number): number => {
  const after = isPlain(text, from) ? from : endOfQuoted(text, from)
  if (after < 0) return -1
  for (let at = after; at < text.length; at += 1) {
    const end = text[at]
    if (end === ',' || end === ']') return at
    if (end === '#' || (after > from && end !== ' ')) return -1
  }
  return -1
}

/** Lines of a folded text; undefined where some are further in, which are not folded. */
const folded = (lines: readonly string[]): string | undefined => {
  let text = ''
  let gap = 0
  for (const line of lines) {
    if (line[0] === ' ') return undefined
    if (line === '') gap += 1
    else {
      text += text === '' ? line : `${gap === 0 ? ' ' : '\n'.repeat(gap)}${line}`
      gap = 0
    }
  }
  return text
}

/** The value of a plain scalar; undefined for numbers that are not written in the plainest way. */
const scalarOf = (source: string): Scalar | undefined => {
  if (NULLS.has(source)) return null
  const word = BOOLEANS.get(source)
  if (word !== undefined) return word
  if (INTEGER.test(source)) return Number(source)
  return NUMBER_LIKE.test(source) ? undefined : source
}
