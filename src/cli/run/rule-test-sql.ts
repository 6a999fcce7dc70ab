import { type CaseReport, type CaseResult, isCorrelation } from '../../advise/rule-cases.ts'
import { compareSql, rowOfRecord } from '../../advise/sql-case.ts'
import type { Row } from '../../detect/columns.ts'
import type { CompiledRule } from '../../detect/compile.ts'
import { auditSchema } from '../../detect/schema.ts'
import { emitWhere } from '../../sigma/emit/clickhouse.ts'
import { type EventTable, openEventTable } from '../clickhouse.ts'

/** What ClickHouse says of the cases of one rule. */
export interface SqlTally {
  readonly same: number
  /** Left open, because the rule reads a field without a column. */
  readonly witness: number
  /** Not judged: no event, or a correlation. */
  readonly skipped: number
}

/**
 * The same reports with what ClickHouse says of each case: one that it judges otherwise fails. All
 * cases are rows of one table, and each rule is one query.
 */
export const testInSql = async <T extends CaseReport>(
  reports: readonly T[],
): Promise<readonly (T & { readonly sql: SqlTally })[]> => {
  const rows: Row[] = []
  const placed = reports.map((report) => place(report, rows))
  const table = await openEventTable(rows)
  try {
    return reports.map((report, at) => ({ ...report, ...judge(report, placed[at], table) }))
  } finally {
    table.close()
  }
}

/** Where the cases of a rule lie in the table. */
interface Placed {
  readonly from: number
  readonly to: number
  /** The results that are rows, in their order. */
  readonly judged: readonly CaseResult[]
}

function place({ rule, results }: CaseReport, rows: Row[]): Placed {
  const from = rows.length
  if (isCorrelation(rule)) return { from, to: from, judged: [] }
  const judged = results.filter(({ records, got }) => {
    const row = got === undefined ? undefined : rowOfRecord(records[0] ?? '')
    if (row !== undefined) rows.push(row)
    return row !== undefined
  })
  return { from, to: rows.length, judged }
}

function judge(
  { rule, results }: CaseReport,
  placed: Placed | undefined,
  table: EventTable,
): { readonly results: readonly CaseResult[]; readonly sql: SqlTally } {
  if (placed === undefined || isCorrelation(rule)) {
    return { results, sql: { same: 0, witness: 0, skipped: results.length } }
  }
  const { judged, from, to } = placed
  const truths = table.judge(emitWhere(rule.plan, auditSchema), from, to)
  const failures = new Map<CaseResult, string>()
  const tally = { same: 0, witness: 0, skipped: results.length - judged.length }
  for (const [at, result] of judged.entries()) {
    const failure = compare(rule, result, truths[at], tally)
    if (failure !== '') failures.set(result, failure)
  }
  return { results: results.map((result) => withFailure(result, failures)), sql: tally }
}

function compare(
  rule: CompiledRule,
  result: CaseResult,
  truth: ReturnType<EventTable['judge']>[number] | undefined,
  tally: { same: number; witness: number },
): string {
  if (truth === undefined) throw new Error('bug: ClickHouse gave fewer rows than there are cases')
  const { kind, failure } = compareSql(rule, result, truth)
  if (kind !== 'different') tally[kind] += 1
  return failure
}

/** What the predicate got wrong by itself is said first. */
const withFailure = (result: CaseResult, failures: ReadonlyMap<CaseResult, string>): CaseResult => {
  const failure = failures.get(result)
  if (failure === undefined) return result
  const said = result.failure === '' ? failure : `${result.failure}; ${failure}`
  return { ...result, pass: false, failure: said }
}
