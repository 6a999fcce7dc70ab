import { LIMIT } from '../../base/limit.ts'

/** A value in a selection. */
export type SigmaValue = string | number | boolean

/** A key of a selection with its modifiers, and its values: one is enough. */
export type SigmaEntry = readonly [key: string, values: readonly SigmaValue[]]

/** A condition whose leaves are maps of a Sigma selection, on its way to become a rule. */
export type Term =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Term[] }
  | { readonly kind: 'not'; readonly of: Term }
  | { readonly kind: 'constant'; readonly value: boolean }
  | MapTerm

/** All entries hold; those of the same array of objects hold for one element. */
export interface MapTerm {
  readonly kind: 'map'
  readonly entries: readonly SigmaEntry[]
  /** What to call the selection; undefined: after its field. */
  readonly label: string | undefined
}

/** What holds of every event, and of none. */
export const TRUE: Term = { kind: 'constant', value: true }
export const FALSE: Term = { kind: 'constant', value: false }

/** A selection with these entries. */
export const map = (...entries: readonly SigmaEntry[]): MapTerm => ({
  kind: 'map',
  entries,
  label: undefined,
})

/** A selection that holds of every event, by a field that all have. */
export const always = (field: string): MapTerm => map([`${field}|exists`, [true]])

/** The opposite. */
export const negated = (of: Term): Term => ({ kind: 'not', of })

/** The same without constants, nested lists of one kind, double negations, and single parts. */
export const simplified = (term: Term): Term => {
  switch (term.kind) {
    case 'constant':
    case 'map':
      return term
    case 'not': {
      const of = simplified(term.of)
      if (of.kind === 'constant') return of.value ? FALSE : TRUE
      return of.kind === 'not' ? of.of : { kind: 'not', of }
    }
    case 'and':
    case 'or':
      return simplifiedList(term.kind, term.of)
  }
}

/** Selections merged where that says the same: the parts of an `and`, the values of an `or`. */
export const merged = (term: Term): Term => {
  switch (term.kind) {
    case 'constant':
    case 'map':
      return term
    case 'not':
      return { kind: 'not', of: merged(term.of) }
    case 'and':
    case 'or': {
      const of = term.of.map(merged)
      const maps = of.filter((part) => part.kind === 'map')
      const others = of.filter((part) => part.kind !== 'map')
      const joined = term.kind === 'and' ? joinEntries(maps) : joinValues(maps)
      return simplifiedList(term.kind, [...joined, ...others])
    }
  }
}

function simplifiedList(kind: 'and' | 'or', parts: readonly Term[]): Term {
  const absorbing = kind === 'or'
  const of: Term[] = []
  for (const part of parts.map(simplified)) {
    if (part.kind === 'constant') {
      if (part.value === absorbing) return part
    } else if (part.kind === kind) of.push(...part.of)
    else of.push(part)
  }
  const [first, second] = of
  if (first === undefined) return absorbing ? FALSE : TRUE
  return second === undefined ? first : { kind, of }
}

/**
 * Maps of an `and` in as few as possible. Entries on the same array of objects stay apart: in one
 * map they would ask the same element.
 */
function joinEntries(maps: readonly MapTerm[]): readonly MapTerm[] {
  // Each is compared with each: a rule of that size is not made to be read.
  if (maps.length > LIMIT.mergedSelectionsMax) return maps
  const joined: { entries: SigmaEntry[]; label: string | undefined; taken: Set<string> }[] = []
  for (const { entries, label } of maps) {
    const needs = new Set(entries.flatMap(([key]) => [key, arrayOf(key)]).filter(isSome))
    const place = joined.find(({ taken }) => [...needs].every((one) => !taken.has(one)))
    if (place === undefined) joined.push({ entries: [...entries], label, taken: needs })
    else {
      place.entries.push(...entries)
      place.label = undefined
      for (const one of needs) place.taken.add(one)
    }
  }
  return joined.map(({ entries, label }) => ({ kind: 'map', entries, label }))
}

/** Maps of an `or` with the same one key become one with all their values. */
function joinValues(maps: readonly MapTerm[]): readonly MapTerm[] {
  const joined = new Map<string, MapTerm>()
  for (const one of maps) {
    const [entry, ...others] = one.entries
    const isPlain = others.length === 0 && !/\|(neq|exists)\b/.test(entry?.[0] ?? '')
    const key = isPlain && entry !== undefined ? entry[0] : `${joined.size}\n`
    const earlier = joined.get(key)
    if (earlier === undefined || entry === undefined) joined.set(key, one)
    else {
      const values = [...(earlier.entries[0]?.[1] ?? []), ...entry[1]]
      const label = earlier.label === one.label ? one.label : undefined
      joined.set(key, { ...map([key, [...new Set(values)]]), label })
    }
  }
  return [...joined.values()]
}

/** The array of objects that a key is about, such as `pod.containers[]`. */
const arrayOf = (key: string): string | undefined => /^[^|]*\[\]/.exec(key)?.[0]

const isSome = <T>(value: T | undefined): value is T => value !== undefined
