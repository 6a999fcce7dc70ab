import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { evaluate } from './evaluate.ts'
import { type AuditPolicy, type PolicyRequest, policyRule } from './policy.ts'
import { compilePolicy } from './policy-evaluator.ts'
import { policies, requests } from './testing/random-policy.ts'

/** One evaluator answers all requests of a policy: what it keeps must not change its answers. */
const sameAnswers = (policy: AuditPolicy, asked: readonly PolicyRequest[]): void => {
  const evaluator = compilePolicy(policy)
  for (const request of [...asked, ...asked]) {
    expect(evaluator.decide(request)).toEqual(evaluate(policy, request))
  }
}

describe('the indexed evaluator answers as the linear one', () => {
  it('for random policies and requests', () => {
    const many = fc.array(requests, { minLength: 30, maxLength: 30 })
    fc.assert(fc.property(policies(), many, sameAnswers), { numRuns: 500, seed: 6 })
  })

  it('for policies of more rules than a word has bits', () => {
    const many = fc.array(requests, { minLength: 40, maxLength: 40 })
    fc.assert(fc.property(policies(100), many, sameAnswers), { numRuns: 150, seed: 6 })
  })

  it('and random requests meet every rule of random policies now and then', () => {
    const decided = new Map<number, number>()
    for (const policy of fc.sample(policies(4), { numRuns: 300, seed: 1 })) {
      for (const request of fc.sample(requests, { numRuns: 20, seed: 2 })) {
        const { rule } = evaluate(policy, request)
        decided.set(rule, (decided.get(rule) ?? 0) + 1)
      }
    }
    for (const rule of [-1, 0, 1, 2, 3]) expect(decided.get(rule)).toBeGreaterThan(50)
  })
})

describe('what the evaluator keeps', () => {
  const podsOf = (resource: string): PolicyRequest => ({
    user: { name: 'alice', groups: [] },
    verb: 'get',
    resource: { group: '', resource, subresource: '', namespace: 'ci', name: 'web' },
    path: `/api/v1/namespaces/ci/${resource}/web`,
  })
  const rule = policyRule('Request', {
    resources: [{ group: '', resources: ['pods'], resourceNames: [] }],
  })
  const policy = { rules: [rule], omitStages: [], omitManagedFields: false }

  it('LIMIT.policyTargetsMax: kinds that do not exist neither grow it nor change answers', () => {
    const evaluator = compilePolicy(policy)
    const before = process.memoryUsage().heapUsed
    let wrong = 0
    for (let i = 0; i < 5 * LIMIT.policyTargetsMax; i++) {
      if (evaluator.ruleFor(podsOf(`none-${i}`)) !== -1) wrong++
      if (i % 1_000 === 0 && evaluator.ruleFor(podsOf('pods')) !== 0) wrong++
    }
    expect(wrong).toBe(0)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6)
  })

  it('and long texts are answered without being kept', () => {
    const evaluator = compilePolicy(policy)
    const long = 'p'.repeat(LIMIT.kindCharactersMax + 1)
    expect(evaluator.ruleFor(podsOf(long))).toBe(-1)
    expect(evaluator.ruleFor(podsOf(long))).toBe(-1)
  })

  it('LIMIT.policySetWordsMax: of a policy of very many rules, too', () => {
    const count = 40_000
    const names = Array.from({ length: count }, (_, index) => `user-${index}`)
    const rules = names.map((name) => policyRule('Metadata', { users: [name] }))
    const evaluator = compilePolicy({ rules, omitStages: [], omitManagedFields: false })
    const words = count / 32
    const more = Math.ceil(LIMIT.policySetWordsMax / words) + 100
    const before = process.memoryUsage().arrayBuffers
    let wrong = 0
    for (let i = 0; i < more; i++) {
      const user = { name: names[i] ?? '', groups: [] }
      const path = `/${i}`
      if (evaluator.ruleFor({ user, verb: 'get', resource: undefined, path: '/' }) !== i) wrong++
      if (i % 40 > 0) continue
      if (evaluator.ruleFor({ user, verb: 'get', resource: undefined, path }) !== i) wrong++
    }
    expect(wrong).toBe(0)
    const kept = process.memoryUsage().arrayBuffers - before
    expect(kept).toBeLessThan(3 * 4 * LIMIT.policySetWordsMax)
  })
})
