import { unreachable } from '../../base/assert.ts'
import { type Field, findField, type Trust } from '../../model/fields.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import type { Leaf, Plan } from '../../sigma/plan/plan.ts'

/** One test of a rule, and what it does there. */
export interface Use {
  readonly leaf: Leaf
  /** Undefined for a keyword. */
  readonly field: Field | undefined
  readonly trust: Trust
  /** Whether the test holding speaks for a match; false: it excludes. */
  readonly speaksFor: boolean
  /** The tests that must hold with it, itself included, within the same negation. */
  readonly company: readonly Leaf[]
}

/** Every test of a plan with what it does there. */
export const usesOf = (plan: Plan): readonly Use[] => walk(plan, true, [])

const walk = (plan: Plan, speaksFor: boolean, company: readonly Leaf[]): readonly Use[] => {
  switch (plan.kind) {
    case 'leaf':
      return [toUse(plan, speaksFor, company)]
    case 'not':
      return walk(plan.of, !speaksFor, [])
    case 'some-element':
      return walk(plan.of, speaksFor, company)
    case 'or':
      return plan.of.flatMap((part) => walk(part, speaksFor, company))
    case 'and': {
      const together = [...company, ...plan.of.flatMap(testsOf)]
      return plan.of.flatMap((part) => walk(part, speaksFor, together))
    }
    default:
      return unreachable(plan)
  }
}

/** Tests that hold when the part does: those of a negation do not, and of alternatives any may. */
const testsOf = (part: Plan): readonly Leaf[] => {
  if (part.kind === 'leaf') return [part]
  if (part.kind === 'some-element') return testsOf(part.of)
  return part.kind === 'or' && sameField(part.of) ? leaves(part) : []
}

/** Whether the alternatives are several values of one field. */
const sameField = (parts: readonly Plan[]): boolean =>
  parts.every((part) => part.kind === 'leaf') &&
  new Set(parts.flatMap(leaves).map(({ field }) => field)).size === 1

const toUse = (leaf: Leaf, speaksFor: boolean, company: readonly Leaf[]): Use => {
  const field = findField(leaf.field)?.field
  return { leaf, field, trust: field?.trust ?? 'anyone', speaksFor, company }
}
