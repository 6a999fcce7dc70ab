/** Any number of characters, none included (`*`), or exactly one code point (`?`). */
export type Wildcard = 'any' | 'one'

/** Text with wildcards: literal text is in objects, so that it cannot be taken for a wildcard. */
export type Pattern = readonly (Wildcard | { readonly text: string })[]

/**
 * Reads a value of a rule. `\` takes the meaning from a following `*`, `?` or `\`, and stands for
 * itself before anything else. Upstream: the Sigma rules specification, "Escaping".
 */
export const parsePattern = (value: string): Pattern => {
  const parts: (Wildcard | { readonly text: string })[] = []
  let text = ''
  const flush = (): void => {
    if (text !== '') parts.push({ text })
    text = ''
  }
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at] ?? ''
    const next = value[at + 1]
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      text += next
      at += 1
    } else if (character === '*' || character === '?') {
      flush()
      if (character === '?') parts.push('one')
      else if (parts.at(-1) !== 'any') parts.push('any')
    } else {
      text += character
    }
  }
  flush()
  return parts
}

/** The text of a pattern without wildcards; undefined when it has any. */
export const literalOf = (pattern: Pattern): string | undefined => {
  const [first] = pattern
  if (first === undefined) return ''
  return pattern.length === 1 && typeof first === 'object' ? first.text : undefined
}

/** A pattern as a rule would write it. */
export const writePattern = (pattern: Pattern): string =>
  pattern
    .map((part) => {
      if (part === 'any') return '*'
      return part === 'one' ? '?' : part.text.replace(/[\\*?]/g, '\\$&')
    })
    .join('')
