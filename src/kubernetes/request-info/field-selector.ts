/**
 * The name that a field selector demands by `metadata.name=x` or `==`; the first if there are two.
 * Undefined where it demands none, or is malformed.
 * Upstream: kubernetes/apimachinery pkg/fields/selector.go, ParseSelector and RequiresExactMatch.
 */
export const exactName = (selector: string): string | undefined => {
  let found: string | undefined
  for (const term of splitTerms(selector)) {
    if (term === '') continue
    const parsed = parseTerm(term)
    if (parsed === undefined) return undefined
    if (found === undefined && parsed.equals && parsed.key === 'metadata.name') found = parsed.value
  }
  return found
}

interface Term {
  readonly key: string
  readonly equals: boolean
  readonly value: string
}

/** Splits at commas that no backslash escapes. */
const splitTerms = (selector: string): readonly string[] => {
  const terms: string[] = []
  let start = 0
  for (let i = 0; i < selector.length; i++) {
    const char = selector.charAt(i)
    if (char === '\\') i++
    else if (char === ',') {
      terms.push(selector.slice(start, i))
      start = i + 1
    }
  }
  terms.push(selector.slice(start))
  return terms
}

const OPERATORS = ['!=', '==', '=']

const parseTerm = (term: string): Term | undefined => {
  for (let i = 0; i < term.length; i++) {
    const operator = OPERATORS.find((one) => term.startsWith(one, i))
    if (operator === undefined) continue
    const value = unescapeValue(term.slice(i + operator.length))
    if (value === undefined) return undefined
    return { key: term.slice(0, i), equals: operator !== '!=', value }
  }
  return undefined
}

/**
 * Undefined for an unescaped `,` or `=`, or a backslash before anything but `,`, `=` and itself.
 */
const unescapeValue = (text: string): string | undefined => {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === ',' || char === '=') return undefined
    if (char !== '\\') out += char
    else {
      const next = text.charAt(++i)
      if (next !== '\\' && next !== ',' && next !== '=') return undefined
      out += next
    }
  }
  return out
}
