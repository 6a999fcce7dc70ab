import { auditSchema } from '../../detect/schema.ts'
import type { Leaf, Plan, TextTest } from '../../sigma/plan/plan.ts'

/**
 * The same plan with `request.resource` said by the two fields that it is made of, so that it can
 * be compared with tests of those. Patterns and expressions stay as they are.
 */
export const resolvedPlan = (plan: Plan): Plan => {
  switch (plan.kind) {
    case 'leaf':
      return plan.field === 'request.resource' && plan.test.kind === 'equals'
        ? eitherOf(plan.test.texts.map((text) => resolved(plan, text)))
        : plan
    case 'not':
      return { kind: 'not', of: resolvedPlan(plan.of) }
    case 'some-element':
      return plan
    case 'and':
    case 'or': {
      // Parts of the same kind are one level, as in plans of rules.
      const of = plan.of.map(resolvedPlan)
      return { kind: plan.kind, of: of.flatMap((one) => (one.kind === plan.kind ? one.of : [one])) }
    }
  }
}

const eitherOf = (of: readonly Plan[]): Plan => {
  const [only] = of
  return only !== undefined && of.length === 1 ? only : { kind: 'or', of }
}

/** `pods/exec` is the resource pods with the subresource exec, `pods` is pods without any. */
const resolved = (leaf: Leaf, text: string): Plan => {
  const slash = text.indexOf('/')
  const name = slash < 0 ? text : text.slice(0, slash)
  const rest: Plan =
    slash < 0
      ? {
          kind: 'or',
          of: [
            { ...fieldOf(leaf, 'objectRef.subresource'), test: { kind: 'exists', value: false } },
            equal(leaf, 'objectRef.subresource', ''),
          ],
        }
      : equal(leaf, 'objectRef.subresource', text.slice(slash + 1))
  return { kind: 'and', of: [equal(leaf, 'objectRef.resource', name), rest] }
}

const equal = (leaf: Leaf, field: string, text: string): Leaf => {
  const cased = (leaf.test as TextTest).cased // Only leaves that compare text come here.
  return { ...fieldOf(leaf, field), test: { kind: 'equals', texts: [text], cased } }
}

const fieldOf = (leaf: Leaf, field: string): Leaf => ({
  ...leaf,
  field,
  column: auditSchema(field)?.column,
})
