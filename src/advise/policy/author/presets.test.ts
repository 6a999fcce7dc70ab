import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../../kubernetes/audit-policy/load/load-policy.ts'
import { requestDecidedBy } from '../../../kubernetes/audit-policy/shadow.ts'
import { policyLints } from '../lint/issues.ts'
import { lintPolicy } from '../lint/lint-policy.ts'
import { authorPolicy } from './author.ts'
import { NOISE } from './noise.ts'
import { policyText } from './policy-file.ts'
import { PRESETS } from './preset.ts'

const WISHES = [{}, { keep: [...NOISE], tenants: ['pay'], managedFields: false }]

/** Lints that are what the preset is for: reads are not looked at, or nothing is left out. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  minimal: ['no-catch-all'],
  stig: ['secret-bodies', 'token-bodies', 'list-bodies'],
}

describe.each(PRESETS.map(({ name }) => name))('the preset %s', (name) => {
  it('is in force as it is written', () => {
    for (const wishes of WISHES) {
      const authored = authorPolicy(name, wishes)
      const loaded = loadPolicy(Buffer.from(policyText(authored)), 'policy.yaml')
      expect([loaded.refused, loaded.faults]).toEqual([undefined, []])
      expect(loaded.policy).toEqual(authored.policy)
    }
  })

  it('has no rule that others leave nothing to', () => {
    const { policy } = authorPolicy(name)
    const idle = policy.rules.filter((_, at) => requestDecidedBy(policy, at) === undefined)
    expect(idle).toEqual([])
  })

  it('has no lint but those that it is for, and notes', () => {
    const text = policyText(authorPolicy(name))
    const lints = lintPolicy(loadPolicy(Buffer.from(text), 'policy.yaml'), text)
    const told = lints.filter(({ code }) => policyLints[code]?.grade !== 'note')
    const codes = [...new Set(told.map(({ code }) => code.replace('policy-lint/', '')))]
    expect(codes).toEqual(WANTED[name] ?? [])
  })
})
