import type { CorrelationPlan, SlotExpression } from '../plan/correlation.ts'

/**
 * Whether another hit can make a correlation that holds not hold. Such a one is certain only where
 * no hit is missing; any other that holds on some hits holds on all.
 */
export const canLessen = ({ type, comparisons, expression }: CorrelationPlan): boolean => {
  switch (type) {
    case 'event_count':
    case 'value_count':
      return comparisons.some(({ operator }) => operator !== 'gt' && operator !== 'gte')
    case 'temporal':
      return expression !== undefined && hasNot(expression)
    case 'temporal_ordered':
      return false
    default:
      return true
  }
}

const hasNot = (expression: SlotExpression): boolean => {
  if (expression.kind === 'slot') return false
  return expression.kind === 'not' || expression.of.some(hasNot)
}
