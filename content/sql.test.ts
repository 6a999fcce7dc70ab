import { describe, expect, it } from 'vitest'
import { parseCases } from '../src/advise/case-file.ts'
import { testablesOf, testRules } from '../src/advise/rule-cases.ts'
import { rowOfRecord } from '../src/advise/sql-case.ts'
import { openEventStore } from '../src/cli/clickhouse.ts'
import { testInSql } from '../src/cli/run/rule-test-sql.ts'
import { auditSchema } from '../src/detect/schema.ts'
import { emitWhere } from '../src/sigma/emit/clickhouse.ts'
import { withLiterals } from '../src/sigma/emit/script.ts'
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
    const tested = await testInSql(passed, shippedRules)
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

  it('is judged the same with literals in place of parameters', { timeout: 60_000 }, async () => {
    const records = contentFiles
      .filter((file) => file.endsWith('.cases.yaml'))
      .flatMap((file) => parseCases(readContent(file).text, file).cases.cases)
      .flatMap((one) => one.records)
    // Some of them: every statement is asked of every row.
    const some = records.filter((_, at) => at % 16 === 0)
    const rows = some.map(rowOfRecord).filter((row) => row !== undefined)
    const table = await openEventStore(rows.map((row) => ({ row, cluster: '', origin: '' })))
    for (const { ref, plan } of shippedRules.rules) {
      const statement = emitWhere(plan, auditSchema)
      const inline = { where: withLiterals(statement.where, statement.parameters), parameters: {} }
      const bound = table.judge(statement, 0, rows.length)
      expect(bound, ref.detection).toEqual(table.judge(inline, 0, rows.length))
      expect(bound).toHaveLength(rows.length)
    }
    table.close()
  })
})
