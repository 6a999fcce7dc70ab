import type { CorrelationPlan } from './correlation.ts'

/** The fields that a correlation itself reads in the events of its rules. */
export const correlationFields = ({ slots }: CorrelationPlan): readonly string[] => [
  ...new Set(slots.flatMap(({ groupBy, fields }) => [...groupBy, ...fields])),
]
