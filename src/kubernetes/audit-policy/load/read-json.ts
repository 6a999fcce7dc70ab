import { LIMIT } from '../../../base/limit.ts'
import { type Member, tooDeep, Unreadable, type Value } from './value.ts'

/**
 * Reads a JSON text as the API server does: one value and nothing behind it, every member of a
 * map kept, and each value with its place. Upstream: golang encoding/json, scanner.go.
 */
export const readJson = (text: string): Value => {
  const reader = new JsonReader(text)
  return reader.document()
}

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Value {
    const value = this.#value(0)
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#unexpected('after top-level value')
    return value
  }

  #value(depth: number): Value {
    this.#skipSpace()
    if (depth > LIMIT.policyDepthMax) throw tooDeep(this.#at)
    const at = this.#at
    switch (this.#text[at]) {
      case '{':
        return this.#map(depth)
      case '[':
        return this.#list(depth)
      case '"':
        return { kind: 'text', text: this.#string(), at }
      case 't':
        return { kind: 'boolean', is: this.#word('true'), at }
      case 'f':
        return { kind: 'boolean', is: !this.#word('false'), at }
      case 'n':
        this.#word('null')
        return { kind: 'null', at }
      default:
        return { kind: 'number', text: this.#number(), at }
    }
  }

  #map(depth: number): Value {
    const at = this.#at++
    const members: Member[] = []
    this.#skipSpace()
    if (this.#take('}')) return { kind: 'map', members, at }
    for (;;) {
      this.#skipSpace()
      if (this.#text[this.#at] !== '"') {
        throw this.#unexpected('looking for beginning of object key string')
      }
      const keyAt = this.#at
      const key = this.#string()
      this.#skipSpace()
      if (!this.#take(':')) throw this.#unexpected('after object key')
      members.push({ key, keyAt, value: this.#value(depth + 1) })
      this.#skipSpace()
      if (this.#take('}')) return { kind: 'map', members, at }
      if (!this.#take(',')) throw this.#unexpected('after object key:value pair')
    }
  }

  #list(depth: number): Value {
    const at = this.#at++
    const items: Value[] = []
    this.#skipSpace()
    if (this.#take(']')) return { kind: 'list', items, at }
    for (;;) {
      items.push(this.#value(depth + 1))
      this.#skipSpace()
      if (this.#take(']')) return { kind: 'list', items, at }
      if (!this.#take(',')) throw this.#unexpected('after array element')
    }
  }

  /** The text that begins with the quote at this place. */
  #string(): string {
    STRING.lastIndex = this.#at
    const found = STRING.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    if (!this.#take('"')) throw this.#unexpected(`in string ${this.#escapeAt()}`)
    return (JSON.parse(`${found}"`) as string).toWellFormed()
  }

  /** What is wrong at this place of a string; goes on to the character that is wrong. */
  #escapeAt(): string {
    if (this.#text[this.#at] !== '\\') return 'literal'
    this.#at += 1
    if (this.#text[this.#at] !== 'u') return 'escape code'
    HEX.lastIndex = this.#at
    this.#at += HEX.exec(this.#text)?.[0].length ?? 0
    return '\\u hexadecimal character escape'
  }

  #number(): string {
    NUMBER.lastIndex = this.#at
    const found = NUMBER.exec(this.#text)
    if (found === null) throw this.#unexpected('looking for beginning of value')
    this.#at += found[0].length
    return found[0]
  }

  #word(word: string): true {
    if (!this.#text.startsWith(word, this.#at)) {
      throw this.#unexpected(`in literal ${word}`)
    }
    this.#at += word.length
    return true
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0
  }

  #unexpected(where: string): Unreadable {
    const code = this.#text.codePointAt(this.#at)
    const said =
      code === undefined
        ? 'unexpected end of JSON input'
        : `invalid character '${shown(String.fromCodePoint(code))}' ${where}`
    return new Unreadable(`couldn't get version/kind; json parse error: ${said}`, this.#at)
  }
}

const shown = (character: string): string => {
  if (character === "'") return "\\'"
  return character === '"' ? character : JSON.stringify(character).slice(1, -1)
}

const SPACE = /[ \t\r\n]*/y
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*/y
const HEX = /u[0-9a-fA-F]{0,3}/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
