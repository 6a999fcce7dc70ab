import type { CompiledCorrelation, RuleSet } from '../../detect/compile.ts'
import type { CorrelationType } from '../../sigma/parse/correlation.ts'
import type { CorrelationPlan, SlotExpression } from '../../sigma/plan/correlation.ts'

/** What a correlation joins and when it holds, as lines. */
export const correlationLines = (
  { plan }: CompiledCorrelation,
  set: RuleSet,
): readonly string[] => {
  const heads = [...set.rules, ...set.correlations].map(({ ref }) => ref)
  const titleOf = (id: string): string => heads.find((ref) => ref.id === id)?.title ?? id
  const slots = plan.slots.map((slot, at) => {
    const last = at === plan.slots.length - 1
    return `${last ? '└─' : '├─'} ${at + 1}. ${titleOf(slot.rule)} (${slot.rule})`
  })
  return [
    `${plan.type}: ${conditionText(plan)}`,
    `within ${durationText(plan.spanUs)}, ${groupText(plan)}, of the matches of`,
    ...slots,
  ]
}

const COUNTED: Readonly<Record<CorrelationType, string>> = {
  event_count: 'acts',
  value_count: 'different values',
  value_sum: 'the sum',
  value_avg: 'the average',
  value_percentile: 'the percentile',
  temporal: '',
  temporal_ordered: '',
}

const OPERATORS = { gt: '>', gte: '≥', lt: '<', lte: '≤', eq: '=', neq: '≠' } as const

const conditionText = (plan: CorrelationPlan): string => {
  const { expression, type } = plan
  if (type === 'temporal_ordered') return 'each of them, in this order'
  if (expression !== undefined) return expressionText(expression)
  const fields = [...new Set(plan.slots.flatMap((slot) => slot.fields))]
  const percentile = plan.percentile === undefined ? '' : ` ${plan.percentile}`
  const of = fields.length === 0 ? '' : ` of ${fields.join(' with ')}`
  const tests = plan.comparisons.map(({ operator, value }) => `${OPERATORS[operator]} ${value}`)
  return `${COUNTED[type]}${percentile}${of} ${tests.join(' and ')}`
}

const expressionText = (expression: SlotExpression): string => {
  switch (expression.kind) {
    case 'slot':
      return String(expression.slot + 1)
    case 'not':
      return `not ${expressionText(expression.of)}`
    case 'and':
    case 'or':
      return `(${expression.of.map(expressionText).join(` ${expression.kind} `)})`
  }
}

const groupText = ({ groupBy }: CorrelationPlan): string =>
  groupBy.length === 0 ? 'all together' : `for each ${groupBy.join(' with ')}`

const durationText = (us: number): string => {
  const seconds = us / 1_000_000
  const [length, unit] = UNITS.find(([length]) => seconds % length === 0) ?? [1, 's']
  return `${seconds / length} ${unit}`
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
]
