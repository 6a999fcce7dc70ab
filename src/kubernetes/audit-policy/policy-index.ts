import type { AuditPolicy, PolicyRule } from './policy.ts'
import { type Names, type PolicyTarget, PolicyTargets } from './policy-targets.ts'
import { ListedRules, type RuleSet } from './rule-set.ts'

/** The rules of a policy by what they ask of a request. */
export interface PolicyIndex {
  readonly targets: PolicyTargets
  readonly users: ListedRules
  readonly groups: ListedRules
  readonly namespaces: ListedRules
}

/** Makes the index of a policy. */
export const indexPolicy = ({ rules }: AuditPolicy): PolicyIndex => {
  const listing = (listed: (rule: PolicyRule) => readonly string[]): ListedRules =>
    new ListedRules(rules.map(listed))
  return {
    targets: new PolicyTargets(rules),
    users: listing((rule) => rule.users),
    groups: listing((rule) => rule.userGroups),
    namespaces: listing((rule) => rule.namespaces),
  }
}

/**
 * The first rule of a target that is in all the sets, and covers objects of this name; -1: none.
 */
export const firstRule = (
  { rules, names }: PolicyTarget,
  name: string | undefined,
  byUser: RuleSet,
  byGroup: RuleSet,
  byNamespace: RuleSet,
): number => {
  for (let word = 0; word < rules.length; word++) {
    let left = at(rules, word) & at(byUser, word) & at(byGroup, word) & at(byNamespace, word)
    for (; left !== 0; left &= left - 1) {
      const rule = word * 32 + 31 - Math.clz32(left & -left)
      if (names === undefined || isNamed(names.get(rule), name)) return rule
    }
  }
  return -1
}

const at = (set: RuleSet, word: number): number => set[word] ?? 0

/** Whether a rule that lists these names, if any, covers an object of this one. */
const isNamed = (names: Names | undefined, name: string = ''): boolean =>
  names === undefined || names.some((listed) => listed.has(name))
