import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../kubernetes/audit-policy/evaluate.ts'
import { loadPolicy } from '../../../kubernetes/audit-policy/load/load-policy.ts'
import { toYaml } from '../../../kubernetes/audit-policy/load/to-yaml.ts'
import { type AuditPolicy, POLICY_LEVELS } from '../../../kubernetes/audit-policy/policy.ts'
import { isPossible } from '../../../kubernetes/audit-policy/possible-request.ts'
import { policies, requests } from '../../../kubernetes/audit-policy/testing/random-policy.ts'
import { policyLints } from './issues.ts'
import { lintsToMend } from './lint-policy.ts'
import { mendPolicy } from './mend-policy.ts'
import { editedPolicy } from './policy-edit.ts'
import { lintText, wholePolicy } from './testing/policy-cases.ts'

const mended = (rules: string, ...names: string[]) => {
  const { loaded, text } = lintText(wholePolicy(rules))
  const { text: after, left } = mendPolicy(
    loaded,
    text,
    names.map((name) => `policy-lint/${name}`),
  )
  return { policy: lintText(after).loaded.policy, left }
}
const levels = (policy: AuditPolicy | undefined) => policy?.rules.map(({ level }) => level)

const SECRETS = '  resources: [{group: "", resources: [secrets]}]\n'

describe('mends, one after the other', () => {
  const dropped = 'rules:\n- level: None\n  nonResourceURL: ["/healthz*"]\n- level: Metadata\n'

  it('begin with dropped fields, in whatever order they are asked for', () => {
    const asked = ['early-catch-all', 'logs-nothing', 'dropped-field']
    const { policy, left } = mended(dropped, ...asked)
    expect(policy?.rules[0]).toMatchObject({ level: 'None', nonResourceURLs: ['/healthz*'] })
    expect([levels(policy), left]).toEqual([['None', 'Metadata'], []])
  })

  it('say what is left, and why', () => {
    const { policy, left } = mended(dropped, 'logs-nothing')
    expect(levels(policy)).toEqual(['None', 'Metadata'])
    expect(left.map(({ lint, why }) => [lint.code, why])).toEqual([
      ['policy-lint/logs-nothing', 'by-hand'],
    ])
  })

  it('take a rule out that would log less elsewhere', () => {
    const rules = `rules:\n- level: Metadata\n${SECRETS}- level: None\n  verbs: [get]\n${SECRETS}- level: Metadata\n`
    expect(levels(mended(rules, 'dead-rule').policy)).toEqual(['Metadata', 'Metadata'])
  })

  it('take a rule out that would write Secrets elsewhere', () => {
    const narrow = '- level: Metadata\n  namespaces: [a]\n- level: Metadata\n  namespaces: [b]\n'
    const rules = `rules:\n- level: Metadata\n${SECRETS}${narrow}- level: Request\n  namespaces: [a, b]\n- level: Metadata\n`
    const { policy } = mended(rules, 'dead-rule')
    expect(levels(policy)).toEqual(['Metadata', 'Metadata', 'Metadata', 'Metadata'])
  })
})

describe('a mend that is shown', () => {
  const REACH = /dead-|idle-|logs-nothing|no-catch-all|matches-nothing|hardly/

  it('brings no error, and lets nothing be logged less where a rule is out of reach', () => {
    let shown = 0
    const property = fc.property(
      policies(5),
      fc.array(requests, { minLength: 40 }),
      (any, some) => {
        const text = toYaml(any)
        const loaded = loadPolicy(new TextEncoder().encode(text), 'policy.yaml')
        if (loaded.policy === undefined) return
        const { told, check } = lintsToMend(loaded, text)
        for (const one of told) {
          const { mend } = check.checked(one)
          if (mend === null) continue
          shown += 1
          const after = editedPolicy(loaded.policy, mend.edit)
          expect(newErrors(loaded.policy, after), one.code).toEqual([])
          if (!REACH.test(one.code)) continue
          for (const request of some.filter((each) => isPossible(each, 'existing'))) {
            const [old, now] = [evaluate(loaded.policy, request), evaluate(after, request)]
            const change = POLICY_LEVELS.indexOf(now.level) - POLICY_LEVELS.indexOf(old.level)
            expect(change, one.code).toBeGreaterThanOrEqual(0)
          }
        }
      },
    )
    fc.assert(property, { seed: 7, numRuns: 15 })
    expect(shown).toBeGreaterThan(20)
  })
})

/** Errors that are told of the one and neither told nor implied of the other. */
const newErrors = (before: AuditPolicy, after: AuditPolicy): readonly string[] => {
  const [old, now] = [before, after].map((policy) => {
    const text = toYaml(policy)
    const loaded = loadPolicy(new TextEncoder().encode(text), 'policy.yaml')
    return lintsToMend(loaded, text).told.map(({ code }) => code)
  })
  const isNew = (code: string): boolean =>
    policyLints[code]?.grade === 'error' && !old?.includes(code) && !CONSEQUENCES.test(code)
  return now?.filter(isNew) ?? []
}

/** Not told where something else is that they follow from. */
const CONSEQUENCES = /-bodies$|none-for-|matches-nothing|outcome-hidden|early-catch-all/
