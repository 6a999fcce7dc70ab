import type { Issue } from '../../base/issue.ts'
import {
  type Comparison,
  type CorrelationType,
  isMet,
  type SigmaCorrelation,
} from '../parse/correlation.ts'

/** What is odd about a correlation, whatever its fields mean. */
export const lintCorrelation = (correlation: SigmaCorrelation): readonly Issue[] => {
  const { type, condition, timespanUs, place } = correlation
  const found: Issue[] = []
  if (condition.kind === 'compare') {
    const { comparisons } = condition
    const counts = type === 'event_count' || type === 'value_count'
    if (!candidates(comparisons, type).some((value) => satisfies(value, comparisons))) {
      const message = 'can never match: no number satisfies its condition'
      found.push({ code: 'lint/never-matches', message, at: place })
    } else if (counts && satisfies(1, comparisons)) {
      const message = 'one match completes the correlation: nothing is counted'
      found.push({ code: 'lint/one-is-enough', message, at: place })
    }
  }
  if (timespanUs > SPAN_US_USUAL) {
    const message = `the timespan is ${Math.round(timespanUs / DAY_US)} days`
    found.push({ code: 'lint/long-timespan', message, at: place })
  }
  return found
}

const DAY_US = 86_400_000_000
const SPAN_US_USUAL = 30 * DAY_US

/**
 * Numbers of which one satisfies the condition if any does: the thresholds, and what lies around
 * them. Counts are whole, and a correlation is judged when there is a match.
 */
const candidates = (
  comparisons: readonly Comparison[],
  type: CorrelationType,
): readonly number[] => {
  const near = comparisons.flatMap(({ value }) => [
    ...[value, Math.floor(value), Math.ceil(value)],
    ...[Math.floor(value) - 1, Math.ceil(value) + 1],
    // Where one more makes no difference to so great a number.
    ...[value - Math.abs(value), value + Math.abs(value)],
  ])
  if (type === 'event_count') return near.filter((value) => Number.isInteger(value) && value >= 1)
  if (type === 'value_count') return near.filter((value) => Number.isInteger(value) && value >= 0)
  const sorted = [...new Set(near)].sort((a, b) => a - b)
  return [...sorted, ...sorted.map((value, at) => (value + (sorted[at + 1] ?? value)) / 2)]
}

const satisfies = (value: number, comparisons: readonly Comparison[]): boolean =>
  comparisons.every((comparison) => isMet(comparison, value))
