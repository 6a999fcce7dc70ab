import type { Issue, Place } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { matchesWildcard } from '../../base/wildcard.ts'

/** How selections are combined. Quantifiers are resolved: `1 of` is `or`, `all of` is `and`. */
export type Condition =
  | { readonly kind: 'and'; readonly of: readonly Condition[] }
  | { readonly kind: 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'selection'; readonly name: string }

/**
 * Reads a condition. From the least to the most binding: or, and, not, `x of`, parentheses. The
 * words may be in upper case, unless something is named so. Undefined, with an issue at `place`,
 * when it cannot be read or names what is not defined.
 */
export const parseCondition = (
  text: string,
  selections: ReadonlyMap<string, unknown>,
  place: Place,
  issues: Issue[],
): Condition | undefined => {
  const words = wordsOf(text).map((word) => toReserved(word, selections))
  const parsing: Parsing = { words, selections, next: 0, depth: 0, named: 0, compared: 0 }
  const condition = parseOr(parsing)
  if (condition.kind !== 'fault' && parsing.next === words.length) return condition
  const fault = condition.kind === 'fault' ? condition : unexpected(parsing, 'and, or or the end')
  issues.push({ code: fault.code, message: fault.message, at: place })
  return undefined
}

/** The names that an expression combines, in the order in which they come first. */
export const namesInCondition = (text: string): readonly string[] => {
  const names = wordsOf(text).filter((word) => !RESERVED.has(word.toLowerCase()))
  return [...new Set(names)]
}

const wordsOf = (text: string): readonly string[] => text.match(/[()]|[^\s()]+/g) ?? []

const toReserved = (word: string, selections: ReadonlyMap<string, unknown>): string => {
  const lower = word.toLowerCase()
  return RESERVED.has(lower) && !selections.has(word) ? lower : word
}

interface Parsing {
  readonly words: readonly string[]
  readonly selections: ReadonlyMap<string, unknown>
  next: number
  depth: number
  /** Selections named so far, each as often as it is. */
  named: number
  /** Names that patterns were compared with so far. */
  compared: number
}

/** What is wrong with a condition. */
interface Fault {
  readonly kind: 'fault'
  readonly code: 'sigma/bad-condition' | 'sigma/unknown-selection'
  readonly message: string
}

type Parsed = Condition | Fault

const RESERVED = new Set(['and', 'or', 'not', 'of', 'them', '(', ')', '|'])

const parseOr = (parsing: Parsing): Parsed => parseChain(parsing, 'or', parseAnd)

const parseAnd = (parsing: Parsing): Parsed => parseChain(parsing, 'and', parseNot)

const parseChain = (
  parsing: Parsing,
  kind: 'and' | 'or',
  parsePart: (parsing: Parsing) => Parsed,
): Parsed => {
  const parts: Condition[] = []
  do {
    const part = parsePart(parsing)
    if (part.kind === 'fault') return part
    parts.push(part)
  } while (accept(parsing, kind))
  const [first] = parts
  return first !== undefined && parts.length === 1 ? first : { kind, of: parts }
}

const parseNot = (parsing: Parsing): Parsed => {
  const word = parsing.words[parsing.next]
  if (word !== 'not' && word !== '(') return parseTerm(parsing)
  if (parsing.depth >= LIMIT.conditionDepthMax) {
    return bad(`the condition nests deeper than ${LIMIT.conditionDepthMax}`)
  }
  parsing.depth += 1
  parsing.next += 1
  const inner = word === 'not' ? parseNot(parsing) : parseOr(parsing)
  parsing.depth -= 1
  if (inner.kind === 'fault') return inner
  if (word === 'not') return { kind: 'not', of: inner }
  return accept(parsing, ')') ? inner : unexpected(parsing, ')')
}

const parseTerm = (parsing: Parsing): Parsed => {
  const word = parsing.words[parsing.next]
  if (word === undefined || RESERVED.has(word)) return unexpected(parsing, 'a selection')
  if (parsing.words[parsing.next + 1] === 'of') return parseQuantifier(parsing, word)
  if (!parsing.selections.has(word)) return unknown(`no selection is named ${word}`)
  parsing.next += 1
  return counted(parsing, 1) ?? toSelection(word)
}

/** What is wrong once the condition names more than could be asked, before it is written out. */
const counted = (parsing: Parsing, names: number): Fault | undefined => {
  parsing.named += names
  if (parsing.named <= LIMIT.ruleTestsMax) return undefined
  return bad(`the condition asks more than ${LIMIT.ruleTestsMax} tests`)
}

const parseQuantifier = (parsing: Parsing, quantity: string): Parsed => {
  if (!QUANTITIES.has(quantity.toLowerCase())) {
    return bad(`"${quantity} of" is not supported: write "1 of" or "all of"`)
  }
  const pattern = parsing.words[parsing.next + 2]
  parsing.next += 2
  if (pattern === undefined || (pattern !== 'them' && RESERVED.has(pattern))) {
    return unexpected(parsing, 'them or a pattern of names')
  }
  parsing.next += 1
  parsing.compared += parsing.selections.size
  if (parsing.compared > LIMIT.conditionNamesMax) {
    return bad(`its patterns are compared with more than ${LIMIT.conditionNamesMax} names`)
  }
  const of = namesFor([...parsing.selections.keys()], pattern).map(toSelection)
  const fault = counted(parsing, of.length)
  if (fault !== undefined) return fault
  const [first] = of
  if (first === undefined) return unknown(`no selection is matched by ${pattern}`)
  if (of.length === 1) return first
  return { kind: quantity.toLowerCase() === 'all' ? 'and' : 'or', of }
}

/** `any of` is what pySigma takes for `1 of`. */
const QUANTITIES = new Set(['1', 'any', 'all'])

/** Names that begin with an underscore take part only where the pattern begins with one too. */
const namesFor = (names: readonly string[], pattern: string): readonly string[] => {
  const open = names.filter((name) => !name.startsWith('_') || pattern.startsWith('_'))
  if (pattern === 'them') return open
  // A `?` in a name stands for itself: only `*` is a wildcard here.
  const literal = (text: string): string => text.replaceAll('?', '\u{fffe}')
  return open.filter((name) => matchesWildcard(literal(pattern), literal(name)))
}

const toSelection = (name: string): Condition => ({ kind: 'selection', name })

const accept = (parsing: Parsing, word: string): boolean => {
  if (parsing.words[parsing.next] !== word) return false
  parsing.next += 1
  return true
}

const unexpected = (parsing: Parsing, wanted: string): Fault => {
  const word = parsing.words[parsing.next]
  if (word === '|') return bad('aggregations after | are not supported: use a correlation')
  if (word === undefined) return bad(`the condition ends where ${wanted} is expected`)
  return bad(`${word} stands where ${wanted} is expected`)
}

const bad = (message: string): Fault => ({ kind: 'fault', code: 'sigma/bad-condition', message })

const unknown = (message: string): Fault => ({
  kind: 'fault',
  code: 'sigma/unknown-selection',
  message,
})
