import type { Characters } from './characters.ts'

/** Text between lines: what is said of the breaks between two of its parts. */
interface Between {
  leading: string
  trailing: string
}

/** Lines that are joined: one break is a space, more are breaks. */
const folded = ({ leading, trailing }: Between): string => {
  if (leading !== '\n') return leading + trailing
  return trailing === '' ? ' ' : trailing
}

/**
 * Reads a quoted text, which may go over lines.
 * Upstream: yaml/go-yaml v2 scannerc.go, yaml_parser_scan_flow_scalar.
 */
export const scanQuoted = (characters: Characters, quote: "'" | '"'): string => {
  characters.skip()
  let text = ''
  for (;;) {
    characters.ensure(4)
    if (characters.isDocumentIndicator()) {
      throw characters.problem('found unexpected document indicator')
    }
    if (characters.isEnd()) throw characters.problem('found unexpected end of stream')
    const part = scanQuotedPart(characters, quote)
    text += part.text
    if (characters.is(quote)) break
    text += scanBetween(characters, part.endsInBreak)
  }
  characters.skip()
  return text
}

/** Reads up to white space, the quote at the end, or an escaped end of line. */
function scanQuotedPart(
  characters: Characters,
  quote: "'" | '"',
): { text: string; endsInBreak: boolean } {
  let text = ''
  while (!characters.isBlankOrEnd()) {
    if (characters.is(quote)) {
      if (quote === '"' || !characters.is("'", 1)) break
      text += "'"
      characters.skip(2)
    } else if (quote === '"' && characters.is('\\')) {
      if (characters.isBreak(1)) {
        characters.skip()
        characters.readBreak()
        return { text, endsInBreak: true }
      }
      text += scanEscape(characters)
    } else text += characters.read()
    characters.ensure(2)
  }
  return { text, endsInBreak: false }
}

/** Reads white space within quotes, as far as it counts. */
function scanBetween(characters: Characters, afterEscapedBreak: boolean): string {
  const between: Between = { leading: '', trailing: '' }
  let spaces = ''
  let isBroken = afterEscapedBreak
  while (characters.isBlank() || characters.isBreak()) {
    if (characters.isBlank()) {
      if (isBroken) characters.skip()
      else spaces += characters.read()
    } else if (isBroken) between.trailing += characters.readBreak()
    else {
      between.leading = characters.readBreak()
      isBroken = true
    }
  }
  if (!isBroken) return spaces
  return folded(between)
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\u001b'],
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
])

/** How many digits follow the letter of an escape. */
const DIGITS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

function scanEscape(characters: Characters): string {
  const letter = String.fromCodePoint(characters.peek(1))
  const digits = DIGITS.get(letter)
  const known = ESCAPES.get(letter)
  if (digits === undefined && known === undefined) {
    throw characters.problem('found unknown escape character')
  }
  characters.skip(2)
  return digits === undefined ? (known ?? '') : scanCode(characters, digits)
}

function scanCode(characters: Characters, digits: number): string {
  characters.ensure(digits)
  let text = ''
  for (let index = 0; index < digits; index += 1) {
    if (!characters.isOneOf('0123456789abcdefABCDEF', index)) {
      throw characters.problem('did not find expected hexdecimal number')
    }
    text += String.fromCodePoint(characters.peek(index))
  }
  const code = Number.parseInt(text, 16)
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    throw characters.problem('found invalid Unicode character escape code')
  }
  characters.skip(digits)
  return String.fromCodePoint(code)
}

/** Where a plain text stands. */
export interface PlainContext {
  /** Within brackets. */
  readonly inFlow: boolean
  /** The column that lines of it must reach. */
  readonly indent: number
}

/**
 * Reads a text without quotes, which may go over lines. `isBroken`: it was followed by the end of a
 * line. Upstream: the same file, yaml_parser_scan_plain_scalar.
 */
