import { unreachable } from '../../base/assert.ts'
import type { Leaf, Plan } from './plan.ts'

/**
 * The parts in the order in which to ask them, so that a cheap one can spare a dear one. The order
 * of the parts of an `and` or `or` does not change its truth.
 */
export const cheapestFirst = (parts: readonly Plan[]): readonly Plan[] => {
  const costs = new Map(parts.map((part) => [part, costOf(part)]))
  return [...parts].sort((a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0))
}

const costOf = (plan: Plan): number => {
  switch (plan.kind) {
    case 'leaf':
      return readCost(plan) + TEST_COST[plan.test.kind]
    case 'not':
      return costOf(plan.of)
    case 'and':
    case 'or':
      return plan.of.reduce((sum, part) => sum + costOf(part), 0)
    case 'some-element':
      return ELEMENTS_COST + costOf(plan.of)
    default:
      return unreachable(plan)
  }
}

/** Elements and fields without a column are dug out of a body, keywords out of all of it. */
const ELEMENTS_COST = 50
const COLUMNLESS_COST = 50
const KEYWORD_COST = 1_000

/** Roughly what a test takes, in units of comparing two short texts. */
const TEST_COST: Readonly<Record<Leaf['test']['kind'], number>> = {
  equals: 1,
  exists: 1,
  null: 1,
  number: 1,
  boolean: 1,
  startswith: 2,
  endswith: 2,
  contains: 3,
  'time-part': 3,
  network: 4,
  like: 5,
  same: 6,
  regex: 20,
}

const readCost = ({ field, column, group }: Leaf): number => {
  if (field === '') return KEYWORD_COST
  return column === undefined && group === undefined ? COLUMNLESS_COST : 0
}
