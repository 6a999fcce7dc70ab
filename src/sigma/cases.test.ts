import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UNKNOWN, wordFor } from '../base/truth.ts'
import { isBeyondClickHouse } from './emit/clickhouse-leaf.ts'
import { explainPlan } from './emit/explain.ts'
import { emitPredicate } from './emit/predicate.ts'
import { leaves } from './plan/leaves.ts'
import { loadCases } from './testing/cases.ts'
import { type ClickHouse, openClickHouse } from './testing/clickhouse.ts'
import { referenceTruth } from './testing/reference.ts'
import { testAccess } from './testing/rows.ts'

const CASES = loadCases(new URL('cases/', import.meta.url))

describe('cases of the rule language', () => {
  let clickHouse: ClickHouse
  beforeAll(() => {
    clickHouse = openClickHouse()
  })
  afterAll(() => clickHouse.close())

  test.each(CASES)('$rule $title', (each) => {
    expect(each.issues).toEqual(each.expectedIssues)
    if (each.says !== undefined) expect(each.messages.join('\n')).toContain(each.says)
    if (each.expectedTitles !== undefined) expect(each.titles).toEqual(each.expectedTitles)
    if (each.expectedCorrelations !== undefined) {
      expect(each.correlations).toMatchObject(each.expectedCorrelations)
    }
    const { plan } = each
    if (plan === undefined || (each.titles !== undefined && each.rows.length === 0)) {
      expect(each.rows).toEqual([])
      expect(each.issues.length + (each.titles?.length ?? 0)).toBeGreaterThan(0)
      return
    }
    expect(each.rows.length).toBeGreaterThan(0)
    const expected = each.rows.map(({ match }) => wordFor(match))
    const rows = each.rows.map(({ row }) => row)
    const judge = emitPredicate(plan, testAccess)
    expect(rows.map((row) => wordFor(judge(row)))).toEqual(expected)
    expect(rows.map((row) => wordFor(explainPlan(plan, testAccess, row).truth))).toEqual(expected)
    expect(rows.map((row) => wordFor(referenceTruth(plan, row)))).toEqual(expected)
    clickHouse.load(each.fields, rows)
    const answers = clickHouse.judge([plan])[0] ?? []
    // Without a column SQL may say "cannot tell" instead, and nothing else: S56.
    const stored = leaves(plan).every(
      (leaf) => leaf.column !== undefined && !isBeyondClickHouse(leaf),
    )
    const said = answers.map((truth, at) =>
      !stored && truth === UNKNOWN ? expected[at] : wordFor(truth),
    )
    expect(said).toEqual(expected)
  })
})

test('every rule of SPEC.md has a case, and every case a rule', () => {
  const spec = readFileSync(new URL('SPEC.md', import.meta.url), 'utf8')
  const rules = [...spec.matchAll(/^- \*\*(S\d+)\*\*/gm)].map(([, rule]) => rule)
  expect(rules).toEqual(rules.map((_, at) => `S${at + 1}`))
  expect([...new Set(CASES.map(({ rule }) => rule))].sort()).toEqual([...rules].sort())
})
