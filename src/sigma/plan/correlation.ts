import type { Comparison, CorrelationType } from '../parse/correlation.ts'

/** One of a correlation's rules, and what is read in its events. */
export interface CorrelationSlot {
  /** Id of the rule, or of the correlation where `chained`. */
  readonly rule: string
  readonly chained: boolean
  /**
   * For each `group-by` the field that holds it in this rule's events; of a chained correlation, in
   * the event that completed it.
   */
  readonly groupBy: readonly string[]
  /** The fields whose values are counted or summed; none for event_count and the temporal types. */
  readonly fields: readonly string[]
}

/** When a correlation holds; expressions name slots by their number. */
export type SlotExpression =
  | { readonly kind: 'and' | 'or'; readonly of: readonly SlotExpression[] }
  | { readonly kind: 'not'; readonly of: SlotExpression }
  | { readonly kind: 'slot'; readonly slot: number }

/**
 * A correlation with its references resolved: the one form that the window engine and the SQL
 * emitter read. See correlate/SPEC.md.
 */
export interface CorrelationPlan {
  readonly id: string
  readonly type: CorrelationType
  readonly spanUs: number
  /** As in `group-by`: what the parts of a group are called. */
  readonly groupBy: readonly string[]
  readonly slots: readonly CorrelationSlot[]
  /** Of the counting and value types. All must hold. Empty for the temporal types. */
  readonly comparisons: readonly Comparison[]
  /** 0 to 100, of value_percentile. */
  readonly percentile: number | undefined
  /** Of the temporal types; of temporal_ordered always all slots, in their order. */
  readonly expression: SlotExpression | undefined
}
