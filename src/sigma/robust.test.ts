import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emitWhere } from './emit/clickhouse.ts'
import { explainPlan } from './emit/explain.ts'
import { emitPredicate } from './emit/predicate.ts'
import { sigmaIssues } from './issues.ts'
import { parseRules } from './parse/rule.ts'
import { planRule } from './plan/plan-rule.ts'
import { FIELDS } from './testing/generators.ts'
import { schemaOf, testAccess } from './testing/rows.ts'

const SEED = 20_260_704
const SCHEMA = schemaOf(FIELDS)
const EMPTY = { values: {}, groups: {} }

const field = fc.constantFrom(...FIELDS.map(({ name }) => name), '', 'nobody', '__proto__')
const modifier = fc.constantFrom(
  ...['contains', 'startswith', 'endswith', 're', 'i', 'cidr', 'exists', 'fieldref', 'lt', 'gte'],
  ...['all', 'cased', 'neq', 'base64', 'toString', ''],
)
const value = fc.oneof(
  fc.constantFrom('a*b', '10.0.0.0/8', 'text', '(', '\\', '', '5', '%x%', 'true'),
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
    const planned = planRule(each, SCHEMA)
    issues.push(...planned.issues)
    const refused = planned.issues.some(({ code }) => sigmaIssues[code]?.severity === 'error')
    expect(planned.plan === undefined).toBe(refused)
    if (planned.plan === undefined) continue
    const truth = emitPredicate(planned.plan, testAccess)(EMPTY)
    expect(explainPlan(planned.plan, testAccess, EMPTY).truth).toBe(truth)
    expect(emitWhere(planned.plan, SCHEMA).where).not.toBe('')
  }
  for (const { code, at } of issues) {
    expect(sigmaIssues[code], code).toBeDefined()
    expect(at.file).toBe('r.yaml')
  }
  return parsed.rules.length
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
