import type { Characters } from './characters.ts'

/**
 * Reads a tag: `!<uri>`, `!handle!suffix` or `!suffix`.
 * Upstream: yaml/go-yaml v2 scannerc.go, yaml_parser_scan_tag.
 */
export const scanTag = (characters: Characters): { text: string; suffix: string } => {
  characters.ensure(2)
  const tag = characters.is('<', 1) ? scanVerbatim(characters) : scanShort(characters)
  if (!characters.isBlankOrEnd()) {
    throw characters.problem('did not find expected whitespace or line break')
  }
  return tag
}

function scanVerbatim(characters: Characters): { text: string; suffix: string } {
  characters.skip(2)
  const suffix = scanUri(characters, '')
  if (!characters.is('>')) throw characters.problem("did not find the expected '>'")
  characters.skip()
  return { text: '', suffix }
}

function scanShort(characters: Characters): { text: string; suffix: string } {
  const handle = scanHandle(characters, false)
  if (handle.length > 1 && handle.endsWith('!')) {
    return { text: handle, suffix: scanUri(characters, '') }
  }
  const suffix = scanUri(characters, handle)
  // The tag `!` alone has no handle.
  return suffix === '' ? { text: '', suffix: '!' } : { text: '!', suffix }
}

function scanHandle(characters: Characters, isDirective: boolean): string {
  if (!characters.is('!')) throw characters.problem("did not find expected '!'")
  const handle = characters.read() + characters.readWord()
  if (characters.is('!')) return handle + characters.read()
  if (isDirective && handle !== '!') throw characters.problem("did not find expected '!'")
  return handle
}

/** The characters of an address; what stands before it is there already, but for its `!`. */
function scanUri(characters: Characters, head: string): string {
  let uri = head.slice(1)
  let isEmpty = head === ''
  for (;;) {
    const word = characters.readWord()
    if (word !== '') uri += word
    else if (characters.is('%')) uri += scanEscapes(characters)
    else if (characters.isOneOf(";/?:@&=+$,.!~*'()[]")) uri += characters.read()
    else break
    isEmpty = false
  }
  if (isEmpty) throw characters.problem('did not find expected tag URI')
  return uri
}

/** One character, written as the escapes of its bytes. */
function scanEscapes(characters: Characters): string {
  const bytes: number[] = []
  let wanted = 1
  while (bytes.length < wanted) {
    characters.ensure(3)
    if (!characters.is('%') || !isHex(characters, 1) || !isHex(characters, 2)) {
      throw characters.problem('did not find URI escaped octet')
    }
    const byte = Number.parseInt(String.fromCodePoint(characters.peek(1), characters.peek(2)), 16)
    if (bytes.length === 0) {
      wanted = bytesOf(byte)
      if (wanted === 0) throw characters.problem('found an incorrect leading UTF-8 octet')
    } else if ((byte & 0xc0) !== 0x80) {
      throw characters.problem('found an incorrect trailing UTF-8 octet')
    }
    bytes.push(byte)
    characters.skip(3)
  }
  return Buffer.from(bytes).toString('utf8')
}

const isHex = (characters: Characters, ahead: number): boolean =>
  characters.isOneOf('0123456789abcdefABCDEF', ahead)

const bytesOf = (first: number): number => {
  if (first < 0x80) return 1
  if ((first & 0xe0) === 0xc0) return 2
  if ((first & 0xf0) === 0xe0) return 3
  return (first & 0xf8) === 0xf0 ? 4 : 0
}

/** A line that begins with `%`. */
export interface Directive {
  readonly type: 'version' | 'tag-directive'
  readonly text: string
  readonly suffix: string
}

/** Reads a directive. Upstream: the same file, yaml_parser_scan_directive. */
export const scanDirective = (characters: Characters): Directive => {
  characters.skip()
  const name = characters.readWord()
  if (name === '') throw characters.problem('could not find expected directive name')
  if (!characters.isBlankOrEnd()) {
    throw characters.problem('found unexpected non-alphabetical character')
  }
  const directive = scanDirectiveValue(characters, name)
  characters.skipBlanks()
  characters.skipComment()
  if (!characters.isBreakOrEnd()) {
    throw characters.problem('did not find expected comment or line break')
  }
  characters.readBreak()
  return directive
}

function scanDirectiveValue(characters: Characters, name: string): Directive {
  characters.skipBlanks()
  if (name === 'YAML') {
    const major = scanNumber(characters)
    if (!characters.is('.')) {
      throw characters.problem("did not find expected digit or '.' character")
    }
    characters.skip()
    return { type: 'version', text: '', suffix: `${major}.${scanNumber(characters)}` }
  }
  if (name !== 'TAG') throw characters.problem('found unknown directive name')
  const text = scanHandle(characters, true)
  if (!characters.isBlank()) throw characters.problem('did not find expected whitespace')
  characters.skipBlanks()
  const suffix = scanUri(characters, '')
  if (!characters.isBlankOrEnd()) {
    throw characters.problem('did not find expected whitespace or line break')
  }
  return { type: 'tag-directive', text, suffix }
}

function scanNumber(characters: Characters): number {
  let digits = ''
  while (characters.isOneOf('0123456789')) {
    if (digits.length === 2) throw characters.problem('found extremely long version number')
    digits += characters.read()
  }
  if (digits === '') throw characters.problem('did not find expected version number')
  return Number(digits)
}
