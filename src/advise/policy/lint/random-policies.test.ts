import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../kubernetes/audit-policy/evaluate.ts'
import { loadPolicy } from '../../../kubernetes/audit-policy/load/load-policy.ts'
import { toYaml } from '../../../kubernetes/audit-policy/load/to-yaml.ts'
import { policies } from '../../../kubernetes/audit-policy/testing/random-policy.ts'
import { applyEdit } from './apply-edit.ts'
import { policyLints } from './issues.ts'
import { lintPolicy } from './lint-policy.ts'
import { editedPolicy } from './policy-edit.ts'

const load = (text: string) => loadPolicy(new TextEncoder().encode(text), 'policy.yaml')

describe('any policy', () => {
  it('is linted: places are in the file, examples are decided so, and every mend loads', () => {
    let accepted = 0
    const property = fc.property(policies(5), (random) => {
      const text = toYaml(random)
      const loaded = load(text)
      if (loaded.policy === undefined) return
      accepted += 1
      const lines = text.split('\n').length
      for (const { code, at, rule, example, mend } of lintPolicy(loaded, text)) {
        expect(policyLints[code]).toBeDefined()
        expect(at.line).toBeLessThanOrEqual(lines)
        expect(rule === null || rule < loaded.policy.rules.length).toBe(true)
        // An example is never one that the rule would decide as it should be.
        if (example !== null) expect(evaluate(loaded.policy, example).rule).toBeLessThan(lines)
        if (mend === null) continue
        const mended = editedPolicy(loaded.policy, mend.edit)
        if (mended.rules.length === 0) continue
        expect(load(applyEdit(text, loaded.policy, mend.edit)).policy).toEqual(mended)
      }
    })
    fc.assert(property, { seed: 6, numRuns: 60 })
    expect(accepted).toBeGreaterThan(10)
  })
})
