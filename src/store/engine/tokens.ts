/** A word, a quoted name, a text, a number or a sign of SQL; comments and blanks are left out. */
export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'sign'
  /** What it says: for a quoted name without its quotes. */
  readonly value: string
  /** Whether a backslash stands in its quotes: then ClickHouse may read something else there. */
  readonly escaped: boolean
  readonly from: number
  readonly to: number
}

/**
 * The tokens of a statement, or undefined where we are not sure to read it as ClickHouse does: an
 * end that is missing, a character that has no place in SQL.
 * Upstream: ClickHouse, src/Parsers/Lexer.cpp.
 */
export const tokensOf = (sql: string): readonly Token[] | undefined => {
  const tokens: Token[] = []
  let at = 0
  while (at < sql.length) {
    const found = tokenAt(sql, at)
    if (found === undefined) return undefined
    const { kind, value, escaped, to } = found
    if (kind !== 'blank') tokens.push({ kind, value, escaped, from: at, to })
    at = found.to
  }
  return tokens
}

interface Found {
  readonly kind: Token['kind'] | 'blank'
  readonly value: string
  readonly escaped: boolean
  readonly to: number
}

const tokenAt = (sql: string, at: number): Found | undefined => {
  if (sql.startsWith('/*', at)) return commentAt(sql, at)
  // Here ClickHouse has begun a comment, in other dialects it is no such thing.
  if (sql.startsWith('//', at)) return undefined
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const found = pattern.exec(sql)
    if (found !== null) return { kind, value: found[0], escaped: false, to: pattern.lastIndex }
  }
  const quote = sql[at]
  if (quote === "'") return quotedAt(sql, at, quote, 'text')
  if (quote === '"' || quote === '`') return quotedAt(sql, at, quote, 'name')
  return undefined
}

// Each matches at one place only, and none can go back over what it took.
const PATTERNS: readonly (readonly [Found['kind'], RegExp])[] = [
  ['blank', /[ \t\r\n\f\v]+/y],
  ['blank', /--[^\n]*/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['number', /[0-9][A-Za-z0-9_.]*/y],
  ['sign', /[-+*/%=<>!|&(){}[\],.:;?~^@]/y],
]

// ClickHouse counts comments within comments, as it did not always: those are not read at all.
const commentAt = (sql: string, at: number): Found | undefined => {
  const end = sql.indexOf('*/', at + 2)
  const value = sql.slice(at, end + 2)
  if (end < 0 || value.includes('/*', 2)) return undefined
  return { kind: 'blank', value, escaped: false, to: end + 2 }
}

const quotedAt = (
  sql: string,
  from: number,
  quote: string,
  kind: 'text' | 'name',
): Found | undefined => {
  const special = new RegExp(`[\\\\${quote}]`, 'g')
  let value = ''
  let escaped = false
  let begin = from + 1
  for (;;) {
    special.lastIndex = begin
    const at = special.exec(sql)?.index
    if (at === undefined) return undefined
    value += sql.slice(begin, at)
    const isEscape = sql[at] === '\\'
    if (!isEscape && sql[at + 1] !== quote) return { kind, value, escaped, to: at + 1 }
    value += sql[at + 1] ?? ''
    escaped ||= isEscape
    begin = at + 2
  }
}
