import { LIMIT } from '../../../../base/limit.ts'
import { type TooLarge, tooDeep } from '../value.ts'
import { Characters, type Mark } from './characters.ts'
import type { DecodedText } from './decode-text.ts'
import { scanBlock, scanPlain, scanQuoted } from './scan-scalar.ts'
import { scanDirective, scanTag } from './scan-tag.ts'

/** A piece of YAML that the parser looks at as a whole. */
export interface Token {
  readonly type: TokenType
  readonly start: Mark
  readonly end: Mark
  /** Of a scalar, its text; of an anchor or alias, its name; of a tag or directive, its handle. */
  readonly text: string
  /** Of a tag its suffix, of a directive the prefix, of `%YAML` the version. */
  readonly suffix: string
  /** A scalar without quotes. */
  readonly plain: boolean
}

/** The kinds of tokens. */
export type TokenType =
  | 'version'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'stream-end'
  | 'list-start'
  | 'map-start'
  | 'block-end'
  | 'entry'
  | 'key'
  | 'value'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | 'anchor'
  | 'alias'
  | 'tag'
  | 'scalar'

/** A place where a key may have begun; only the `:` behind it will tell. */
interface SimpleKey {
  possible: boolean
  readonly required: boolean
  readonly token: number
  readonly mark: Mark
}

/**
 * Cuts a text into tokens as the API server's reader of YAML does.
 * Upstream: yaml/go-yaml v2 scannerc.go.
 */
export class Scanner {
  readonly #characters: Characters
  /** Tokens that are read and not yet taken; the first is number `#taken`. */
  readonly #tokens: Token[] = []
  #taken = 0
  #indent = -1
  readonly #indents: number[] = []
  /** One for each level of brackets, and one for none. */
  readonly #keys: SimpleKey[] = [NO_KEY()]
  readonly #keyByToken = new Map<number, SimpleKey>()
  #keyAllowed = true
  #ended = false

  constructor(text: DecodedText) {
    this.#characters = new Characters(text)
  }

