/** How a value is compared: what `equals` becomes through a modifier. */
export type Comparison =
  | 'equals'
  | 'contains'
  | 'startswith'
  | 'endswith'
  | 're'
  | 'cidr'
  | 'exists'
  | 'fieldref'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'

/** What the modifiers of one test say together. */
export interface Modifiers {
  readonly comparison: Comparison
  /** Every value must be found, instead of one. */
  readonly all: boolean
  readonly cased: boolean
  /** None of the values may be found. */
  readonly negated: boolean
  /** Flags of `re`. */
  readonly insensitive: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
}

/** A modifier: what it changes, and a sentence for the reference page. */
export interface ModifierKind {
  readonly role: 'comparison' | 'flag' | 'all' | 'cased' | 'neq'
  readonly about: string
}

/** Every modifier that is supported. Upstream: the Sigma modifiers appendix 2.1. */
export const MODIFIERS: Readonly<Record<string, ModifierKind>> = {
  contains: { role: 'comparison', about: 'The value stands somewhere in the text.' },
  startswith: { role: 'comparison', about: 'The text begins with the value.' },
  endswith: { role: 'comparison', about: 'The text ends with the value.' },
  re: { role: 'comparison', about: 'The regular expression is found in the text.' },
  cidr: { role: 'comparison', about: 'The address lies in the network.' },
  exists: { role: 'comparison', about: 'The field is there, or is not.' },
  fieldref: { role: 'comparison', about: 'The value is the name of a field with the same value.' },
  lt: { role: 'comparison', about: 'The number is less.' },
  lte: { role: 'comparison', about: 'The number is less or equal.' },
  gt: { role: 'comparison', about: 'The number is greater.' },
  gte: { role: 'comparison', about: 'The number is greater or equal.' },
  i: { role: 'flag', about: 'After re: upper and lower case are the same.' },
  m: { role: 'flag', about: 'After re: ^ and $ also match at line breaks.' },
  s: { role: 'flag', about: 'After re: the dot also matches line breaks.' },
  all: { role: 'all', about: 'All values must be found, instead of one.' },
  cased: { role: 'cased', about: 'Upper and lower case differ.' },
  neq: { role: 'neq', about: 'The field has none of the values.' },
}

/** Reads the modifiers of a test: what they say together, or why they cannot be used. */
export const readModifiers = (names: readonly string[]): Modifiers | string => {
  const seen = new Set<string>()
  let comparison: Comparison = 'equals'
  for (const name of names) {
    const kind = Object.hasOwn(MODIFIERS, name) ? MODIFIERS[name] : undefined
    if (kind === undefined) return unknownModifier(name)
    if (seen.has(name)) return `the modifier ${name} is written twice`
    seen.add(name)
    if (kind.role === 'comparison') {
      if (comparison !== 'equals') return `${name} cannot be combined with ${comparison}`
      comparison = name as Comparison // The rows whose role is `comparison` are its members.
    }
    if (kind.role === 'flag' && comparison !== 're') return `${name} must come after re`
  }
  const fault = badCombination(comparison, seen)
  return fault ?? toModifiers(comparison, seen)
}

const TEXTUAL = new Set(['equals', 'contains', 'startswith', 'endswith', 'fieldref'])

const badCombination = (comparison: Comparison, seen: ReadonlySet<string>): string | undefined => {
  if (seen.has('cased') && !TEXTUAL.has(comparison)) return `cased cannot change ${comparison}`
  if (seen.has('all') && comparison === 'exists') return 'all cannot be combined with exists'
  if (!seen.has('neq')) return undefined
  if (seen.has('all')) return 'neq cannot be combined with all'
  if (comparison === 'equals' || comparison === 'fieldref') return undefined
  return `neq cannot be combined with ${comparison}: negate the selection instead`
}

const toModifiers = (comparison: Comparison, seen: ReadonlySet<string>): Modifiers => ({
  comparison,
  all: seen.has('all'),
  cased: seen.has('cased'),
  negated: seen.has('neq'),
  insensitive: seen.has('i'),
  multiline: seen.has('m'),
  dotAll: seen.has('s'),
})

/** Modifiers of the specification that are refused until they are supported. */
const LATER = new Set(
  'windash base64 base64offset utf16le utf16be utf16 wide minute hour day week month year expand'.split(
    ' ',
  ),
)

const unknownModifier = (name: string): string =>
  LATER.has(name) ? `the modifier ${name} is not supported yet` : `there is no modifier "${name}"`
