import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { evaluate } from './evaluate.ts'
import { loadPolicy } from './load/load-policy.ts'
import { type AuditPolicy, type PolicyRequest, type PolicyRule, policyRule } from './policy.ts'
import { changeOf, requestsThatDiffer } from './policy-diff.ts'
import { compilePolicy } from './policy-evaluator.ts'
import { isPossible } from './possible-request.ts'
import { Effort } from './region/effort.ts'
import { smallPolicies, smallRequests } from './testing/small-world.ts'
import { hasAllAnswers, requestOf, upstreamAnswers } from './testing/upstream-answers.ts'

const policyOf = (rules: readonly PolicyRule[]): AuditPolicy => ({
  rules,
  omitStages: [],
  omitManagedFields: false,
})

/** A policy, and one made of it by a small change; or another one. */
const twoPolicies: fc.Arbitrary<readonly [AuditPolicy, AuditPolicy]> = fc
  .tuple(smallPolicies(4), smallPolicies(4), fc.nat(5), fc.nat(10))
  .map(([one, other, how, at]) => {
    const [index, inserted] = [at % one.rules.length, other.rules.slice(0, 1)]
    const { rules } = one
    const changed: readonly (readonly PolicyRule[])[] = [
      rules.toSpliced(index, 1),
      rules.toSpliced(index, 0, ...inserted),
      [...rules.slice(index), ...rules.slice(0, index)],
      rules.toReversed(),
      [...rules.slice(0, index), ...rules.slice(index).map((rule) => ({ ...rule }))],
      other.rules,
    ]
    return [one, how === 5 ? other : { ...one, rules: changed[how] ?? [] }] as const
  })

/** The rules that decide requests differently, by trying all. */
const pairsThatDiffer = (
  before: AuditPolicy,
  after: AuditPolicy,
  all: readonly PolicyRequest[],
): ReadonlySet<string> => {
  const [old, now] = [compilePolicy(before), compilePolicy(after)]
  const pairs = new Set<string>()
  const seen = new Map<number, string>()
  for (const request of all) {
    const [i, j] = [old.ruleFor(request), now.ruleFor(request)]
    const pair = seen.get(i * 100 + j) ?? `${i} ${j}`
    if (!seen.has(i * 100 + j)) {
      seen.set(i * 100 + j, pair)
      if (changeOf(old.decisionOf(i), now.decisionOf(j)) !== 'same') pairs.add(pair)
    }
  }
  return pairs
}

describe('what two policies log differently', () => {
  it.each(['existing', 'any'] as const)('is found if and only if it is: %s', (breadth) => {
    const all = smallRequests(breadth)
    const counts = { same: 0, different: 0 }
    fc.assert(
      fc.property(twoPolicies, ([before, after]) => {
        const { differences, remote, untold } = requestsThatDiffer(before, after)
        expect(untold).toBe(0)
        const found = breadth === 'any' && remote ? [...differences, remote] : differences
        for (const one of found) {
          expect(evaluate(before, one.request)).toEqual(one.before)
          expect(evaluate(after, one.request)).toEqual(one.after)
          expect(changeOf(one.before, one.after)).not.toBe('same')
        }
        counts[found.length === 0 ? 'same' : 'different']++
        const pairs = pairsThatDiffer(before, after, all)
        if (breadth === 'any') expect(found.length > 0).toBe(pairs.size > 0)
        else
          expect(new Set(found.map((one) => `${one.before.rule} ${one.after.rule}`))).toEqual(pairs)
      }),
      { numRuns: breadth === 'any' ? 25 : 100, seed: 6 },
    )
    expect(counts.same).toBeGreaterThan(5)
    expect(counts.different).toBeGreaterThan(5)
  })

  it('is nothing when only what is never logged differs', () => {
    const none = policyRule('None', { omitStages: ['Panic'] })
    const before = policyOf([policyRule('None')])
    expect(requestsThatDiffer(before, policyOf([none])).differences).toEqual([])
    const fields = policyOf([policyRule('Metadata', { omitManagedFields: true })])
    expect(requestsThatDiffer(fields, policyOf([policyRule('Metadata')])).differences).toEqual([])
  })

  it('is remote when it is about odd requests alone', () => {
    const after = policyOf([policyRule('Metadata')])
    for (const dead of [{ verbs: ['*'] }, { users: ['system:*'] }, { namespaces: ['kube-*'] }]) {
      const found = requestsThatDiffer(policyOf([policyRule('None', dead), ...after.rules]), after)
      expect(found.differences).toEqual([])
      expect(found.remote).toBeDefined()
    }
  })

  it('is told apart as more, less or both', () => {
    const decision = { level: 'Request', omitStages: [], omitManagedFields: true, rule: 0 } as const
    const less = { ...decision, level: 'Metadata' } as const
    const mixed = { ...less, omitManagedFields: false, omitStages: ['Panic'] } as const
    expect(changeOf(decision, less)).toBe('less')
    expect(changeOf(less, decision)).toBe('more')
    expect(changeOf(mixed, { ...decision, omitStages: ['RequestReceived'] })).toBe('mixed')
  })
})

