import { unreachable } from '../../base/assert.ts'
import { and, NO, not, type Truth, UNKNOWN, YES } from '../../base/truth.ts'
import type { Comparison } from '../parse/correlation.ts'
import type { CorrelationPlan } from '../plan/correlation.ts'

/** Up to this threshold a window is exact; above, it is counted in this many cells. */
export const CELLS = 32

/** Whether a correlation's window is counted in cells. */
export const isByCells = ({ type, comparisons }: CorrelationPlan): boolean => {
  if (type === 'value_sum' || type === 'value_avg') return true
  if (type !== 'event_count' && type !== 'value_count') return false
  return comparisons.some(({ value }) => value > CELLS)
}

/** The least count that decides every comparison as all greater counts do; at least 1. */
export const decidingCount = (comparisons: readonly Comparison[]): number =>
  Math.max(
    1,
    ...comparisons.map(({ operator, value }) =>
      operator === 'gte' || operator === 'lt' ? Math.ceil(value) : Math.floor(value) + 1,
    ),
  )

/** What all comparisons say of a value of which only a range is known, its ends included. */
export const compareRange = (
  comparisons: readonly Comparison[],
  low: number,
  high: number,
): Truth => {
  let truth: Truth = YES
  for (const comparison of comparisons) truth = and(truth, compareOne(comparison, low, high))
  return truth
}

const compareOne = ({ operator, value }: Comparison, low: number, high: number): Truth => {
  switch (operator) {
    case 'gt':
      return decided(low > value, high > value)
    case 'gte':
      return decided(low >= value, high >= value)
    case 'lt':
      return decided(high < value, low < value)
    case 'lte':
      return decided(high <= value, low <= value)
    case 'eq':
      return decided(low === value && high === value, low <= value && value <= high)
    case 'neq':
      return not(decided(low === value && high === value, low <= value && value <= high))
    default:
      return unreachable(operator)
  }
}

const decided = (always: boolean, ever: boolean): Truth => (always ? YES : ever ? UNKNOWN : NO)
