import { LIMIT } from '../../base/limit.ts'
import type { PolicyEvaluator } from './policy-evaluator.ts'
import { firstRule } from './policy-index.ts'
import type { PolicyTarget, PolicyTargets } from './policy-targets.ts'
import type { RequestColumns } from './request-columns.ts'
import type { RuleSet } from './rule-set.ts'

/** What a policy would make of many requests: by rule, and last of those that no rule matches. */
export interface RuleTotals {
  readonly events: Float64Array
  readonly bytes: Float64Array
}

/**
 * Counts the rows, and their bytes, that each rule of a policy decides. What a value means for the
 * rules is looked up once for each different value, and of a row only bits are compared.
 */
export const simulateColumns = (
  evaluator: PolicyEvaluator,
  columns: RequestColumns,
): RuleTotals => {
  const { users, groups, namespaces } = evaluator.index
  const { user, groups: memberships, namespace, name, bytes, length } = columns
  const byUser = user.values.map((one) => users.with(one))
  const byGroup = memberships.values.map((one) => groups.withAnyKept(one))
  const byNamespace = namespace.values.map((one) => namespaces.with(one))
  const anyNamespace = byNamespace[0] ?? NO_RULE
  const targetOf = targetReader(evaluator.index.targets, columns)
  const rules = evaluator.policy.rules.length
  const totals = { events: new Float64Array(rules + 1), bytes: new Float64Array(rules + 1) }
  for (let row = 0; row < length; row++) {
    const found = firstRule(
      targetOf(row),
      name.values[name.codes[row] ?? 0],
      byUser[user.codes[row] ?? 0] ?? NO_RULE,
      byGroup[memberships.codes[row] ?? 0] ?? NO_RULE,
      byNamespace[namespace.codes[row] ?? 0] ?? anyNamespace,
    )
    const rule = found < 0 ? rules : found
    totals.events[rule] = (totals.events[rule] ?? 0) + 1
    totals.bytes[rule] = (totals.bytes[rule] ?? 0) + (bytes[row] ?? 0)
  }
  return totals
}

const NO_RULE: RuleSet = new Int32Array(0)

/** The target of a row. Those of the last kinds are kept, however many different ones come. */
const targetReader = (
  targets: PolicyTargets,
  { verb, apiGroup, resource, subresource, path }: RequestColumns,
): ((row: number) => PolicyTarget) => {
  const objects = new KeptTargets()
  const paths = new KeptTargets()
  return (row) => {
    const byVerb = verb.codes[row] ?? 0
    const byResource = resource.codes[row] ?? 0
    const asked = verb.values[byVerb] ?? ''
    const kind = resource.values[byResource]
    if (kind === undefined) {
      const byPath = path.codes[row] ?? 0
      const key = byPath * verb.values.length + byVerb
      return paths.of(key) ?? paths.keep(key, targets.ofPath(asked, path.values[byPath] ?? ''))
    }
    const byGroup = apiGroup.codes[row] ?? 0
    const bySubresource = subresource.codes[row] ?? 0
    const byKind =
      (byResource * apiGroup.values.length + byGroup) * subresource.values.length + bySubresource
    const key = byKind * verb.values.length + byVerb
    const known = objects.of(key)
    if (known !== undefined) return known
    const group = apiGroup.values[byGroup] ?? ''
    const part = subresource.values[bySubresource] ?? ''
    const about = { group, resource: kind, subresource: part }
    return objects.keep(key, targets.ofObject(asked, about))
  }
}

/** Targets by a number that stands for what they are the targets of. */
class KeptTargets {
  readonly #known = new Map<number, PolicyTarget>()

  of(key: number): PolicyTarget | undefined {
    return this.#known.get(key)
  }

  keep(key: number, target: PolicyTarget): PolicyTarget {
    if (this.#known.size >= LIMIT.policyTargetsMax) this.#known.clear()
    this.#known.set(key, target)
    return target
  }
}
