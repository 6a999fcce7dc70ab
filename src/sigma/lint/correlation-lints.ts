import { unreachable } from '../../base/assert.ts'
import type { Issue } from '../../base/issue.ts'
import type { Comparison, SigmaCorrelation } from '../parse/correlation.ts'

/** What is odd about a correlation, whatever its fields mean. */
export const lintCorrelation = (correlation: SigmaCorrelation): readonly Issue[] => {
  const { type, condition, timespanUs, place } = correlation
  const found: Issue[] = []
  const counts = type === 'event_count' || type === 'value_count'
  if (counts && condition.kind === 'compare' && condition.comparisons.every(takesOne)) {
    const message = 'one match completes the correlation: nothing is counted'
    found.push({ code: 'lint/one-is-enough', message, at: place })
  }
  if (timespanUs > SPAN_US_USUAL) {
    const message = `the timespan is ${Math.round(timespanUs / DAY_US)} days`
    found.push({ code: 'lint/long-timespan', message, at: place })
  }
  return found
}

const DAY_US = 86_400_000_000
const SPAN_US_USUAL = 30 * DAY_US

/** Whether a count of one is enough. */
const takesOne = ({ operator, value }: Comparison): boolean => {
  switch (operator) {
    case 'gt':
      return 1 > value
    case 'gte':
      return 1 >= value
    case 'lt':
      return 1 < value
    case 'lte':
      return 1 <= value
    case 'eq':
      return value === 1
    case 'neq':
      return value !== 1
    default:
      return unreachable(operator)
  }
}
