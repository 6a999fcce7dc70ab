import { expect, test } from 'vitest'
import { formatPlace, type Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { sigmaIssues } from '../issues.ts'
import type { Lists } from '../parse/list.ts'
import { parseRules } from '../parse/rule.ts'
import { loadCases } from '../testing/cases.ts'
import { schemaOf, testField } from '../testing/rows.ts'
import { leaves } from './leaves.ts'
import { necessary } from './necessary.ts'
import type { Plan } from './plan.ts'
import { planRule } from './plan-rule.ts'

const SCHEMA = schemaOf([
  testField('verb', 'text', { values: ['get', 'list'] }),
  testField('user', 'text'),
  testField('code', 'number'),
  testField('groups', 'text', { list: true }),
  testField('pod.containers[].image', 'text'),
  testField('pod.containers[].privileged', 'boolean'),
])

const plan = (
  detection: string,
  lists: Lists = new Map(),
): { plan: Plan | undefined; issues: readonly Issue[] } => {
  const text = `title: t\nid: i\nlogsource: {}\ndetection:\n${detection}`
  const { rules, issues } = parseRules(text, 'r.yaml')
  const [rule] = rules
  if (rule === undefined) throw new Error(JSON.stringify(issues))
  return planRule(rule, SCHEMA, { lists })
}

const needsOf = (detection: string): Record<string, readonly string[]> => {
  const planned = plan(detection).plan
  if (planned === undefined) throw new Error('refused')
  return Object.fromEntries([...necessary(planned)].map(([name, texts]) => [name, [...texts]]))
}

test('a refused rule has no plan, and every issue its place', () => {
  const { plan: planned, issues } = plan(
    '  s:\n    verb: get\n    usr: x\n    code|contains|re: 1\n  condition: s\n',
  )
  expect(planned).toBeUndefined()
  expect(issues.map(({ code, at }) => `${formatPlace(at)} ${code}`)).toEqual([
    'r.yaml:7:5 sigma/unknown-field',
    'r.yaml:8:5 sigma/unsupported-modifier',
  ])
  expect(issues[0]?.message).toBe('there is no field usr: did you mean user?')
})

test('a warning stands at its value and leaves the plan', () => {
  const { plan: planned, issues } = plan(
    '  s:\n    verb:\n      - get\n      - replace\n  condition: s\n',
  )
  expect(planned).toBeDefined()
  expect(issues.map(({ code, at }) => `${formatPlace(at)} ${code}`)).toEqual([
    'r.yaml:8:9 sigma/impossible-value',
  ])
})

test('LIMIT.regexCharactersMax', () => {
  const expression = (length: number): string =>
    `  s: { user|re: '${'a'.repeat(length)}' }\n  condition: s\n`
  expect(plan(expression(LIMIT.regexCharactersMax)).issues).toEqual([])
  const codes = plan(expression(LIMIT.regexCharactersMax + 1)).issues.map(({ code }) => code)
  expect(codes).toEqual(['sigma/bad-regex'])
})

test('LIMIT.ruleTestsMax, each test counted as often as it is asked', () => {
  const asked = (times: number): readonly string[] => {
    const values = Array.from({ length: 100 }, (_, at) => `a${at}*`).join(', ')
    const words = Array.from({ length: times }, () => 's').join(' or ')
    return plan(`  s: { user: [${values}] }\n  condition: ${words}\n`).issues.map(
      ({ code }) => code,
    )
  }
  expect(asked(LIMIT.ruleTestsMax / 100)).toEqual([])
  expect(asked(LIMIT.ruleTestsMax / 100 + 1)).toEqual(['sigma/bad-condition'])
  // A condition that names more is refused before it is written out: see rule.test.ts.
})

test('LIMIT.valueFormsMax, by placeholders and by dashes', () => {
  const half = Math.floor(Math.sqrt(LIMIT.valueFormsMax))
  const expanded = (value: string, count: number): readonly string[] => {
    const values = Array.from({ length: count }, (_, at) => `a${at}`)
    const { issues } = plan(
      `  s: { user|expand: '${value}' }\n  condition: s\n`,
      new Map([['x', values]]),
    )
    return issues.map(({ code }) => code)
  }
  expect(expanded('%x%', LIMIT.valueFormsMax)).toEqual([])
  expect(expanded('%x%', LIMIT.valueFormsMax + 1)).toEqual(['sigma/bad-value'])
  expect(expanded('%x%-%x%', half)).toEqual([])
  expect(expanded('%x%-%x%', half + 1)).toEqual(['sigma/bad-value'])
  const dashed = (dashes: number): readonly string[] =>
    plan(`  s: { user|windash: '${' -a'.repeat(dashes)}' }\n  condition: s\n`).issues.map(
      ({ code }) => code,
    )
  expect(dashed(Math.floor(Math.log(LIMIT.valueFormsMax) / Math.log(5)))).toEqual([])
  expect(dashed(Math.floor(Math.log(LIMIT.valueFormsMax) / Math.log(5)) + 1)).toEqual([
    'sigma/bad-value',
  ])
  expect(dashed(10_000)).toEqual(['sigma/bad-value'])
})

test('every code that cases raise is in the table, and errors are what refuses', () => {
  const seen = new Set<string>()
  for (const each of loadCases(new URL('../cases/', import.meta.url))) {
    for (const code of each.issues) {
      seen.add(code)
      expect(sigmaIssues[code], code).toBeDefined()
    }
    if (each.titles !== undefined) continue
    const refused = each.issues.some((code) => sigmaIssues[code]?.severity === 'error')
    expect(each.plan === undefined, `${each.rule} ${each.title}`).toBe(refused)
  }
  const others = Object.keys(sigmaIssues).filter((code) => !seen.has(code))
  // Met in rule.test.ts and list.test.ts: a case in YAML cannot hold such a document.
  expect(others).toEqual(['sigma/yaml-limit', 'sigma/bad-list'])
})

test('plain texts become one test, and names of one array one element', () => {
  const { plan: planned } = plan(`
  s:
    pod.containers[].image: [a, B, 'c*', A]
    verb: get
    pod.containers[].privileged: true
  condition: s
`)
  expect(planned).toMatchObject({
    kind: 'and',
    of: [
      {
        kind: 'some-element',
        group: 'pod.containers',
        of: {
          kind: 'and',
          of: [
            {
              kind: 'or',
              of: [
                { test: { kind: 'equals', texts: ['a', 'b'], cased: false } },
                { test: { kind: 'startswith', text: 'c' } },
              ],
            },
            { test: { kind: 'boolean', value: true } },
          ],
        },
      },
      { kind: 'leaf', field: 'verb' },
    ],
  })
})

test('leaves come in source order, with field, group and selection', () => {
  const { plan: planned } = plan(`
  a: { verb: get, 'pod.containers[].image|contains': x }
  b: { user: [null, y] }
  condition: not b or a
`)
  if (planned === undefined) throw new Error('refused')
  expect(leaves(planned).map(({ selection, field, group }) => [selection, field, group])).toEqual([
    ['b', 'user', undefined],
    ['b', 'user', undefined],
    ['a', 'verb', undefined],
    ['a', 'pod.containers[].image', 'pod.containers'],
  ])
})

test('what is necessary: all of an and, what the parts of an or share, nothing of a not', () => {
  expect(needsOf('  s: { verb: [GET, list], user: Admin, code: 5 }\n  condition: s\n')).toEqual({
    verb: ['get', 'list'],
    user: ['admin'],
  })
  expect(
    needsOf(`
  a: { verb: get, user: x }
  b: { verb: list, groups: y }
  c: { verb: watch }
  condition: (a or b) and not c
`),
  ).toEqual({ verb: ['get', 'list'] })
  expect(needsOf('  s: { verb: [get, null], user|contains: x }\n  condition: s\n')).toEqual({})
  expect(needsOf('  a: { user: x }\n  b: { user: [x, y] }\n  condition: a and b\n')).toEqual({
    user: ['x'],
  })
  expect(needsOf('  s: { "pod.containers[].image": X }\n  condition: s\n')).toEqual({
    'pod.containers[].image': ['x'],
  })
  expect(needsOf('  s: { user|cased: Admin }\n  k: [word]\n  condition: s and k\n')).toEqual({
    user: ['admin'],
  })
})
