import type { PolicyCoverage, RuleCoverage } from '../../advise/policy/coverage.ts'
import type { LineOf } from './coverage-text.ts'
import { toRuleRecord } from './machine.ts'

/**
 * `policy coverage --format json`: `{policy, totals, rules, techniques, leftOut}`. `rule` of a loss
 * or a case is the policy's, from 0 with -1 for none, beside its `line`; null is whatever there is.
 */
export const coverageRecord = (
  file: string,
  { rules, techniques, leftOut }: PolicyCoverage,
  lineOf: LineOf,
): Record<string, unknown> => {
  const number = (state: string): number => rules.filter((rule) => rule.state === state).length
  return {
    policy: file,
    totals: {
      rules: rules.length,
      ...{ active: number('active'), degraded: number('degraded') },
      ...{ blind: number('blind'), unproven: number('unproven') },
    },
    rules: rules.map((rule) => ruleRecord(rule, lineOf)),
    techniques: techniques.map((one) => ({
      technique: one.technique,
      state: one.state,
      rules: one.rules.map(({ id }) => id),
    })),
    leftOut,
  }
}

const ruleRecord = (
  { rule, state, doubt, losses, cases }: RuleCoverage,
  lineOf: LineOf,
): Record<string, unknown> => ({
  ...toRuleRecord(rule),
  state,
  doubt,
  losses: losses.map(({ policyRule, level, omitStages, effect, fields, requests }) => ({
    ...{ rule: policyRule, line: lineOf(policyRule) ?? null, level, omitStages, effect },
    ...{ fields, requests },
  })),
  cases: {
    total: cases.length,
    match: cases.filter(({ got }) => got === 'match').length,
    lost: cases
      .filter(({ got }) => got !== 'match')
      .map(({ title, got, policyRule, at }) => ({
        ...{ title, got, rule: policyRule, line: lineOf(policyRule) ?? null, at },
      })),
  },
})
