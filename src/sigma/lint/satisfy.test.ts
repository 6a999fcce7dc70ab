import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { NO, YES } from '../../base/truth.ts'
import { emitPredicate } from '../emit/predicate.ts'
import { parseRules } from '../parse/rule.ts'
import type { Plan } from '../plan/plan.ts'
import { planRule } from '../plan/plan-rule.ts'
import { elementLeaf, FIELDS, plan, row, rowLeaf } from '../testing/generators.ts'
import { schemaOf, testAccess, testField } from '../testing/rows.ts'
import { effortForRule, type Goal, mayHold } from './satisfy.ts'

const SEED = 20_261_121
const OPEN = testField('open', 'text', { values: ['one', 'two'], open: true })
const schema = schemaOf([...FIELDS, testField('closed', 'text', { values: ['one', 'two'] }), OPEN])

describe('what can never hold', () => {
  const rows = fc.sample(row, { seed: SEED, numRuns: 250 })

  /** No row may do what was said to be impossible. */
  const refute = (goals: readonly Goal[]): void => {
    if (may(goals)) return
    const judges = goals.map(({ plan: asked }) => emitPredicate(asked, testAccess))
    const found = rows.find((each) =>
      judges.every((judge, at) => {
        const { wanted = true, orUnknown = false } = goals[at] ?? {}
        return orUnknown ? judge(each) !== (wanted ? NO : YES) : judge(each) === (wanted ? YES : NO)
      }),
    )
    expect({ goals, found }).toEqual({ goals, found: undefined })
  }
  const goal = (of: fc.Arbitrary<Plan>): fc.Arbitrary<Goal> =>
    fc.record({
      plan: of,
      wanted: fc.boolean(),
      orUnknown: fc.constantFrom(false, false, true),
    })
  const goals = (of: fc.Arbitrary<Plan>, most: number) =>
    fc.array(goal(of), { minLength: 1, maxLength: most })

  it('holds for no random row: tests by themselves', () => {
    fc.assert(fc.property(goals(rowLeaf, 4), refute), { seed: SEED, numRuns: 6_000 })
  })

  it('holds for no random row: elements', () => {
    const some = elementLeaf.map((of): Plan => ({ kind: 'some-element', group: 'g.e', of }))
    fc.assert(fc.property(goals(some, 4), refute), { seed: SEED, numRuns: 3_000 })
  })

  it('holds for no random row: plans of every kind', () => {
    fc.assert(fc.property(goals(plan, 3), refute), { seed: SEED, numRuns: 3_000 })
  })
})

/** The plan of a rule's selections. */
const planOf = (detection: string): Plan => {
  const head = 'title: t\nid: i\nlogsource: { product: kubernetes }\ndetection:\n'
  const text = head + detection.trim().replace(/^/gm, '  ')
  const [rule] = parseRules(text, 'rule.yaml').rules
  const made = rule && planRule(rule, schema).plan
  if (made === undefined) throw new Error(`no rule: ${text}`)
  return made
}
const can = (selection: string, condition = 'a'): boolean =>
  may([{ plan: planOf(`${selection}\ncondition: ${condition}`), wanted: true }])

