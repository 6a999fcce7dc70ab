import { describe, expect, it } from 'vitest'
import { compileRules } from '../src/detect/compile.ts'
import { makeRules, PLANTED_TAGS } from './rules.ts'

describe('the generated rules', () => {
  it('are the same for the same seed, and a longer list begins with the shorter one', () => {
    expect(makeRules(300)).toEqual(makeRules(300))
    expect(makeRules(300).slice(0, 16)).toEqual(makeRules(16))
    expect(makeRules(16, 2)).not.toEqual(makeRules(16))
  })

  it('are all accepted, and nothing in them is odd', () => {
    const { rules, issues } = compileRules(makeRules(500))
    expect(issues).toEqual([])
    expect(rules).toHaveLength(500)
  })

  it('hold one rule for each planted act', () => {
    const { rules } = compileRules(makeRules(10))
    for (const tag of Object.values(PLANTED_TAGS)) {
      expect(rules.filter(({ ref }) => ref.detection === tag)).toHaveLength(1)
    }
  })
})
