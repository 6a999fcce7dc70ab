import type { Issue } from '../../base/issue.ts'
import { leaves } from '../plan/leaves.ts'
import type { Leaf } from '../plan/plan.ts'
import type { Schema } from '../schema.ts'
import { lintPlan } from './plan-lints.ts'
import { slowParts } from './regex-shape.ts'
import type { PlannedRule } from './rule-pairs.ts'

/** What is odd about one rule, whatever its fields mean. */
export const lintPlanned = ({ sigma, plan }: PlannedRule, schema: Schema): readonly Issue[] => [
  ...lintPlan(plan, schema, sigma.detection.place),
  ...leaves(plan).flatMap(lintRegex),
]

const lintRegex = ({ field, test, place }: Leaf): readonly Issue[] =>
  test.kind !== 'regex'
    ? []
    : slowParts(test.source).map((why) => {
        return { code: 'lint/slow-regex', message: `the expression of ${field}: ${why}`, at: place }
      })
