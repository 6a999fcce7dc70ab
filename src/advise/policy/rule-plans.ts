import type { RuleSet } from '../../detect/compile.ts'
import type { Plan } from '../../sigma/plan/plan.ts'
import { isAboutSource, isCorrelation, type Testable } from '../rule-cases.ts'

/** The plans of the rules that judge events for a rule. */
export const plansOf = (rule: Testable, set: RuleSet): readonly Plan[] => {
  if (isAboutSource(rule)) return []
  if (!isCorrelation(rule)) return [rule.plan]
  return rule.plan.slots.flatMap((slot) => {
    const below = [...set.rules, ...set.correlations].find(({ ref }) => ref.id === slot.rule)
    return below === undefined ? [] : plansOf(below, set)
  })
}