export const scanPlain = (
  characters: Characters,
  { inFlow, indent }: PlainContext,
): { text: string; isBroken: boolean } => {
  let text = ''
  let spaces = ''
  let between: Between | undefined
  for (;;) {
    characters.ensure(4)
    if (characters.isDocumentIndicator() || characters.is('#')) break
    while (!characters.isBlankOrEnd() && !endsPlain(characters, inFlow)) {
      text += between === undefined ? spaces : folded(between)
      between = undefined
      spaces = ''
      text += characters.read()
      characters.ensure(2)
    }
    if (!characters.isBlank() && !characters.isBreak()) break
    while (characters.isBlank() || characters.isBreak()) {
      if (characters.isBreak()) {
        if (between === undefined) {
          spaces = ''
          between = { leading: characters.readBreak(), trailing: '' }
        } else between.trailing += characters.readBreak()
      } else if (between === undefined) spaces += characters.read()
      else if (characters.column < indent && characters.is('\t')) {
        throw characters.problem('found a tab character that violates indentation')
      } else characters.skip()
    }
    if (!inFlow && characters.column < indent) break
  }
  return { text, isBroken: between !== undefined }
}

const endsPlain = (characters: Characters, inFlow: boolean): boolean =>
  (characters.is(':') && characters.isBlankOrEnd(1)) || (inFlow && characters.isOneOf(',?[]{}'))

/**
 * Reads a text below a `|` or `>`. `parentIndent`: the column of what it stands in, or -1.
 * Upstream: the same file, yaml_parser_scan_block_scalar.
 */
export const scanBlock = (
  characters: Characters,
  isLiteral: boolean,
  parentIndent: number,
): string => {
  characters.skip()
  const { chomping, increment } = scanBlockHeader(characters)
  const state = {
    indent: increment === 0 ? 0 : Math.max(parentIndent, 0) + increment,
    parentIndent,
  }
  let text = ''
  let leading = ''
  let beganBlank = false
  let trailing = scanBlockBreaks(characters, state)
  while (characters.column === state.indent && !characters.isEnd()) {
    const isBlank = characters.isBlank()
    if (!isLiteral && !beganBlank && !isBlank && leading === '\n') {
      if (trailing === '') text += ' '
    } else text += leading
    text += trailing
    beganBlank = isBlank
    while (!characters.isBreakOrEnd()) text += characters.read()
    characters.ensure(2)
    leading = characters.readBreak()
    trailing = scanBlockBreaks(characters, state)
  }
  if (chomping !== '-') text += leading
  return chomping === '+' ? text + trailing : text
}

/** What stands behind `|` or `>`: `+` or `-`, a digit, or both, in any order. */
function scanBlockHeader(characters: Characters): { chomping: string; increment: number } {
  let chomping = characters.isOneOf('+-') ? characters.read() : ''
  let increment = 0
  if (characters.isOneOf('0123456789')) {
    if (characters.is('0')) throw characters.problem('found an indentation indicator equal to 0')
    increment = Number(characters.read())
    if (chomping === '' && characters.isOneOf('+-')) chomping = characters.read()
  }
  characters.skipBlanks()
  characters.skipComment()
  if (!characters.isBreakOrEnd()) {
    throw characters.problem('did not find expected comment or line break')
  }
  characters.readBreak()
  return { chomping, increment }
}

/** Reads empty lines and indentation; the first line that says something sets the indentation. */
function scanBlockBreaks(
  characters: Characters,
  state: { indent: number; readonly parentIndent: number },
): string {
  let breaks = ''
  let widest = 0
  for (;;) {
    const isWithin = (): boolean => state.indent === 0 || characters.column < state.indent
    while (isWithin() && characters.is(' ')) characters.skip()
    widest = Math.max(widest, characters.column)
    if (isWithin() && characters.is('\t')) {
      throw characters.problem('found a tab character where an indentation space is expected')
    }
    if (!characters.isBreak()) break
    breaks += characters.readBreak()
  }
  if (state.indent === 0) state.indent = Math.max(widest, state.parentIndent + 1, 1)
  return breaks
}
