/**
 * The longest text that everything the expression matches must contain, so that a search for it can
 * come first. Undefined when there is none or it is not obvious: an expression with alternatives,
 * with anything after `(?` or with unusual escapes is not looked into, and neither is what stands
 * in groups, classes and braces.
 */
export const requiredLiteral = (source: string): string | undefined => {
  if (OBSCURE.test(source)) return undefined
  const runs: string[] = ['']
  let groups = 0
  for (let at = 0; at < source.length; at = next(source, at)) {
    const literal = groups === 0 ? literalAt(source, at) : undefined
    const after = source[next(source, at)] ?? ''
    if (source[at] === '(') groups += 1
    if (source[at] === ')') groups -= 1
    if (literal === undefined || OPTIONAL.test(after)) runs.push('')
    else {
      runs.push(`${runs.pop() ?? ''}${literal}`)
      if (after === '+') runs.push('')
    }
  }
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  return longest.length >= LENGTH_MIN ? longest : undefined
}

/** A shorter text rules out too little to be worth the search. */
const LENGTH_MIN = 3

/** Alternatives, flags, and escapes that reach beyond their letter, such as `\\x41` and `\\Q`. */
const OBSCURE = /\(\?|\||\\(?![dDsSwWbBAzntrfva])[A-Za-z0-9]/

const OPTIONAL = /[*?{]/
const PLAIN = /[A-Za-z0-9 _/:;,<>=!@#%&~"'`-]/
const PUNCTUATION = /[^A-Za-z0-9\s\u0080-\uffff]/

/** The character that stands at `at`, when it stands for itself and has one code unit. */
const literalAt = (source: string, at: number): string | undefined => {
  const character = source[at] ?? ''
  if (PLAIN.test(character)) return character
  const escaped = character === '\\' ? source[at + 1] : undefined
  return escaped !== undefined && PUNCTUATION.test(escaped) ? escaped : undefined
}

/** Where the next element begins: after an escape, a class, a repetition, or one character. */
const next = (source: string, at: number): number => {
  if (source[at] === '\\') return at + 2
  if (source[at] === '{') return Math.max(source.indexOf('}', at), at) + 1
  return source[at] === '[' ? classEnd(source, at) : at + 1
}

/** After the `]` that closes a class; a `]` in first place and escapes belong to it. */
const classEnd = (source: string, at: number): number => {
  let end = at + 1
  if (source[end] === '^') end += 1
  if (source[end] === ']') end += 1
  while (end < source.length && source[end] !== ']') {
    if (source.startsWith('[:', end)) end = Math.max(source.indexOf(':]', end) + 1, end)
    end += source[end] === '\\' ? 2 : 1
  }
  return end + 1
}
