import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { evaluate } from './evaluate.ts'
import { policyRule } from './policy.ts'
import { compilePolicy } from './policy-evaluator.ts'
import { RequestColumnsBuilder } from './request-columns.ts'
import { simulateColumns } from './simulate-columns.ts'
import { policies, requests } from './testing/random-policy.ts'

describe('columns of requests', () => {
  it('give each rule what evaluation, one by one, gives it', () => {
    const many = fc.array(requests, { minLength: 60, maxLength: 60 })
    const check = fc.property(policies(40), many, (policy, asked) => {
      const builder = new RequestColumnsBuilder()
      const events = policy.rules.map(() => 0).concat(0)
      const bytes = [...events]
      for (const [index, request] of asked.entries()) {
        builder.add(request, index)
        const { rule } = evaluate(policy, request)
        const place = rule < 0 ? policy.rules.length : rule
        events[place] = (events[place] ?? 0) + 1
        bytes[place] = (bytes[place] ?? 0) + index
      }
      const totals = simulateColumns(compilePolicy(policy), builder.finish())
      expect([...totals.events]).toEqual(events)
      expect([...totals.bytes]).toEqual(bytes)
    })
    fc.assert(check, { numRuns: 300, seed: 18 })
  })

  it('LIMIT.policyTargetsMax: of more kinds than are kept, all are counted', () => {
    const rule = policyRule('None', {
      resources: [{ group: '', resources: ['r7'], resourceNames: [] }],
    })
    const policy = { rules: [rule], omitStages: [], omitManagedFields: false }
    const builder = new RequestColumnsBuilder()
    const kinds = 2 * LIMIT.policyTargetsMax
    for (let row = 0; row < kinds; row++) {
      const about = { group: '', subresource: '', namespace: '', name: '' }
      const resource = { ...about, resource: `r${row}` }
      builder.add({ user: undefined, verb: 'get', resource, path: '' }, 2)
    }
    const totals = simulateColumns(compilePolicy(policy), builder.finish())
    expect([...totals.events]).toEqual([1, kinds - 1])
    expect([...totals.bytes]).toEqual([2, 2 * (kinds - 1)])
  })
})
