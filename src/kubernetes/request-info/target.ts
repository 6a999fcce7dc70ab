/** A request target split as the API server's URL parser splits it. */
export interface Target {
  /** Percent-decoded, never cleaned; bytes that are not UTF-8 became U+FFFD. */
  readonly path: string
  /** As written, without the question mark. */
  readonly query: string
}

/**
 * Splits a request target or a logged requestURI; undefined where Go refuses it, so that no event
 * exists. Upstream: golang net/url, ParseRequestURI.
 */
export const parseTarget = (target: string): Target | undefined => {
  if (target === '' || hasControl(target)) return undefined
  if (target === '*') return { path: '*', query: '' }
  const rest = withoutHost(target)
  if (rest === undefined) return undefined
  const mark = rest.indexOf('?')
  const path = decodePath(mark < 0 ? rest : rest.slice(0, mark))
  return path === undefined ? undefined : { path, query: mark < 0 ? '' : rest.slice(mark + 1) }
}

/** Decodes a path; undefined where an escape is malformed, which the API server refuses. */
export const decodePath = (text: string): string | undefined => percentDecode(text, false)

/**
 * The values of a parameter in the order written. Pairs that are malformed, or hold a semicolon,
 * are dropped, as the API server drops them. Upstream: golang net/url, URL.Query.
 */
export const queryValues = (query: string, name: string): readonly string[] => {
  if (query === '') return []
  const values: string[] = []
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const equals = pair.indexOf('=')
    const key = percentDecode(equals < 0 ? pair : pair.slice(0, equals), true)
    if (key !== name) continue
    const value = equals < 0 ? '' : percentDecode(pair.slice(equals + 1), true)
    if (value !== undefined) values.push(value)
  }
  return values
}

/** A boolean parameter: only absence, `false` and `0` are false. Upstream: apimachinery runtime. */
export const queryFlag = (query: string, name: string): boolean => {
  const first = queryValues(query, name)[0]?.toLowerCase()
  return first !== undefined && first !== 'false' && first !== '0'
}

const hasControl = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}

const withoutHost = (target: string): string | undefined => {
  if (target.startsWith('/')) return target
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?]*/.exec(target)
  return scheme === null ? undefined : target.slice(scheme[0].length)
}

const percentDecode = (text: string, inQuery: boolean): string | undefined => {
  const plus = inQuery && text.includes('+')
  if (!plus && !text.includes('%')) return text
  const bytes: number[] = []
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char !== '%') {
      if (bytes.length > 0) out += fromBytes(bytes.splice(0))
      out += plus && char === '+' ? ' ' : char
      continue
    }
    const hex = text.slice(i + 1, i + 3)
    if (!/^[0-9a-fA-F]{2}$/.test(hex)) return undefined
    bytes.push(Number.parseInt(hex, 16))
    i += 2
  }
  return bytes.length > 0 ? out + fromBytes(bytes) : out
}

/** UTF-8 as Go reads it: each byte that is not part of a character becomes one U+FFFD. */
const fromBytes = (bytes: readonly number[]): string => {
  let out = ''
  for (let i = 0; i < bytes.length; ) {
    const [code, width] = decodeRune(bytes, i)
    out += String.fromCodePoint(code)
    i += width
  }
  return out
}

const LEAST = [0, 0, 0x80, 0x800, 0x10000]

const decodeRune = (bytes: readonly number[], at: number): readonly [number, number] => {
  const first = bytes[at] ?? 0
  if (first < 0x80) return [first, 1]
  const width = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4) return [0xfffd, 1]
  let code = first & (0x7f >> width)
  for (let i = 1; i < width; i++) {
    const next = bytes[at + i]
    if (next === undefined || (next & 0xc0) !== 0x80) return [0xfffd, 1]
    code = (code << 6) | (next & 0x3f)
  }
  const surrogate = code >= 0xd800 && code <= 0xdfff
  return code < (LEAST[width] ?? 0) || code > 0x10ffff || surrogate ? [0xfffd, 1] : [code, width]
}
