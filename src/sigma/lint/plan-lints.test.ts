import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { Leaf, Plan } from '../plan/plan.ts'
import { schemaOf, testField } from '../testing/rows.ts'
import { lintPlan } from './plan-lints.ts'

const schema = schemaOf([testField('a', 'text'), testField('b', 'text'), testField('n', 'number')])

const leaf = (field: string, text: string, line = 1): Leaf => ({
  ...{ kind: 'leaf', field, type: 'text', list: false, group: undefined, column: undefined },
  ...{ selection: `s${line}`, place: { file: 'r.yaml', line, column: 5 } },
  test: { kind: 'contains', text, cased: false },
})
const not = (of: Plan): Plan => ({ kind: 'not', of })
const all = (...of: Plan[]): Plan => ({ kind: 'and', of })
const any = (...of: Plan[]): Plan => ({ kind: 'or', of })

const lint = (plan: Plan) => lintPlan(plan, schema, { file: 'r.yaml', line: 99 })

describe('what a plan can never do', () => {
  it('names the tests that exclude each other, and no others', () => {
    const [issue, ...others] = lint(
      all(leaf('b', 'x', 1), leaf('a', 'xy', 2), not(leaf('a', 'y', 3))),
    )
    expect(others).toEqual([])
    expect(issue?.message).toBe('can never match: s2 (a), not s3 (a) exclude each other')
    expect(issue?.at.line).toBe(99)
  })

  it('sees a dead alternative at its place, and leaves the parts of a filter alone', () => {
    const dead = all(leaf('b', 'z', 7), not(leaf('a', 'x', 8)))
    const plan = all(leaf('a', 'x', 1), any(leaf('b', 'y', 2), dead))
    expect(lint(plan).map(({ code, at }) => [code, at.line])).toEqual([['lint/dead-branch', 7]])
    const negated = all(leaf('a', 'x', 1), not(all(not(leaf('b', 'y', 2)), not(dead))))
    expect(lint(negated).map(({ code }) => code)).toEqual([])
  })

  it('sees an idle filter at its place', () => {
    const filter = all(leaf('a', 'y', 5), not(leaf('a', 'x', 6)))
    const plan = all(leaf('a', 'x', 1), not(filter), not(leaf('b', 'q', 7)))
    expect(lint(plan).map(({ code, at }) => [code, at.line])).toEqual([['lint/idle-filter', 5]])
  })

  it('asks about LIMIT.lintAlternativesMax alternatives and no more', () => {
    const dead = (line: number): Plan => all(leaf('a', 'y', line), not(leaf('a', 'x', line)))
    const many = Array.from({ length: LIMIT.lintAlternativesMax + 5 }, (_, at) => dead(at + 10))
    const issues = lint(all(leaf('a', 'x', 1), any(leaf('b', 'y', 2), ...many)))
    expect(issues.length).toBe(LIMIT.lintAlternativesMax - 1)
  })
})
