import { suggest } from '../suggest.ts'

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

/** What is done to a value before it is compared. */
export type Transform =
  | 'expand'
  | 'windash'
  | 'utf16le'
  | 'utf16be'
  | 'utf16'
  | 'base64'
  | 'base64offset'

/** A part of a time, in UTC, that is compared as a number. The week is that of ISO 8601. */
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'

/** What the modifiers of one test say together. */
export interface Modifiers {
  readonly comparison: Comparison
  /** In the order written, which is the order in which they are applied. */
  readonly transforms: readonly Transform[]
  readonly part: TimePart | undefined
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

/** A modifier: what it changes, and a sentence for the reference page and for editors. */
export interface ModifierKind {
  readonly role: 'comparison' | 'transform' | 'part' | 'flag' | 'all' | 'cased' | 'neq'
  readonly about: string
  /** The modifier that it is another name for. */
  readonly same?: string
}

/**
 * Every modifier that there is. Upstream: the Sigma modifiers appendix 2.1; `ignorecase`,
 * `multiline` and `dotall` are pySigma's names.
 */
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
  expand: { role: 'transform', about: 'Placeholders (%name%) become the values of that list.' },
  windash: { role: 'transform', about: 'The dash of an option may be any of - / – — ―.' },
  utf16le: { role: 'transform', about: 'The value is encoded in UTF-16, the low byte first.' },
  utf16be: { role: 'transform', about: 'The value is encoded in UTF-16, the high byte first.' },
  utf16: { role: 'transform', about: 'As utf16le, after a byte order mark.' },
  wide: { role: 'transform', about: 'Another name for utf16le.', same: 'utf16le' },
  base64: { role: 'transform', about: 'The value is encoded in Base64.' },
  base64offset: { role: 'transform', about: 'The value, encoded at any place in a longer text.' },
  minute: { role: 'part', about: 'The minute of a time, 0 to 59.' },
  hour: { role: 'part', about: 'The hour of a time in UTC, 0 to 23.' },
  day: { role: 'part', about: 'The day of the month in UTC, 1 to 31.' },
  week: { role: 'part', about: 'The week of ISO 8601 in UTC, 1 to 53.' },
  month: { role: 'part', about: 'The month in UTC, 1 to 12.' },
  year: { role: 'part', about: 'The year in UTC.' },
  i: { role: 'flag', about: 'After re: upper and lower case are the same.' },
  m: { role: 'flag', about: 'After re: ^ and $ also match at line breaks.' },
  s: { role: 'flag', about: 'After re: the dot also matches line breaks.' },
  ignorecase: { role: 'flag', about: 'Another name for i.', same: 'i' },
  multiline: { role: 'flag', about: 'Another name for m.', same: 'm' },
  dotall: { role: 'flag', about: 'Another name for s.', same: 's' },
  all: { role: 'all', about: 'All values must be found, instead of one.' },
  cased: { role: 'cased', about: 'Upper and lower case differ.' },
  neq: { role: 'neq', about: 'The field has none of the values.' },
}

/** Reads the modifiers of a test: what they say together, or why they cannot be used. */
export const readModifiers = (names: readonly string[]): Modifiers | string => {
  const found: Found = {
    seen: new Set(),
    comparison: 'equals',
    part: undefined,
    transforms: [],
  }
  for (const name of names) {
    const kind = Object.hasOwn(MODIFIERS, name) ? MODIFIERS[name] : undefined
    if (kind === undefined) return unknownModifier(name)
    const fault = take(found, kind.same ?? name, kind)
    if (fault !== undefined) return fault
  }
  return badCombination(found) ?? toModifiers(found)
}

interface Found {
  readonly seen: Set<string>
  readonly transforms: Transform[]
  comparison: Comparison
  part: TimePart | undefined
}

/** Adds a modifier to those before it; says why it cannot be. */
const take = (found: Found, name: string, { role }: ModifierKind): string | undefined => {
  const { seen, comparison, part, transforms } = found
  if (seen.has(name)) return `the modifier ${name} is written twice`
  seen.add(name)
  // The names in a role are the members of its type: both are in one table.
  if (role === 'comparison') {
    if (comparison !== 'equals') return `${name} cannot be combined with ${comparison}`
    found.comparison = name as Comparison
  }
  if (role === 'part') {
    if (part !== undefined) return `${name} cannot be combined with ${part}`
    found.part = name as TimePart
  }
  if (role === 'transform') {
    const early = comparison !== 'equals' && ENCODINGS.has(name)
    if (early) return `${name} must come before ${comparison}`
    const last = transforms.at(-1)
    if (last !== undefined && rankOf(name) <= rankOf(last)) {
      return `${name} cannot come after ${last}`
    }
    transforms.push(name as Transform)
  }
  return role === 'flag' && comparison !== 're' ? `${name} must come after re` : undefined
}

const ENCODINGS: ReadonlySet<string> = new Set([
  'utf16le',
  'utf16be',
  'utf16',
  'base64',
  'base64offset',
])

/** Placeholders first, then dashes, then characters as bytes, then bytes as text. */
const rankOf = (transform: string): number => {
  if (transform === 'expand') return 0
  if (transform === 'windash') return 1
  return transform.startsWith('utf16') ? 2 : 3
}

const OF_TEXT: ReadonlySet<Comparison> = new Set(['equals', 'contains', 'startswith', 'endswith'])
const OF_NUMBERS: ReadonlySet<Comparison> = new Set(['equals', 'lt', 'lte', 'gt', 'gte'])
const NEGATABLE: ReadonlySet<Comparison> = new Set([...OF_TEXT, 're', 'cidr', 'fieldref'])

const badCombination = ({ seen, comparison, part, transforms }: Found): string | undefined => {
  const [transform] = transforms.filter((one) => one !== 'expand')
  if (transform !== undefined && !OF_TEXT.has(comparison)) {
    return `${transform} cannot be combined with ${comparison}`
  }
  if (seen.has('expand') && (comparison === 'exists' || comparison === 'fieldref')) {
    return `expand cannot be combined with ${comparison}`
  }
  if (part !== undefined && (!OF_NUMBERS.has(comparison) || seen.has('cased') || transform)) {
    return `${part} can only be combined with lt, lte, gt, gte, neq and expand`
  }
  const cased = OF_TEXT.has(comparison) || comparison === 'fieldref'
  if (seen.has('cased') && !cased) return `cased cannot change ${comparison}`
  if (seen.has('all') && comparison === 'exists') return 'all cannot be combined with exists'
  if (!seen.has('neq')) return undefined
  if (seen.has('all')) return 'neq cannot be combined with all'
  return NEGATABLE.has(comparison) ? undefined : `neq cannot be combined with ${comparison}`
}

const toModifiers = ({ seen, comparison, part, transforms }: Found): Modifiers => ({
  comparison,
  transforms,
  part,
  all: seen.has('all'),
  cased: seen.has('cased'),
  negated: seen.has('neq'),
  insensitive: seen.has('i'),
  multiline: seen.has('m'),
  dotAll: seen.has('s'),
})

const unknownModifier = (name: string): string => {
  const near = suggest(name, Object.keys(MODIFIERS))
  return `there is no modifier "${name}"${near === undefined ? '' : `: did you mean ${near}?`}`
}
