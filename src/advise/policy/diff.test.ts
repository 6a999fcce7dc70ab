import { describe, expect, it } from 'vitest'
import {
  type AuditPolicy,
  type PolicyRule,
  policyRule,
} from '../../kubernetes/audit-policy/policy.ts'
import type { RuleRef } from '../../model/finding.ts'
import type { CoverageState, PolicyCoverage } from './coverage.ts'
import { coverageChanges, diffPolicies } from './diff.ts'

const policyOf = (...rules: readonly PolicyRule[]): AuditPolicy => ({
  rules,
  omitStages: [],
  omitManagedFields: false,
})

const about = (group: string, resource: string): Pick<PolicyRule, 'resources'> => ({
  resources: [{ group, resources: [resource], resourceNames: [] }],
})

describe('what a new policy logs otherwise', () => {
  it('begins with what is logged less, and of that what loses most', () => {
    const before = policyOf(
      policyRule('None', about('', 'events')),
      policyRule('Request', about('', 'configmaps')),
      policyRule('RequestResponse', about('', 'secrets')),
      policyRule('Metadata'),
    )
    const after = policyOf(
      policyRule('Metadata', about('', 'configmaps')),
      policyRule('None', about('', 'secrets')),
      policyRule('Metadata'),
    )
    const { classes } = diffPolicies(before, after)
    expect(classes.map(({ change, scope }) => [change, scope.objects[0]?.resource])).toEqual([
      ['less', 'secrets'],
      ['less', 'configmaps'],
      ['more', 'events'],
    ])
  })

  it('ends with what is never answered', () => {
    const before = policyOf(policyRule('None', about('', 'secrets/log')), policyRule('Metadata'))
    const other = policyRule('None', about('', 'pods/log'))
    const { classes } = diffPolicies(before, policyOf(policyRule('Metadata')))
    expect(classes.map(({ isAnswered }) => isAnswered)).toEqual([false])
    const both = diffPolicies(policyOf(other, ...before.rules), policyOf(policyRule('Metadata')))
    expect(both.classes.map(({ isAnswered }) => isAnswered)).toEqual([true, false])
  })

  it('says when it is about failed authentications alone', () => {
    const known = { userGroups: ['system:authenticated', 'system:unauthenticated'] }
    const before = policyOf(policyRule('Metadata', known))
    const { classes } = diffPolicies(before, policyOf(policyRule('Metadata')))
    expect(classes).toHaveLength(1)
    expect(classes[0]).toMatchObject({
      ...{ change: 'more', request: { user: undefined }, scope: { isUnauthenticated: true } },
    })
  })
})

describe('what detections see', () => {
  const coverage = (states: Readonly<Record<string, CoverageState>>): PolicyCoverage => ({
    rules: Object.entries(states).map(([id, state]) => ({
      rule: { id, title: id, level: 'high', techniques: [] } as unknown as RuleRef,
      ...{ state, losses: [], cases: [], doubt: null },
    })),
    techniques: [],
    leftOut: 0,
  })

  it('is less, the worst first, or more', () => {
    const before = coverage({ a: 'active', b: 'active', c: 'blind', d: 'degraded', e: 'active' })
    const after = coverage({ a: 'degraded', b: 'blind', c: 'unproven', d: 'active', e: 'active' })
    const { lost, gained } = coverageChanges(before, after)
    expect(lost.map(({ rule }) => rule.id)).toEqual(['b', 'a'])
    expect(gained.map(({ rule }) => rule.id)).toEqual(['c', 'd'])
  })
})
