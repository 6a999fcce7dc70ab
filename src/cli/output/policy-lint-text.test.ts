import { describe, expect, it } from 'vitest'
import type { PolicyLint } from '../../advise/policy/lint/policy-lint.ts'
import { paletteOf } from './palette.ts'
import { policyLintLines } from './policy-lint-text.ts'

const textOf = (name: string): string => {
  const lint: PolicyLint = {
    code: 'policy-lint/none-for-intruder',
    message: `whoever gets the credentials of ${name} can use that`,
    at: { file: 'policy.yaml', line: 4, column: 3 },
    rule: 0,
    effect: `The API server logs nothing of get secrets web by ${name}.`,
    example: null,
    requirement: null,
    mend: { about: 'before rule 1 (line 4)', yaml: `- users: [${name}]\n`, edit: {} },
  }
  const found = { lints: [lint], checked: [], policies: 1, palette: paletteOf(false) }
  return [...policyLintLines(found)].join('')
}

describe('lints in words', () => {
  it('name users whole', () => {
    expect(textOf('alice')).toContain('whoever gets the credentials of alice can use that')
    expect(textOf('alice')).toContain('Mended, before rule 1 (line 4):\n    - users: [alice]\n')
  })

  it('of very long names show the beginning, and say how the mend is written', () => {
    const text = textOf('x'.repeat(200_000))
    expect(text.length).toBeLessThan(1_000)
    expect(text).toContain(`credentials of ${'x'.repeat(99)}… can use that`)
    expect(text).toContain('too long to show: --mend none-for-intruder writes it')
  })
})
