import { Unreadable } from '../value.ts'
import type { DecodedText } from './decode-text.ts'

/** A place among characters; lines and columns count from 0. */
export interface Mark {
  readonly index: number
  readonly line: number
  readonly column: number
}

/**
 * The characters of a text, one after the other. Behind the last one there is no character, which
 * is 0. Upstream: yaml/go-yaml v2 scannerc.go and yamlprivateh.go.
 */
export class Characters {
  #index = 0
  #line = 0
  #column = 0
  readonly #codes: readonly number[]
  readonly #problem: DecodedText['problem']
  readonly #firstPiece: number
  /** The second of two byte-order marks at the start is seen again and again, for a while. */
  #seesMark: boolean

  constructor({ characters, firstPiece, problem }: DecodedText) {
    this.#codes = characters
    this.#firstPiece = firstPiece
    this.#problem = problem
    this.#seesMark = characters[0] === BYTE_ORDER_MARK
  }

  get mark(): Mark {
    return { index: this.#index, line: this.#line, column: this.#column }
  }

  get column(): number {
    return this.#column
  }

  /** Sees to it that so many characters are read: what is wrong with their bytes is noticed. */
  ensure(count: number): void {
    if (this.#index + count > this.#firstPiece) this.#seesMark = false
    if (this.#problem !== undefined && this.#index + count > this.#problem.from) {
      throw new Unreadable(`yaml: ${this.#problem.message}`, this.#codes.length)
    }
  }

  /** The character so many places ahead. */
  peek(ahead = 0): number {
    this.ensure(ahead + 1)
    return this.#codes[this.#index + ahead] ?? 0
  }

  /** Whether this character is the next one. */
  is(character: string, ahead = 0): boolean {
    return this.peek(ahead) === character.charCodeAt(0)
  }

  /** Whether the next character is one of these. */
  isOneOf(characters: string, ahead = 0): boolean {
    const code = this.peek(ahead)
    return code !== 0 && code < 0x80 && characters.includes(String.fromCharCode(code))
  }

  isEnd(ahead = 0): boolean {
    return this.peek(ahead) === 0
  }

  /** A space or a tab. */
  isBlank(ahead = 0): boolean {
    const code = this.peek(ahead)
    return code === 0x20 || code === 0x09
  }

  isBreak(ahead = 0): boolean {
    return isBreakCode(this.peek(ahead))
  }

  isBreakOrEnd(ahead = 0): boolean {
    const code = this.peek(ahead)
    return code === 0 || isBreakCode(code)
  }

  isBlankOrEnd(ahead = 0): boolean {
    return this.isBlank(ahead) || this.isBreakOrEnd(ahead)
  }

  /** `---` or `...` at the start of a line, with nothing directly behind it. */
  isDocumentIndicator(): boolean {
    if (this.#column !== 0) return false
    const isStart = this.is('-') && this.is('-', 1) && this.is('-', 2)
    const isEnd = this.is('.') && this.is('.', 1) && this.is('.', 2)
    return (isStart || isEnd) && this.isBlankOrEnd(3)
  }

  skip(count = 1): void {
    this.#index += count
    this.#column += count
  }

  /**
   * Skips a byte-order mark at the start of a line. Upstream looks for it where its buffer begins,
   * so that after two marks each line in the first piece of a file loses its first character.
   */
  skipMark(): void {
    this.ensure(1)
    if (this.#column === 0 && this.#seesMark) this.skip()
  }

  skipBlanks(): void {
    while (this.isBlank()) this.skip()
  }

  /** Skips a comment that begins here. */
  skipComment(): void {
    if (this.is('#')) while (!this.isBreakOrEnd()) this.skip()
  }

  /** Reads this character. */
  read(): string {
    const character = String.fromCodePoint(this.peek())
    this.skip()
    return character
  }

  /** Reads while characters are letters, digits, `_` or `-`. */
  readWord(): string {
    let word = ''
    while (isWordCode(this.peek())) word += this.read()
    return word
  }

  /** Reads the end of a line, as a newline in most cases; nothing where there is none. */
  readBreak(): string {
    const code = this.peek()
    if (!isBreakCode(code)) return ''
    this.ensure(2)
    const isPair = code === 0x0d && this.peek(1) === 0x0a
    this.#index += isPair ? 2 : 1
    this.#column = 0
    this.#line += 1
    return code > 0xff ? String.fromCharCode(code) : '\n'
  }

  /** At the end of the text, a last line without an end is ended. */
  endLine(): void {
    if (this.#column === 0) return
    this.#column = 0
    this.#line += 1
  }

  /** What the scanner says is wrong here. */
  problem(message: string): Unreadable {
    const where = this.#line === 0 ? '' : `line ${this.#line + 1}: `
    return new Unreadable(`yaml: ${where}${message}`, this.#index)
  }
}

const BYTE_ORDER_MARK = 0xfeff

const isBreakCode = (code: number): boolean =>
  code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029

const isWordCode = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x5f ||
  code === 0x2d
