import { unreachable } from '../../base/assert.ts'
import type { Plan, Test } from '../plan/plan.ts'

/**
 * A text that is the same for plans that ask the same: whatever the order of their parts, the names
 * of their selections and their places.
 */
export const planKey = (plan: Plan): string => {
  switch (plan.kind) {
    case 'leaf':
      return `${plan.field}|${testKey(plan.test)}`
    case 'not':
      return `not(${planKey(plan.of)})`
    case 'some-element':
      return `some ${plan.group}(${planKey(plan.of)})`
    case 'and':
    case 'or':
      return `${plan.kind}(${[...new Set(plan.of.map(planKey))].sort().join(',')})`
    default:
      return unreachable(plan)
  }
}

/** The same for one test. */
export const testKey = (test: Test): string => {
  const known = KEYS.get(test)
  if (known !== undefined) return known
  const key = keyOf(test)
  KEYS.set(test, key)
  return key
}

/** Tests are compared with many others. */
const KEYS = new WeakMap<Test, string>()

const keyOf = (test: Test): string => {
  if (test.kind === 'equals') {
    return `equals${test.cased ? ' cased' : ''}${JSON.stringify([...new Set(test.texts)].sort())}`
  }
  if (test.kind === 'network') {
    return `network ${[...test.network.address].join('.')}/${test.network.bits}`
  }
  return JSON.stringify(test)
}
