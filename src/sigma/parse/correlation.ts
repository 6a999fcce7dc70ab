import { unreachable } from '../../base/assert.ts'
import type { Place } from '../../base/issue.ts'
import type { Condition } from './condition.ts'
import type { RuleHead } from './head.ts'

/** What a correlation asks of the matches of its rules within its timespan. */
export type CorrelationType =
  | 'event_count'
  | 'value_count'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'
  | 'temporal'
  | 'temporal_ordered'

/** A rule or correlation that a document names, by id or by name. */
export interface RuleReference {
  readonly name: string
  readonly place: Place
}

/** How a count, or a value, is compared. All comparisons of a condition must hold. */
export interface Comparison {
  readonly operator: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq'
  readonly value: number
}

/**
 * When a correlation matches: comparisons (of `fields`, for the value types), or an expression over
 * the names of its rules (temporal types; `all of them` where the document says nothing).
 */
export type CorrelationCondition =
  | {
      readonly kind: 'compare'
      readonly comparisons: readonly [Comparison, ...Comparison[]]
      /** Whose values count: several are one composite value. Empty for event_count. */
      readonly fields: readonly string[]
      /** 0 to 100, of value_percentile. */
      readonly percentile: number | undefined
    }
  | { readonly kind: 'rules'; readonly expression: Condition }

/** A correlation as written, with the places of its parts. */
export interface SigmaCorrelation extends RuleHead {
  readonly type: CorrelationType
  /** In the order written: it counts for temporal_ordered. */
  readonly rules: readonly RuleReference[]
  /** Fields, or aliases of fields. */
  readonly groupBy: readonly string[]
  readonly timespanUs: number
  readonly condition: CorrelationCondition
  /** Alias, then the rule's name, then the field of its events. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Whether its rules also report by themselves. */
  readonly generate: boolean
  /** Where each field or alias of `groupBy`, of the condition and of `aliases` is written. */
  readonly fieldPlaces: ReadonlyMap<string, Place>
}

/** A type as rules write it: what it is, and a sentence for the reference page. */
export interface CorrelationKind {
  readonly type: CorrelationType
  /** The percentile that the name says. */
  readonly percentile?: number
  readonly about: string
}

/**
 * The types as rules write them: pySigma's value_median, and value_min and value_max of the
 * specification's tests, are percentiles.
 */
export const CORRELATION_TYPES: Readonly<Record<string, CorrelationKind>> = {
  event_count: { type: 'event_count', about: 'How many events match the rules.' },
  value_count: { type: 'value_count', about: 'How many different values `field` has in them.' },
  value_sum: { type: 'value_sum', about: 'The sum of the numbers in `field`.' },
  value_avg: { type: 'value_avg', about: 'The average of the numbers in `field`.' },
  value_percentile: {
    type: 'value_percentile',
    about: 'The number in `field` below which lie so many percent, as `percentile` says.',
  },
  value_median: {
    type: 'value_percentile',
    percentile: 50,
    about: 'The number in `field` in the middle: the percentile 50.',
  },
  value_min: {
    type: 'value_percentile',
    percentile: 0,
    about: 'The least number in `field`: the percentile 0.',
  },
  value_max: {
    type: 'value_percentile',
    percentile: 100,
    about: 'The greatest number in `field`: the percentile 100.',
  },
  temporal: { type: 'temporal', about: 'Which of the rules match, in any order.' },
  temporal_ordered: { type: 'temporal_ordered', about: 'All rules match, one after the other.' },
}

/** Whether a comparison holds of a count, or of another value. */
export const isMet = ({ operator, value }: Comparison, count: number): boolean => {
  switch (operator) {
    case 'gt':
      return count > value
    case 'gte':
      return count >= value
    case 'lt':
      return count < value
    case 'lte':
      return count <= value
    case 'eq':
      return count === value
    case 'neq':
      return count !== value
    default:
      return unreachable(operator)
  }
}
