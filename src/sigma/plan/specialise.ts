import { unreachable } from '../../base/assert.ts'
import type { Leaf, Plan } from './plan.ts'

/**
 * A plan for rows of which some tests are known beforehand: `answer` says whether they hold, and
 * undefined for the others. What remains means the same for all such rows; nothing may remain, and
 * then it is the answer.
 */
export const specialise = (
  plan: Plan,
  answer: (leaf: Leaf) => boolean | undefined,
): Plan | boolean => {
  switch (plan.kind) {
    case 'leaf':
      return answer(plan) ?? plan
    case 'some-element':
      return plan
    case 'not': {
      const part = specialise(plan.of, answer)
      return typeof part === 'boolean' ? !part : { kind: 'not', of: part }
    }
    case 'and':
    case 'or': {
      const parts = plan.of.map((part) => specialise(part, answer))
      return joined(plan.kind, parts)
    }
    default:
      return unreachable(plan)
  }
}

/** The whole of parts: a known one may decide it; those that do not add nothing. */
export const joined = (kind: 'and' | 'or', parts: readonly (Plan | boolean)[]): Plan | boolean => {
  const decides = kind === 'or'
  if (parts.includes(decides)) return decides
  const open = parts.filter((part) => typeof part !== 'boolean')
  const [only] = open
  if (only === undefined) return !decides
  return open.length === 1 ? only : { kind, of: open }
}
