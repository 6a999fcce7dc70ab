import type { Issue } from '../../base/issue.ts'
import type { RuleLevel } from '../parse/head.ts'
import type { SigmaRule } from '../parse/rule.ts'
import { type Needs, necessary } from '../plan/necessary.ts'
import type { Plan } from '../plan/plan.ts'
import type { Schema } from '../schema.ts'
import { planKey } from './plan-key.ts'
import { type Effort, effortForRule, mayHold } from './satisfy.ts'

/** A rule that could be planned. */
export interface PlannedRule {
  readonly sigma: SigmaRule
  readonly plan: Plan
}

/**
 * Rules that find nothing which another does not find. The later of two equal ones is named; only
 * those that `isAsked` says are looked at.
 */
export const lintPairs = (
  rules: readonly PlannedRule[],
  schema: Schema,
  isAsked: (rule: PlannedRule) => boolean,
): readonly Issue[] => {
  const compared = rules.map(({ sigma, plan }): Compared => {
    return { sigma, plan, key: planKey(plan), needs: necessary(plan) }
  })
  return compared.flatMap((rule, at): readonly Issue[] => {
    if (!isAsked(rule)) return []
    const same = compared.slice(0, at).find(({ key }) => key === rule.key)
    if (same !== undefined) {
      return [issue('lint/same-rule', rule.sigma, `asks exactly what ${nameOf(same.sigma)} asks`)]
    }
    const effort = effortForRule()
    // Of a rule that can never match more is not worth saying.
    if (!mayHold([{ plan: rule.plan, wanted: true }], schema, effort)) return []
    const wider = compared.find(
      (other) =>
        isOther(other, rule) && isNoLess(other, rule) && covers(other, rule, schema, effort),
    )
    if (wider === undefined) return []
    const message = `finds nothing that ${nameOf(wider.sigma)} does not find, at level ${wider.sigma.level}`
    return [issue('lint/shadowed-rule', rule.sigma, message)]
  })
}

interface Compared extends PlannedRule {
  readonly key: string
  readonly needs: Needs
}

const LEVELS: readonly RuleLevel[] = ['informational', 'low', 'medium', 'high', 'critical']

const isOther = (a: Compared, b: Compared): boolean => a.key !== b.key

const isNoLess = (a: PlannedRule, b: PlannedRule): boolean =>
  LEVELS.indexOf(a.sigma.level) >= LEVELS.indexOf(b.sigma.level)

/** Whether every match of the narrow plan is one of the wide plan. */
const covers = (wide: Compared, narrow: Compared, schema: Schema, effort: Effort): boolean => {
  // What the wide one needs, the narrow one must need too: this leaves few pairs to look into.
  for (const [field, texts] of wide.needs) {
    const asked = narrow.needs.get(field)
    if (asked === undefined || ![...asked].every((text) => texts.has(text))) return false
  }
  const goals = [
    { plan: narrow.plan, wanted: true },
    { plan: wide.plan, wanted: false, orUnknown: true },
  ]
  return !mayHold(goals, schema, effort)
}

const nameOf = ({ title, place }: SigmaRule): string =>
  `"${title}"${place.file === undefined ? '' : ` (${place.file})`}`

const issue = (code: string, { place }: SigmaRule, message: string): Issue => {
  return { code, message, at: place }
}
