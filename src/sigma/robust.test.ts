import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emitWhere } from './emit/clickhouse.ts'
import { explainPlan } from './emit/explain.ts'
import { emitPredicate } from './emit/predicate.ts'
import { sigmaIssues } from './issues.ts'
import { CORRELATION_TYPES } from './parse/correlation.ts'
import type { Lists } from './parse/list.ts'
import { parseRules } from './parse/rule.ts'
import { filterIssues } from './plan/filters.ts'
import { planCorrelations } from './plan/plan-correlation.ts'
import { planRule } from './plan/plan-rule.ts'
import { FIELDS } from './testing/generators.ts'
import { schemaOf, testAccess } from './testing/rows.ts'

const SEED = 20_260_704
const SCHEMA = schemaOf(FIELDS)
const EMPTY = { values: {}, groups: {} }
const LISTS: Lists = new Map([
  ['x', ['a', 'b*', '10.0.0.0/8', 5]],
  ['none', []],
])

const field = fc.constantFrom(...FIELDS.map(({ name }) => name), '', 'nobody', '__proto__')
const modifier = fc.constantFrom(
  ...['contains', 'startswith', 'endswith', 're', 'i', 'cidr', 'exists', 'fieldref', 'lt', 'gte'],
  ...['all', 'cased', 'neq', 'toString', '', 'expand', 'windash', 'base64', 'base64offset'],
  ...['wide', 'utf16', 'utf16be', 'hour', 'week', 'year'],
)
const value = fc.oneof(
  fc.constantFrom(
    'a*b',
    '10.0.0.0/8',
    'text',
    '(',
    '\\',
    '',
    '5',
    '%x%',
    '-%x% /a',
    '%none%',
    'true',
  ),
  fc.constantFrom(5, -1.5, 1e300, Number.POSITIVE_INFINITY, true, false, null),
  fc.string({ maxLength: 6 }),
)
const item = fc.record({
  name: fc
    .tuple(field, fc.array(modifier, { maxLength: 2 }))
    .map(([name, more]) => [name, ...more].join('|')),
  value: fc.oneof(value, fc.array(value, { maxLength: 3 }), fc.object({ maxDepth: 1 })),
})
const map = fc
  .array(item, { maxLength: 3 })
  .map((items) => Object.fromEntries(items.map((each) => [each.name, each.value])))
const search = fc.oneof(map, fc.array(fc.oneof(map, value), { maxLength: 2 }), value)
const condition = fc
  .array(
    fc.constantFrom('a', 'b', 'and', 'or', 'not', '(', ')', '1', 'all', 'of', 'them', 'a*', '|'),
    {
      maxLength: 6,
    },
  )
  .map((words) => words.join(' '))
const rule = fc
  .record({
    title: fc.constant('t'),
    id: fc.constant('i'),
    logsource: fc.constant({}),
    detection: fc.record({
      a: search,
      b: search,
      condition: fc.oneof(fc.constantFrom('a', 'a or b', 'a and not b'), condition),
    }),
  })
  .map((each) => JSON.stringify(each).replaceAll('1e+300', '1e300'))
const damage = fc.tuple(
  fc.nat(400),
  fc.constantFrom('', ':', '- ', '"', '&a ', '*a', '\n', '\t', '{'),
)

/** Everything that can be done with the rules of a file. */
const useAll = (text: string): number => {
  const parsed = parseRules(text, 'r.yaml')
  const issues = [...parsed.issues]
  for (const each of parsed.rules) {
    const planned = planRule(each, SCHEMA, { lists: LISTS, filters: parsed.filters })
    issues.push(...planned.issues)
    const refused = planned.issues.some(({ code }) => sigmaIssues[code]?.severity === 'error')
    expect(planned.plan === undefined).toBe(refused)
    if (planned.plan === undefined) continue
    const truth = emitPredicate(planned.plan, testAccess)(EMPTY)
    expect(explainPlan(planned.plan, testAccess, EMPTY).truth).toBe(truth)
    expect(emitWhere(planned.plan, SCHEMA).where).not.toBe('')
  }
  const correlated = planCorrelations(parsed.correlations, parsed.rules, SCHEMA)
  issues.push(...correlated.issues, ...filterIssues(parsed.filters, parsed.rules))
  expect(correlated.plans.length + correlated.refused.length).toBe(parsed.correlations.length)
  for (const { code, at } of issues) {
    expect(sigmaIssues[code], code).toBeDefined()
    expect(at.file).toBe('r.yaml')
  }
  return parsed.rules.length + correlated.plans.length + parsed.filters.length
}

test('whatever a rule says, it is used or refused with issues that are known', () => {
  let used = 0
  fc.assert(
    fc.property(rule, (text) => {
      used += useAll(text)
    }),
    { seed: SEED, numRuns: 2_000 },
  )
  expect(used).toBeGreaterThan(200)
})

const name = fc.constantFrom('i', 'c', 'd', 'nobody', '')
const names = fc.oneof(name, fc.array(name, { maxLength: 3 }))
const number = fc.constantFrom<unknown>(0, 2, -1, 1.5, '3', 'many', null)
const comparisons = fc.dictionary(
  fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'neq', 'field', 'percentile', 'odd'),
  fc.oneof(number, field),
  { maxKeys: 3 },
)
const correlation = fc.record(
  {
    type: fc.constantFrom(...Object.keys(CORRELATION_TYPES), 'near'),
    rules: names,
    'group-by': fc.oneof(field, fc.array(field, { maxLength: 2 })),
    timespan: fc.constantFrom<unknown>('5m', '1h', '1w', 60),
    condition: fc.oneof(
      comparisons,
      fc.constantFrom('i', 'i and c', 'c AND NOT i', 'i or', '1 of them'),
    ),
    aliases: fc.dictionary(field, fc.dictionary(name, field, { maxKeys: 2 }), { maxKeys: 2 }),
    generate: fc.constantFrom<unknown>(true, 'yes'),
  },
  { requiredKeys: ['type', 'rules', 'timespan', 'condition'] },
)
const filter = fc.record(
  {
    rules: fc.oneof(fc.constant('any'), names),
    a: search,
    condition: fc.constantFrom('a', 'not a'),
  },
  { requiredKeys: ['a', 'condition'] },
)
const head = { title: 't', id: 'i', logsource: {} }
const documents = fc
  .array(
    fc.oneof(
      correlation.map((each) => ({ ...head, id: 'c', correlation: each })),
      correlation.map((each) => ({ ...head, id: 'd', name: 'c', correlation: each })),
      filter.map((each) => ({ ...head, id: 'f', filter: each })),
    ),
    { maxLength: 3 },
  )
  .map((all) => all.map((each) => JSON.stringify(each)))

test('whatever correlations and filters say, they are used or refused with issues that are known', () => {
  let used = 0
  fc.assert(
    fc.property(rule, documents, (first, others) => {
      used += useAll([first, ...others].join('\n---\n'))
    }),
    { seed: SEED, numRuns: 1_500 },
  )
  expect(used).toBeGreaterThan(500)
})

test('whatever is done to its text, nothing is thrown', () => {
  fc.assert(
    fc.property(rule, fc.array(damage, { minLength: 1, maxLength: 3 }), (text, damages) => {
      const damaged = damages.reduce(
        (sum, [at, by]) => sum.slice(0, at) + by + sum.slice(at + 1),
        text.replaceAll('"', "'"),
      )
      useAll(damaged)
    }),
    { seed: SEED, numRuns: 1_000 },
  )
})