describe('what is seen to be impossible', () => {
  it.each([
    ['two values of one field', 'a: { text: x }\nb: { text: y }', 'a and b'],
    ['x and not x', 'a: { text|contains: x }', 'a and not a'],
    [
      'a value that the filter takes',
      'a: { text: [x, y] }\nb: { text|startswith: [x, y] }',
      'a and not b',
    ],
    ['two beginnings', 'a: { text|startswith: foo- }\nb: { text|startswith: bar- }', 'a and b'],
    ['two ends', "a: { text|endswith: foo }\nb: { text: 'x*bar' }", 'a and b'],
    [
      'a part of what is excluded',
      'a: { text|contains: abc }\nb: { text|contains: b }',
      'a and not b',
    ],
    ['ranges', 'a: { number|gt: 5 }\nb: { number|lt: 5 }', 'a and b'],
    [
      'a range within the excluded ones',
      'a: { number|gte: 5 }\nb: { number|gt: 4 }',
      'a and not b',
    ],
    ['a number outside', 'a: { number: 5 }\nb: { number|gt: 5 }', 'a and b'],
    ['both booleans', 'a: { boolean: true }\nb: { boolean: false }', 'a and b'],
    [
      'neither boolean, but there',
      'a: { boolean: [true, false] }\nb: { boolean|exists: true }\nc: { boolean: null }',
      'b and not a and not c',
    ],
    ['outside a closed set', 'a: { closed|startswith: z }', 'a'],

    [
      'networks apart',
      'a: { address|cidr: 10.0.0.0/8 }\nb: { address|cidr: 192.168.0.0/16 }',
      'a and b',
    ],
    [
      'a network within an excluded one',
      'a: { address|cidr: 10.1.0.0/16 }\nb: { address|cidr: 10.0.0.0/8 }',
      'a and not b',
    ],
    ['there and absent', 'a: { text|exists: false }\nb: { text: x }', 'a and b'],
    ['a list without what it has', 'a: { texts: x }\nb: { texts: [x, y] }', 'a and not b'],
    ['an element with two names', 'a: { "g.e[].text": x, "g.e[].text|startswith": y }', 'a'],
    [
      'an element that no element may be',
      'a: { "g.e[].text": x, "g.e[].number": 1 }\nb: { "g.e[].text": [x, y] }',
      'a and not b',
    ],
    [
      'every alternative',
      'a: { text: [x, y] }\nb: { text: z }\nc: { text|contains: w }',
      'a and (b or c)',
    ],
  ])('%s', (_, selections, condition) => {
    expect(can(selections, condition)).toBe(false)
  })

  it.each([
    ['two members of a list', 'a: { texts: x }\nb: { texts: y }', 'a and b'],
    ['two elements', 'a: { "g.e[].text": x }\nb: { "g.e[].text": y }', 'a and b'],
    ['case', 'a: { text: x }\nb: { text|cased: X }', 'a and b'],
    [
      'a beginning of a beginning',
      'a: { text|startswith: fo }\nb: { text|startswith: foo }',
      'a and b',
    ],
    ['ranges that meet', 'a: { number|gte: 5 }\nb: { number|lte: 5 }', 'a and b'],
    ['the other booleans', 'a: { boolean: true }', 'not a'],
    ['absent', 'a: { text: x }\nb: { text|exists: true }', 'not a and not b'],
    [
      'none of a closed set',
      'a: { closed: [one, two] }\nb: { closed|exists: true }',
      'b and not a',
    ],
    ['a value that a client can make', 'a: { open: three }', 'a'],
    ['null', 'a: { text: null }\nb: { text|exists: true }', 'a and b'],
  ])('but not %s', (_, selections, condition) => {
    expect(can(selections, condition)).toBe(true)
  })

  it('a plan may be unknown by a field of which nothing else is known', () => {
    const narrow = { plan: planOf('a: { text: x }\ncondition: a'), wanted: true }
    const covered = (selections: string, condition: string): boolean => {
      const plan = planOf(`a: { text: [x, y] }\n${selections}\ncondition: ${condition}`)
      return !may([narrow, { plan, wanted: false, orUnknown: true }])
    }
    expect(covered('', 'a')).toBe(true)
    expect(covered('b: { text: z }', 'a and not b')).toBe(true)
    expect(covered('b: { number: 5 }', 'a and (b or not b)')).toBe(false)
    expect(covered('b: { "g.e[].text": x }', 'a and (b or not b)')).toBe(false)
    expect(covered('b: { number: 5 }', 'a or b')).toBe(true)
  })

  it('says nothing when LIMIT.lintStepsMax is spent', () => {
    const never = {
      plan: planOf('a: { text: x }\nb: { text: y }\ncondition: a and b'),
      wanted: true,
    }
    const effort = effortForRule()
    expect(effort.left).toBe(LIMIT.lintStepsMax)
    expect(mayHold([never], schema, effort)).toBe(false)
    expect(effort.left).toBeLessThan(LIMIT.lintStepsMax)
    expect(mayHold([never], schema, { left: 2 })).toBe(true)
  })
})

function may(goals: readonly Goal[]): boolean {
  return mayHold(goals, schema, effortForRule())
}
