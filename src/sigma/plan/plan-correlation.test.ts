import { expect, test } from 'vitest'
import { formatPlace } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { parseRules } from '../parse/rule.ts'
import { schemaOf, testField } from '../testing/rows.ts'
import { type PlannedCorrelations, planCorrelations } from './plan-correlation.ts'

const SCHEMA = schemaOf([testField('user', 'text')])
const RULES = ['r', 's'].map((id) => ({ id }))

const plan = (text: string): PlannedCorrelations => {
  const { correlations, issues } = parseRules(text, 'c.yaml')
  expect(issues).toEqual([])
  return planCorrelations(correlations, RULES, SCHEMA)
}

const count = (id: string, rule: string): string =>
  `title: t\nid: ${id}\ncorrelation:\n  type: event_count\n  rules: [${rule}]\n` +
  '  timespan: 1m\n  condition: { gte: 2 }\n'

test('LIMIT.correlationChainMax', () => {
  const max = LIMIT.correlationChainMax
  const chain = Array.from({ length: max + 2 }, (_, at) =>
    count(`c${at + 1}`, at === 0 ? 'r' : `c${at}`),
  )
  const { plans, refused, issues } = plan(chain.toReversed().join('---\n'))
  expect(plans.map(({ id }) => id)).toEqual(Array.from({ length: max }, (_, at) => `c${at + 1}`))
  expect(refused.map(({ id }) => id)).toEqual([`c${max + 2}`, `c${max + 1}`])
  expect(issues.map(({ message }) => message)).toEqual([
    `more than ${max} correlations stand upon each other`,
    `the correlation c${max + 1} is not used`,
  ])
})

test('LIMIT.correlationRulesMax and LIMIT.correlationsMax', () => {
  const rules = Array.from({ length: LIMIT.correlationRulesMax + 1 }, (_, at) => ({ id: `r${at}` }))
  const asked = (many: number): PlannedCorrelations => {
    const names = rules.slice(0, many).map(({ id }) => id)
    const text = `title: t\nid: i\ncorrelation: {type: temporal, timespan: 1m, rules: [${names}]}`
    return planCorrelations(parseRules(text, 'c.yaml').correlations, rules, SCHEMA)
  }
  expect(asked(LIMIT.correlationRulesMax).plans).toHaveLength(1)
  expect(asked(LIMIT.correlationRulesMax + 1).plans).toEqual([])
  const [correlation] = parseRules(count('i', 'r0'), 'c.yaml').correlations
  const many = Array.from({ length: LIMIT.correlationsMax + 1 }, (_, at) =>
    correlation === undefined ? [] : [{ ...correlation, id: `c${at}` }],
  ).flat()
  const { plans, refused } = planCorrelations(many, rules, SCHEMA)
  expect([plans.length, refused.length]).toEqual([LIMIT.correlationsMax, 1])
})

test('a long chain in any order, and a long circle, exhaust nothing', () => {
  const length = 2_000
  const chain = Array.from({ length }, (_, at) => count(`c${at}`, `c${(at + 1) % length}`))
  const { plans, issues } = plan(chain.join('---\n'))
  expect(plans).toEqual([])
  expect(issues).toHaveLength(length)
})

test('LIMIT.correlationTermsMax', () => {
  const half = (rules: number): readonly string[] => {
    const names = Array.from({ length: rules }, (_, at) => `r${at}`).join(', ')
    const text = `title: t\nid: i\ncorrelation: { type: temporal, rules: [${names}], timespan: 1m, condition: { gte: ${Math.floor(rules / 2)} } }`
    return parseRules(text, 'c.yaml').issues.map(({ code }) => code)
  }
  // 4 of 9 are 126 ways of 4 terms, 5 of 10 are 252 of 5.
  expect(half(9)).toEqual([])
  expect(half(10)).toEqual(['sigma/bad-attribute'])
  expect(4 * 126).toBeLessThanOrEqual(LIMIT.correlationTermsMax)
  expect(5 * 252).toBeGreaterThan(LIMIT.correlationTermsMax)
  // More rules than could ever be counted out are refused before any choice is made.
  expect(half(10_000)).toEqual(['sigma/bad-attribute'])
})

test('issues are at the place of what they name', () => {
  const text = `title: t
id: i
correlation:
  type: value_count
  rules:
    - r
    - nobody
  group-by:
    - user
    - who
  timespan: 1m
  condition:
    gte: 2
    field: usr
  aliases:
    who:
      r: nothing
---
title: u
id: j
correlation:
  type: value_count
  rules: [r]
  group-by:
    - user
    - who
  timespan: 1m
  condition:
    gte: 2
    field: usr
  aliases:
    who:
      r: nothing
`
  const { issues } = plan(text)
  expect(issues.map(({ code, at }) => `${formatPlace(at)} ${code}`)).toEqual([
    'c.yaml:7:7 sigma/bad-correlation',
    'c.yaml:33:10 sigma/unknown-field',
    'c.yaml:30:12 sigma/unknown-field',
  ])
})

test('a correlation keeps what its document says of itself', () => {
  const text = `title: Many
id: c
name: many
related: [{ id: x, type: derived }, { id: y, type: obsoletes }]
level: high
tags: [attack.t1110]
summary: 'many by {user}'
generate: true
correlation:
  type: event_count
  rules: [r]
  timespan: 1m
  condition: { gte: 2 }
`
  const { correlations, issues } = parseRules(text, 'c.yaml')
  expect(correlations[0]).toMatchObject({
    id: 'c',
    name: 'many',
    level: 'high',
    generate: true,
    tags: ['attack.t1110'],
    related: [{ id: 'x', type: 'derived' }],
  })
  expect({ ...correlations[0]?.custom }).toEqual({ summary: 'many by {user}' })
  expect(issues.map(({ code }) => code)).toEqual(['sigma/odd-attribute'])
  const inside = text
    .replace('generate: true\n', '')
    .replace('rules: [r]', 'rules: [r]\n  generate: true')
  expect(parseRules(inside, 'c.yaml').correlations[0]?.generate).toBe(true)
})