describe.each([
  ['an excerpt', 'excerpt', false],
  ['all of them (needs ../shared/corpus)', 'all', !hasAllAnswers()],
] as const)('on the policies and requests of upstream: %s', (_title, which, skip) => {
  it.skipIf(skip)('a difference is found where requests are logged otherwise', () => {
    const answers = upstreamAnswers(which)
    const requests = answers.flatMap((one) => one.requests.map(requestOf))
    expect(requests.filter((request) => !isPossible(request, 'any'))).toEqual([])
    const usual = requests.filter((request) => isPossible(request, 'existing'))
    const given = answers.map(({ policy }) => loadPolicy(Buffer.from(policy), 'policy').policy)
    const policies = given.filter((policy) => policy !== undefined)
    expect(policies).toHaveLength(answers.length)
    let differing = 0
    for (const [index, before] of policies.entries()) {
      const gone = index % before.rules.length
      const others = [policies[index - 1], { ...before, rules: before.rules.toSpliced(gone, 1) }]
      for (const after of others) {
        if (after === undefined) continue
        const { differences, remote, untold } = requestsThatDiffer(before, after)
        expect(untold).toBe(0)
        const pairs = new Set(differences.map((one) => `${one.before.rule} ${one.after.rule}`))
        const missed = [...pairsThatDiffer(before, after, usual)].filter((pair) => !pairs.has(pair))
        expect(missed).toEqual([])
        if (pairsThatDiffer(before, after, requests).size === 0) continue
        differing += 1
        expect(differences.length > 0 || remote !== undefined).toBe(true)
      }
    }
    expect(differing).toBeGreaterThan(answers.length)
  })
})

describe('the search for differences', () => {
  const rules = (count: number, level: 'None' | 'Metadata'): readonly PolicyRule[] =>
    Array.from({ length: count }, (_, index) =>
      policyRule(level, {
        users: [`u${index % 50}`],
        verbs: ['get', 'list'],
        resources: [{ group: '', resources: [`r${index}`, 'pods/*'], resourceNames: [] }],
      }),
    )

  it('LIMIT.policyDiffSteps: what it could not tell is counted', () => {
    const [before, after] = [policyOf(rules(80, 'None')), policyOf(rules(80, 'Metadata'))]
    const whole = requestsThatDiffer(before, after, new Effort(LIMIT.policyDiffSteps))
    expect(whole.untold).toBe(0)
    expect(whole.differences.length).toBeGreaterThanOrEqual(80)
    const ended = requestsThatDiffer(before, after, new Effort(2_000))
    expect(ended.untold).toBeGreaterThan(0)
  })

  it('of equal policies of 2,000 rules is short', () => {
    const policy = policyOf(rules(2_000, 'None'))
    const again = policyOf(rules(2_000, 'None'))
    expect(requestsThatDiffer(policy, again)).toEqual({
      ...{ differences: [], untold: 0, remote: undefined },
    })
  })
})
