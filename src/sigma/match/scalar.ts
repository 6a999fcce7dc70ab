import { unreachable } from '../../base/assert.ts'
import type { Scalar } from '../../base/truth.ts'
import type { NumberTest, ScalarTest } from '../plan/plan.ts'
import { networkMatcher } from './network.ts'
import { regexMatcher } from './regex.ts'
import { type TextMatcher, textMatcher } from './text.ts'
import { timePartOf } from './time-part.ts'

/** Answers one question about one value of a field: about text, or about any value. */
export interface ScalarMatcher {
  readonly text: TextMatcher
  readonly scalar: (value: Scalar) => boolean
}

/**
 * A test of one value as functions. Null satisfies none: it has no text and is no number. A test is
 * made once, however many predicates ask it: its set or expression may be large.
 */
export const scalarMatcher = (test: ScalarTest): ScalarMatcher => {
  const known = MATCHERS.get(test)
  if (known !== undefined) return known
  const matcher = toMatcher(test)
  MATCHERS.set(test, matcher)
  return matcher
}

/**
 * The text of a value; undefined for null.
 */
export const textOfScalar = (value: Scalar): string | undefined => {
  if (typeof value === 'string') return value
  if (value === null) return undefined
  return typeof value === 'number' ? textOfNumber(value) : String(value)
}

/** The shortest decimal text of a number, as ClickHouse writes it. */
export const textOfNumber = (value: number): string => String(value).replace('e+', 'e')

/** What counts as a number when it is text: a whole number in plain decimals, at most 15 digits. */
export const NUMERIC_TEXT = '^(0|-?[1-9][0-9]{0,14})$'

/** A comparison of numbers as a function. */
export const numberMatcher = ({
  operator,
  value,
}: Pick<NumberTest, 'operator' | 'value'>): ((seen: number) => boolean) => {
  switch (operator) {
    case 'eq':
      return (seen) => seen === value
    case 'lt':
      return (seen) => seen < value
    case 'lte':
      return (seen) => seen <= value
    case 'gt':
      return (seen) => seen > value
    case 'gte':
      return (seen) => seen >= value
    default:
      return unreachable(operator)
  }
}

const MATCHERS = new WeakMap<ScalarTest, ScalarMatcher>()

const toMatcher = (test: ScalarTest): ScalarMatcher => {
  switch (test.kind) {
    case 'equals':
    case 'contains':
    case 'startswith':
    case 'endswith':
    case 'like':
      return onText(textMatcher(test))
    case 'regex':
      return onText(regexMatcher(test))
    case 'network':
      return onText(networkMatcher(test.network))
    case 'boolean':
      return onText(textMatcher({ kind: 'equals', texts: [String(test.value)], cased: false }))
    case 'number':
      return onNumber(numberMatcher(test))
    case 'time-part': {
      const matches = numberMatcher(test)
      return onText((text) => {
        const seen = timePartOf(text, test.part)
        return seen !== undefined && matches(seen)
      })
    }
    default:
      return unreachable(test)
  }
}

const onText = (text: TextMatcher): ScalarMatcher => ({
  text,
  scalar: (value) => {
    const written = textOfScalar(value)
    return written !== undefined && text(written)
  },
})

const NUMERIC = new RegExp(NUMERIC_TEXT)

const onNumber = (matches: (value: number) => boolean): ScalarMatcher => {
  const text: TextMatcher = (value) => NUMERIC.test(value) && matches(Number(value))
  const scalar = (value: Scalar): boolean => {
    if (typeof value === 'number') return matches(value)
    return typeof value === 'string' && text(value)
  }
  return { text, scalar }
}
