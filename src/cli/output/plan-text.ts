import { unreachable } from '../../base/assert.ts'
import { explainPlan } from '../../sigma/emit/explain.ts'
import type { Access } from '../../sigma/emit/predicate.ts'
import type { Leaf, Plan } from '../../sigma/plan/plan.ts'

/** A plan as a tree of lines, as `rule show` prints it. */
export const planLines = (plan: Plan): readonly string[] => {
  switch (plan.kind) {
    case 'leaf':
      return [leafText(plan)]
    case 'not':
      return ['not', ...branch([planLines(plan.of)])]
    case 'some-element':
      return [`one of ${plan.group}[], for which`, ...branch([planLines(plan.of)])]
    case 'and':
    case 'or': {
      const word = plan.kind === 'and' ? 'all of' : 'any of'
      return [word, ...branch(plan.of.map(planLines))]
    }
    default:
      return unreachable(plan)
  }
}

/** `field test needed`, such as `outcome equals dry-run`. */
export const leafText = (leaf: Leaf): string => {
  const outcome = explainPlan(leaf, NOTHING, undefined).leaves[0]
  const cased = 'cased' in leaf.test && leaf.test.cased ? ' (cased)' : ''
  return `${leaf.field || 'any text'} ${outcome?.test ?? ''} ${outcome?.needed ?? ''}${cased}`
}

/** A row in which nothing is: what a leaf needs is in the explanation all the same. */
const NOTHING: Access<undefined> = {
  value: () => () => undefined,
  elements: () => () => undefined,
  elementValue: () => () => undefined,
  texts: () => () => ({ texts: [], hidden: false }),
}

function branch(parts: readonly (readonly string[])[]): readonly string[] {
  return parts.flatMap((lines, i) => {
    const last = i === parts.length - 1
    return lines.map((line, at) =>
      at === 0 ? `${last ? '└─' : '├─'} ${line}` : `${last ? '  ' : '│ '} ${line}`,
    )
  })
}
