import { expect, test } from 'vitest'
import { CANNOT_TELL, NO, UNKNOWN, YES } from '../../base/truth.ts'
import { parseRules } from '../parse/rule.ts'
import type { Plan } from '../plan/plan.ts'
import { planRule } from '../plan/plan-rule.ts'
import { schemaOf, type TestRow, testAccess, testField } from '../testing/rows.ts'
import { explainPlan } from './explain.ts'

const SCHEMA = schemaOf([
  testField('verb', 'text'),
  testField('code', 'number'),
  testField('groups', 'text', { list: true }),
  testField('c.d[].image', 'text'),
  testField('c.d[].user', 'number'),
])

const plan = (detection: string): Plan => {
  const text = `title: t\nid: i\nlogsource: {}\ndetection:\n${detection}`
  const [rule] = parseRules(text, 'r.yaml').rules
  const planned = rule && planRule(rule, SCHEMA).plan
  if (planned === undefined) throw new Error('refused')
  return planned
}

test('each test says what it needed, what it saw and whether it is negated', () => {
  const asked = plan(`
  sel: { verb: [get, 'li*t?\\*'], code|gte: 400 }
  keep: { groups|contains: masters }
  none: { verb|exists: false }
  condition: sel and not (keep or none)
`)
  const row: TestRow = { values: { verb: 'get', code: 403, groups: CANNOT_TELL }, groups: {} }
  const { truth, leaves } = explainPlan(asked, testAccess, row)
  expect(truth).toBe(UNKNOWN)
  expect(leaves).toEqual([
    {
      field: 'verb',
      test: 'equals',
      needed: 'get',
      seen: ['get'],
      truth: YES,
      negated: false,
      selection: 'sel',
    },
    {
      field: 'verb',
      test: 'like',
      needed: 'li*t?\\*',
      seen: ['get'],
      truth: NO,
      negated: false,
      selection: 'sel',
      idle: true,
    },
    {
      field: 'code',
      test: 'number',
      needed: '≥ 400',
      seen: [403],
      truth: YES,
      negated: false,
      selection: 'sel',
    },
    {
      field: 'groups',
      test: 'contains',
      needed: 'masters',
      seen: 'cannot tell',
      truth: UNKNOWN,
      negated: true,
      selection: 'keep',
    },
    {
      field: 'verb',
      test: 'exists',
      needed: 'false',
      seen: ['get'],
      truth: NO,
      negated: true,
      selection: 'none',
    },
  ])
})

test('of elements the one that decides is shown', () => {
  const asked = plan("  s: { 'c.d[].image': evil, 'c.d[].user': 0 }\n  condition: s\n")
  const explain = (elements: readonly Record<string, string | number>[] | typeof CANNOT_TELL) =>
    explainPlan(asked, testAccess, { values: {}, groups: { 'c.d': elements } })
  const good = { 'c.d[].image': 'good', 'c.d[].user': 7 }
  const near = { 'c.d[].image': 'evil', 'c.d[].user': 7 }
  const evil = { 'c.d[].image': 'evil', 'c.d[].user': 0 }
  expect(explain([good, evil, near]).leaves.map(({ seen }) => seen)).toEqual([['evil'], [0]])
  expect(explain([good, near, good]).leaves.map(({ seen }) => seen)).toEqual([['evil'], [7]])
  expect(explain([good, near, good]).truth).toBe(NO)
  expect(explain([]).leaves.map(({ seen, truth }) => [seen, truth])).toEqual([
    ['absent', NO],
    ['absent', NO],
  ])
  expect(explain(CANNOT_TELL)).toMatchObject({
    truth: UNKNOWN,
    leaves: [{ seen: 'cannot tell' }, { seen: 'cannot tell' }],
  })
})

test('of a list of values those that decide are not idle: what holds, else the first', () => {
  const asked = plan(`
  sel: { verb|startswith: [a, ge, li, g] }
  condition: sel
`)
  const idleFor = (verb: TestRow['values'][string]): readonly boolean[] =>
    explainPlan(asked, testAccess, { values: { verb }, groups: {} }).leaves.map(
      ({ idle }) => idle === true,
    )
  expect(idleFor('get')).toEqual([true, false, true, false])
  expect(idleFor('watch')).toEqual([false, true, true, true])
  expect(idleFor(CANNOT_TELL)).toEqual([false, true, true, true])
})

test('no test is idle of all values that must hold, nor of several fields', () => {
  const row: TestRow = { values: { verb: 'get', code: 1, groups: ['b'] }, groups: {} }
  const leavesOf = (detection: string): readonly unknown[] =>
    explainPlan(plan(detection), testAccess, row).leaves.filter(({ idle }) => idle)
  expect(leavesOf('\n  sel: { verb|contains|all: [g, x] }\n  condition: sel\n')).toEqual([])
  expect(leavesOf('\n  sel: [{ verb: x }, { code: 1 }]\n  condition: sel\n')).toEqual([])
  expect(leavesOf('\n  a: { verb: x }\n  b: { verb|contains: g }\n  condition: a or b\n')).toEqual(
    [],
  )
})
