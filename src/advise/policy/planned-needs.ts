import type { RuleSet } from '../../detect/compile.ts'
import type { AuditPolicy } from '../../kubernetes/audit-policy/policy.ts'
import type { Testable } from '../rule-cases.ts'
import { PolicySight, type RuleSight } from './policy-sight.ts'
import { plansOf } from './rule-plans.ts'

/** What rules need by their plans: for those that no case speaks for. */
export class PlannedNeeds {
  readonly #rules: readonly Testable[]
  readonly #set: RuleSet

  constructor(rules: readonly Testable[], set: RuleSet) {
    this.#rules = rules
    this.#set = set
  }

  /** Whether each rule sees as much under a policy as under another one. */
  isMet(policy: AuditPolicy, other: AuditPolicy): boolean {
    return this.lostBy(policy, other).length === 0
  }

  /** The rules that see less under a policy than under another one. */
  lostBy(policy: AuditPolicy, other: AuditPolicy): readonly Testable[] {
    return this.#rules.filter((rule) => {
      const plans = plansOf(rule, this.#set)
      const [now, before] = [new PolicySight(policy, plans), new PolicySight(other, plans)]
      return plans.some((plan) => hiddenOf(now.look(plan)) > hiddenOf(before.look(plan)))
    })
  }
}

/** How much is hidden: what is seen in part counts half. */
const hiddenOf = ({ requests }: RuleSight): number =>
  requests.reduce((sum, { targets, byActor }) => {
    const hidden = byActor.map(({ sight }) => (sight === 'none' ? 2 : sight === 'some' ? 1 : 0))
    return sum + targets.length * hidden.reduce<number>((all, one) => all + one, 0)
  }, 0)
