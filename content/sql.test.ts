import { describe, expect, it } from 'vitest'
import { testablesOf, testRules } from '../src/advise/rule-cases.ts'
import { testInSql } from '../src/cli/run/rule-test-sql.ts'
import { contentFiles, readContent, shippedRules } from './testing/shipped-rules.ts'

describe('every case of every shipped rule', () => {
  it('is judged in ClickHouse as by the predicate', { timeout: 60_000 }, async () => {
    const reports = contentFiles
      .filter((file) => !file.endsWith('.cases.yaml'))
      .flatMap((file) => {
        const cases = file.replace(/\.yaml$/, '.cases.yaml')
        const rules = testablesOf(shippedRules, file)
        return testRules(rules, shippedRules, readContent(cases).text, cases).reports
      })
    // What the predicate itself gets wrong is the matter of content/rules.test.ts.
    const passed = reports.map(({ rule, results }) => ({
      rule,
      results: results.filter(({ pass }) => pass),
    }))
    const tested = await testInSql(passed)
    const failures = tested.flatMap(({ rule, results }) =>
      results.flatMap(({ pass, title, failure }) =>
        pass ? [] : [`${rule.ref.detection}: ${title}: ${failure}`],
      ),
    )
    expect(failures).toEqual([])
    const same = tested.reduce((sum, { sql }) => sum + sql.same, 0)
    const open = tested.reduce((sum, { sql }) => sum + sql.witness, 0)
    expect(same).toBeGreaterThan(1000)
    expect(open / same).toBeLessThan(0.05)
  })
})
