import { LIMIT } from '../../base/limit.ts'
import type { Condition } from './condition.ts'
import { type Comparison, isMet } from './correlation.ts'

/** All of the names. */
export const allOf = (names: readonly string[]): Condition => joined('and', names.map(toSelection))

/**
 * How many of the names match, as an expression: `gte: 2` of three is any two of them. A text says
 * why it cannot be one.
 */
export const countOfRules = (
  names: readonly string[],
  comparisons: readonly Comparison[],
): Condition | string => {
  const counts = Array.from({ length: names.length + 1 }, (_, count) => count)
  const allowed = counts.filter((count) => comparisons.every((each) => isMet(each, count)))
  const [first] = allowed
  if (first === undefined) return `of ${names.length} rules the condition never holds`
  if (allowed.length === counts.length) return `of ${names.length} rules the condition always holds`
  if (first === names.length) return allOf(names)
  const runs = runsOf(allowed)
  const terms = runs.flat().reduce((sum, count) => sum + count * choose(names.length, count), 0)
  if (terms > LIMIT.correlationTermsMax) {
    return `so many rules can be chosen in more than ${LIMIT.correlationTermsMax} ways`
  }
  const parts = runs.map((run) => withinRun(names, run))
  return joined('or', parts)
}

const toSelection = (name: string): Condition => ({ kind: 'selection', name })

const joined = (kind: 'and' | 'or', of: readonly Condition[]): Condition => {
  const [first] = of
  return first !== undefined && of.length === 1 ? first : { kind, of }
}

/** Counts that follow each other, each run as its first and the first after it. */
type Run = readonly [from: number, until: number]

const runsOf = (counts: readonly number[]): readonly Run[] => {
  const known = new Set(counts)
  return counts
    .filter((count) => !known.has(count - 1))
    .map((from) => {
      let until = from + 1
      while (known.has(until)) until += 1
      return [from, until]
    })
}

const withinRun = (names: readonly string[], [from, until]: Run): Condition => {
  const parts: Condition[] = []
  if (from > 0) parts.push(atLeast(names, from))
  if (until <= names.length) parts.push({ kind: 'not', of: atLeast(names, until) })
  return joined('and', parts)
}

const atLeast = (names: readonly string[], count: number): Condition =>
  joined('or', choices(names, count).map(allOf))

const choices = (names: readonly string[], count: number): readonly (readonly string[])[] => {
  if (count === 0) return [[]]
  const [first, ...rest] = names
  if (first === undefined) return []
  const withFirst = choices(rest, count - 1).map((others) => [first, ...others])
  return [...withFirst, ...choices(rest, count)]
}

const choose = (of: number, count: number): number => {
  if (count > of) return 0
  let ways = 1
  for (let at = 1; at <= count; at += 1) ways = (ways * (of - count + at)) / at
  return ways
}