  /** The next token, which stays. */
  peek(): Token {
    while (this.#needsMore()) this.#scan()
    const [token] = this.#tokens
    if (token === undefined) throw new Error('bug: no token behind the end')
    return token
  }

  /** Takes the next token. */
  take(): Token {
    const token = this.peek()
    this.#tokens.shift()
    this.#taken += 1
    return token
  }

  /** A token may still turn out to begin a key: then one comes before it. */
  #needsMore(): boolean {
    if (this.#tokens.length === 0) return !this.#ended
    const key = this.#keyByToken.get(this.#taken)
    return key !== undefined && this.#isValid(key)
  }

  #scan(): void {
    const characters = this.#characters
    characters.ensure(1)
    this.#skipToToken()
    this.#unrollIndent(characters.column)
    characters.ensure(4)
    if (characters.isEnd()) this.#fetchEnd()
    else if (characters.column === 0 && characters.is('%')) this.#fetchDirective()
    else if (characters.isDocumentIndicator()) this.#fetchDocumentIndicator()
    else if (!this.#fetchIndicator()) this.#fetchScalar()
  }

  /** Fetches what stands for itself; false when a scalar begins here. */
  #fetchIndicator(): boolean {
    const next = String.fromCodePoint(this.#characters.peek())
    const isApart = this.#characters.isBlankOrEnd(1)
    if (next === '[' || next === '{') this.#fetchOpening(next)
    else if (next === ']' || next === '}') this.#fetchClosing(next)
    else if (next === ',') this.#fetchComma()
    else if (next === '-' && isApart) this.#fetchEntry()
    else if (next === '?' && (this.#inFlow || isApart)) this.#fetchKey()
    else if (next === ':' && (this.#inFlow || isApart)) this.#fetchValue()
    else if (next === '*' || next === '&') this.#fetchAnchor(next)
    else if (next === '!') this.#fetchTag()
    else return false
    return true
  }

  #fetchScalar(): void {
    const next = String.fromCodePoint(this.#characters.peek())
    if ((next === '|' || next === '>') && !this.#inFlow) this.#fetchBlock(next === '|')
    else if (next === "'" || next === '"') this.#fetchQuoted(next)
    else if (this.#mayBeginPlain(next)) this.#fetchPlain()
    else throw this.#characters.problem('found character that cannot start any token')
  }

  get #inFlow(): boolean {
    return this.#keys.length > 1
  }

  #mayBeginPlain(next: string): boolean {
    if (!this.#characters.isBlankOrEnd() && !INDICATORS.includes(next)) return true
    if (next === '-') return !this.#characters.isBlank(1)
    return !this.#inFlow && (next === '?' || next === ':') && !this.#characters.isBlankOrEnd(1)
  }

  /** White space and comments. A tab counts as white space where no key may begin. */
  #skipToToken(): void {
    const characters = this.#characters
    for (;;) {
      characters.skipMark()
      while (characters.is(' ') || (characters.is('\t') && (this.#inFlow || !this.#keyAllowed))) {
        characters.skip()
      }
      characters.skipComment()
      if (!characters.isBreak()) return
      characters.readBreak()
      if (!this.#inFlow) this.#keyAllowed = true
    }
  }

  #fetchEnd(): void {
    this.#characters.endLine()
    this.#unrollIndent(-1)
    this.#dropKey()
    this.#keyAllowed = false
    this.#ended = true
    this.#add('stream-end', this.#characters.mark)
  }

  #fetchDirective(): void {
    this.#unrollIndent(-1)
    this.#dropKey()
    this.#keyAllowed = false
    const start = this.#characters.mark
    const { type, text, suffix } = scanDirective(this.#characters)
    this.#add(type, start, { text, suffix })
  }

  #fetchDocumentIndicator(): void {
    this.#unrollIndent(-1)
    this.#dropKey()
    this.#keyAllowed = false
    const type = this.#characters.is('-') ? 'document-start' : 'document-end'
    this.#addIndicator(type, 3)
  }

  #fetchOpening(type: '[' | '{'): void {
    this.#saveKey()
    if (this.#keys.length > LIMIT.policyDepthMax) throw this.#tooDeep()
    this.#keys.push({ ...NO_KEY(), token: this.#nextToken, mark: this.#characters.mark })
    this.#keyAllowed = true
    this.#addIndicator(type)
  }

  #fetchClosing(type: ']' | '}'): void {
    this.#dropKey()
    if (this.#inFlow) {
      const last = this.#keys.pop()
      if (last !== undefined) this.#keyByToken.delete(last.token)
    }
    this.#keyAllowed = false
    this.#addIndicator(type)
  }

  #fetchComma(): void {
    this.#dropKey()
    this.#keyAllowed = true
    this.#addIndicator(',')
  }

  #fetchEntry(): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) {
        throw this.#characters.problem('block sequence entries are not allowed in this context')
      }
      this.#rollIndent('list-start', this.#characters.mark)
    }
    this.#dropKey()
    this.#keyAllowed = true
    this.#addIndicator('entry')
  }

  #fetchKey(): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) {
        throw this.#characters.problem('mapping keys are not allowed in this context')
      }
      this.#rollIndent('map-start', this.#characters.mark)
    }
    this.#dropKey()
    this.#keyAllowed = !this.#inFlow
    this.#addIndicator('key')
  }

  #fetchValue(): void {
    const key = this.#key
    if (this.#isValid(key)) {
      this.#insert(key.token, { ...NO_TEXT, type: 'key', start: key.mark, end: key.mark })
      this.#rollIndent('map-start', key.mark, key.token)
      this.#forget(key)
      this.#keyAllowed = false
    } else {
      if (!this.#inFlow) {
        if (!this.#keyAllowed) {
          throw this.#characters.problem('mapping values are not allowed in this context')
        }
        this.#rollIndent('map-start', this.#characters.mark)
      }
      this.#keyAllowed = !this.#inFlow
    }
    this.#addIndicator('value')
  }

  #fetchAnchor(indicator: '*' | '&'): void {
    this.#saveKey()
    this.#keyAllowed = false
    const characters = this.#characters
    const start = characters.mark
    characters.skip()
    const text = characters.readWord()
    if (text === '' || !(characters.isBlankOrEnd() || characters.isOneOf('?:,]}%@`'))) {
      throw characters.problem('did not find expected alphabetic or numeric character')
    }
    this.#add(indicator === '*' ? 'alias' : 'anchor', start, { text })
  }

  #fetchTag(): void {
    this.#saveKey()
    this.#keyAllowed = false
    const start = this.#characters.mark
    this.#add('tag', start, scanTag(this.#characters))
  }

  #fetchBlock(isLiteral: boolean): void {
    this.#dropKey()
    this.#keyAllowed = true
    const start = this.#characters.mark
    this.#add('scalar', start, { text: scanBlock(this.#characters, isLiteral, this.#indent) })
  }

  #fetchQuoted(quote: "'" | '"'): void {
    this.#saveKey()
    this.#keyAllowed = false
    const start = this.#characters.mark
    this.#add('scalar', start, { text: scanQuoted(this.#characters, quote) })
  }

  #fetchPlain(): void {
    this.#saveKey()
    this.#keyAllowed = false
    const start = this.#characters.mark
    const context = { inFlow: this.#inFlow, indent: this.#indent + 1 }
    const { text, isBroken } = scanPlain(this.#characters, context)
    this.#add('scalar', start, { text, plain: true })
    if (isBroken) this.#keyAllowed = true
  }

  get #key(): SimpleKey {
    return this.#keys.at(-1) ?? NO_KEY()
  }

  /** The number that the next token gets. */
  get #nextToken(): number {
    return this.#taken + this.#tokens.length
  }

  /** A key ends on the line on which it begins, and soon. */
  #isValid(key: SimpleKey): boolean {
    if (!key.possible) return false
    const { line, index } = this.#characters.mark
    if (key.mark.line >= line && key.mark.index + KEY_CHARACTERS_MAX >= index) return true
    if (key.required) throw this.#characters.problem("could not find expected ':'")
    key.possible = false
    return false
  }

  /** Notes that a key may begin here. */
  #saveKey(): void {
    if (!this.#keyAllowed) return
    const { mark } = this.#characters
    const required = !this.#inFlow && this.#indent === mark.column
    this.#dropKey()
    const key: SimpleKey = { possible: true, required, token: this.#nextToken, mark }
    this.#keys[this.#keys.length - 1] = key
    this.#keyByToken.set(key.token, key)
  }

  #dropKey(): void {
    const key = this.#key
    if (!key.possible) return
    if (key.required) throw this.#characters.problem("could not find expected ':'")
    this.#forget(key)
  }

  #forget(key: SimpleKey): void {
    key.possible = false
    this.#keyByToken.delete(key.token)
  }

  /** Begins a list or a map when this column lies deeper than what is around. */
  #rollIndent(type: 'list-start' | 'map-start', mark: Mark, before = this.#nextToken): void {
    if (this.#inFlow || this.#indent >= mark.column) return
    if (this.#indents.length >= LIMIT.policyDepthMax) throw this.#tooDeep()
    this.#indents.push(this.#indent)
    this.#indent = mark.column
    this.#insert(before, { ...NO_TEXT, type, start: mark, end: mark })
  }

  /** Ends the lists and maps that lie deeper than this column. */
  #unrollIndent(column: number): void {
    if (this.#inFlow) return
    while (this.#indent > column) {
      this.#add('block-end', this.#characters.mark)
      this.#indent = this.#indents.pop() ?? -1
    }
  }

  #addIndicator(type: TokenType, length = 1): void {
    const start = this.#characters.mark
    this.#characters.skip(length)
    this.#add(type, start)
  }

  #add(type: TokenType, start: Mark, more: Partial<Token> = {}): void {
    this.#tokens.push({ ...NO_TEXT, ...more, type, start, end: this.#characters.mark })
  }

  #insert(number: number, token: Token): void {
    this.#tokens.splice(number - this.#taken, 0, token)
  }

  #tooDeep(): TooLarge {
    return tooDeep(this.#characters.mark.index)
  }
}

const START: Mark = { index: 0, line: 0, column: 0 }
const NO_KEY = (): SimpleKey => ({ possible: false, required: false, token: 0, mark: START })
const NO_TEXT = { text: '', suffix: '', plain: false } as const
const KEY_CHARACTERS_MAX = 1_024

/** What begins no text without quotes, unless something stands directly behind it. */
const INDICATORS = '-?:,[]{}#&*!|>\'"%@`'
