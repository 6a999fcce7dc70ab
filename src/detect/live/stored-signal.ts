import type { CompiledRule } from '../compile.ts'
import type { CountedAct } from '../counted-act.ts'
import type { ActCount, CountedEntry } from './act-count.ts'

/**
 * An act that counts, as the store keeps it: rules by their ids, since numbers are places in one
 * set of rules. The newest for an act replaces the others.
 */
export interface StoredSignal {
  /** The digest of the act: 32 hexadecimal digits. */
  readonly act: string
  readonly cluster: string
  /** When its request was received, in µs since 1970. */
  readonly timeUs: number
  /** The rules that did not say "no". None: the act counts no longer. */
  readonly rules: readonly string[]
  /** JSON: what `fromStoredSignal` reads. */
  readonly document: string
}

/** What came back of a stored signal. */
export interface ReadSignal {
  /** Undefined: the document is of a version that this program does not know, or none at all. */
  readonly count: ActCount | undefined
  /** Answers of rules that are no longer there. */
  readonly rulesGone: number
}

/** An act that counts as the store keeps it; undefined when it has no place in time. */
export const toStoredSignal = (
  rules: readonly CompiledRule[],
  { act, cluster, timeUs, entries }: ActCount,
): StoredSignal | undefined => {
  if (timeUs === undefined) return undefined
  const named = entries.map((entry) => withNames(rules, entry))
  const document: SignalDocument = { version: VERSION, entries: named }
  const ids = new Set(named.flatMap(({ counted }) => counted.rules.map(({ rule }) => rule)))
  return { act, cluster, timeUs, rules: [...ids].sort(), document: JSON.stringify(document) }
}

/** What a stored signal says to the rules of a set, whose numbers are given by their ids. */
export const fromStoredSignal = (
  numbers: ReadonlyMap<string, number>,
  { act, cluster, timeUs, document }: StoredSignal,
): ReadSignal => {
  const read = documentOf(document)
  if (read === undefined) return { count: undefined, rulesGone: 0 }
  let rulesGone = 0
  const entries = read.entries.flatMap((entry): readonly CountedEntry[] => {
    const counted = withNumbers(numbers, entry.counted)
    rulesGone += entry.counted.rules.length - counted.rules.length
    return counted.rules.length === 0 ? [] : [{ counted, events: entry.events }]
  })
  return { count: { act, cluster, timeUs, entries }, rulesGone }
}

/** The rules' numbers in a set by their ids. */
export const numbersOf = (rules: readonly CompiledRule[]): ReadonlyMap<string, number> =>
  new Map(rules.map(({ ref }, rule) => [ref.id, rule]))

const VERSION = 1

interface SignalDocument {
  readonly version: typeof VERSION
  readonly entries: readonly NamedEntry[]
}

interface NamedEntry extends Omit<CountedEntry, 'counted'> {
  readonly counted: NamedCount
}

interface NamedCount extends Omit<CountedAct, 'rules'> {
  readonly rules: readonly (Omit<CountedAct['rules'][number], 'rule'> & { readonly rule: string })[]
}

const withNames = (
  rules: readonly CompiledRule[],
  { counted, events }: CountedEntry,
): NamedEntry => ({
  counted: {
    ...counted,
    rules: counted.rules.flatMap(({ rule, ...more }) => {
      const id = rules[rule]?.ref.id
      return id === undefined ? [] : [{ rule: id, ...more }]
    }),
  },
  events,
})

const withNumbers = (numbers: ReadonlyMap<string, number>, counted: NamedCount): CountedAct => ({
  ...counted,
  rules: counted.rules.flatMap(({ rule, ...answer }) => {
    const number = numbers.get(rule)
    return number === undefined ? [] : [{ rule: number, ...answer }]
  }),
})

/** The store holds what we wrote, or what a version of ours wrote: the version says which. */
const documentOf = (text: string): SignalDocument | undefined => {
  try {
    const document = JSON.parse(text) as SignalDocument | null
    return document?.version === VERSION ? document : undefined
  } catch {
    return undefined
  }
}
