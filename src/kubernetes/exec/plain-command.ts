/**
 * A command as a shell would come to read it, so that quotes and detours in it hide no word:
 * without quotes, backslashes and empty expansions, `$IFS` and white space as one space, paths
 * cleaned. Not a shell: what variables hold, and what patterns match, is unknown. Each step is
 * linear in time.
 */
export const plainCommand = (words: readonly string[]): string => {
  const joined = words.join(' ')
  const plain = joined.includes('\\') || EXPANDS.test(joined) ? withoutQuoting(joined) : joined
  const read = withCleanPaths(plain.replace(SPACES, ' ').trim())
  return DECODES.test(read) ? withDecoded(read) : read
}

const EXPANDS = /['"`$^{]/
const SPACES = /\s+/g
/** `$IFS`, which is white space, perhaps with an empty `$9` behind it. */
const FIELD_SEPARATOR = /\$(?:\{IFS\}|IFS\b)(?:\$[0-9])?/g
/** Expansions that hold nothing in `sh -c`. */
const NOTHING = /\$(?:\{[@*]\}|[@*])|``|\$\(\)/g
const BRACES = /(^|[\s;&|(])\{([^{}\s]*)\}/g
const BACKSLASH = /\\(?:x([0-9a-fA-F]{1,2})|([0-3]?[0-7]{1,2})|([\s\S]))/g
const QUOTES = /\$?['"]/g

const withoutQuoting = (text: string): string =>
  text
    .replace(FIELD_SEPARATOR, ' ')
    .replace(NOTHING, '')
    .replace(BRACES, (whole, before: string, list: string) =>
      list.includes(',') ? before + list.replaceAll(',', ' ') : whole,
    )
    .replace(BACKSLASH, (_whole, hex?: string, octal?: string, other?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      return other === '\n' ? '' : (other ?? '')
    })
    .replace(QUOTES, '')

/** A path from the root: what stands before it is no part of a name, and no scheme. */
const PATH = /(^|[\s;&|<>()=,@`])(\/[^\s;&|<>()=,@`]*)/g
const UNCLEAN = /\/(?:\/|\.\.?(?:\/|$))/

const withCleanPaths = (text: string): string =>
  text.includes('//') || text.includes('/.')
    ? text.replace(PATH, (_whole, before: string, path: string) => before + cleaned(path))
    : text

const cleaned = (path: string): string => {
  if (!UNCLEAN.test(path)) return path
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}${path.endsWith('/') && parts.length > 0 ? '/' : ''}`
}

const DECODES = /base64|b64|\s-e(?:nc|ncodedcommand)?\s/i
const ENCODED = /[A-Za-z0-9+/]{16,}={0,2}/g
const PRINTED = /^[\t\n\r\x20-\x7e]+$/

/** What such a command decodes stands behind it, where that is text. */
const withDecoded = (text: string): string => {
  const decoded: string[] = []
  for (const [word] of text.matchAll(ENCODED)) {
    const bytes = Buffer.from(word, 'base64')
    const found = [bytes.toString('latin1'), bytes.toString('utf16le')].find((one) =>
      PRINTED.test(one),
    )
    if (found !== undefined) decoded.push(found.replace(SPACES, ' ').trim())
  }
  return [text, ...decoded].join(' ')
}
