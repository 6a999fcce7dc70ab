/**
 * Texts of which everything the expression matches contains one, so that a search for them can come
 * first. Undefined when there are none, or it is not obvious: flags, unusual escapes and whatever
 * else is not understood here make it so.
 */
export const requiredLiterals = (source: string): readonly string[] | undefined => {
  const reading: Reading = { source, at: 0, depth: 0, lost: false }
  const found = readAlternatives(reading)
  return reading.lost || reading.at < source.length ? undefined : found
}

interface Reading {
  readonly source: string
  at: number
  depth: number
  /** Something was not understood. */
  lost: boolean
}

/** One of these texts is in whatever matches; undefined: nothing is known. */
type Clause = readonly string[] | undefined

/** A shorter text rules out too little to be worth the search. */
const LENGTH_MIN = 3
const TEXTS_MAX = 24
const DEPTH_MAX = 16

/** Branches between `|`, up to the end or a closing parenthesis. */
const readAlternatives = (reading: Reading): Clause => {
  let all: Clause = readSequence(reading)
  while (reading.source[reading.at] === '|') {
    reading.at += 1
    const next = readSequence(reading)
    all = all === undefined || next === undefined ? undefined : [...all, ...next]
  }
  return all !== undefined && all.length > TEXTS_MAX ? undefined : all
}

const readSequence = (reading: Reading): Clause => {
  const { source } = reading
  let best: Clause
  let run = ''
  const end = (): void => {
    best = better(best, run.length < LENGTH_MIN ? undefined : [run])
    run = ''
  }
  while (reading.at < source.length && !reading.lost) {
    const character = source[reading.at]
    if (character === '|' || character === ')') break
    if (character === '(') {
      const inner = readGroup(reading)
      const least = readRepetition(reading)
      end()
      if (least > 0) best = better(best, inner)
      continue
    }
    const literal = readAtom(reading)
    const isRepeated = REPETITIONS.includes(source[reading.at] ?? ' ')
    const least = readRepetition(reading)
    if (literal === undefined || least === 0) end()
    else {
      run += literal
      // Repeated, the next one need not follow the first.
      if (isRepeated) end()
    }
  }
  end()
  return best
}

/** The one that rules out more: whose shortest text is longer, or that has fewer. */
const better = (a: Clause, b: Clause): Clause => {
  if (a === undefined || b === undefined) return a ?? b
  const [least, other] = [shortest(a), shortest(b)]
  if (least === other) return b.length < a.length ? b : a
  return other > least ? b : a
}

const shortest = (texts: readonly string[]): number =>
  texts.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY)

const readGroup = (reading: Reading): Clause => {
  const { source } = reading
  reading.at += 1
  if (source[reading.at] === '?') {
    if (source[reading.at + 1] !== ':') return lose(reading)
    reading.at += 2
  }
  if (reading.depth === DEPTH_MAX) return lose(reading)
  reading.depth += 1
  const inner = readAlternatives(reading)
  reading.depth -= 1
  if (source[reading.at] !== ')') return lose(reading)
  reading.at += 1
  return inner
}

const lose = (reading: Reading): undefined => {
  reading.lost = true
}

const REPETITIONS = '*+?{'

/** How often what stands before must be there at least: 1 without a repetition. */
const readRepetition = (reading: Reading): number => {
  const { source } = reading
  const character = source[reading.at] ?? ' '
  if (!REPETITIONS.includes(character)) return 1
  reading.at += 1
  if (character === '{') {
    const end = source.indexOf('}', reading.at)
    if (end < 0 || !/^[0-9]{1,4}(?:,[0-9]{0,4})?$/.test(source.slice(reading.at, end))) {
      lose(reading)
      return 0
    }
    reading.at = end + 1
  }
  // Not greedy: that changes what is matched, not whether.
  if (source[reading.at] === '?') reading.at += 1
  else if (REPETITIONS.includes(source[reading.at] ?? ' ')) lose(reading)
  return character === '+' ? 1 : 0
}

/** A character that stands for itself; undefined for a class, an anchor and the like. */
const readAtom = (reading: Reading): string | undefined => {
  const { source } = reading
  const character = source[reading.at] ?? ''
  if (character === '[') return readClass(reading)
  if (character === '\\') {
    const escaped = source[reading.at + 1] ?? ''
    reading.at += 2
    if (PUNCTUATION.test(escaped)) return escaped
    return KNOWN_ESCAPES.includes(escaped) && escaped !== '' ? undefined : lose(reading)
  }
  reading.at += 1
  if (character === '.' || character === '^' || character === '$') return undefined
  return PLAIN.test(character) ? character : lose(reading)
}

/** Classes and word boundaries. */
const KNOWN_ESCAPES = 'dDsSwWbB'
const PUNCTUATION = /^[!-/:-@[-`{-~]$/
const PLAIN = /^[A-Za-z0-9 _/:;,<>=!@#%&~"'`-]$/

/** Passes over a class; a `]` in first place and escapes belong to it. */
const readClass = (reading: Reading): undefined => {
  const { source } = reading
  let at = reading.at + 1
  if (source[at] === '^') at += 1
  if (source[at] === ']') at += 1
  while (at < source.length && source[at] !== ']') {
    // Named classes and escapes of several characters end where others do not.
    if (source.startsWith('[:', at) || /^\\[pPQExcu0-7]/.test(source.slice(at, at + 2))) {
      return lose(reading)
    }
    at += source[at] === '\\' ? 2 : 1
  }
  if (at >= source.length) return lose(reading)
  reading.at = at + 1
}
