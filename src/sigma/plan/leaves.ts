import { unreachable } from '../../base/assert.ts'
import type { Leaf, Plan } from './plan.ts'

/** Every test of a plan, in source order. */
export const leaves = (plan: Plan): readonly Leaf[] => {
  switch (plan.kind) {
    case 'leaf':
      return [plan]
    case 'not':
    case 'some-element':
      return leaves(plan.of)
    case 'and':
    case 'or':
      return plan.of.flatMap(leaves)
    default:
      return unreachable(plan)
  }
}
