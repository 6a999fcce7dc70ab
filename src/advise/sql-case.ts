import { NO, type Truth, UNKNOWN, wordFor } from '../base/truth.ts'
import { eventRow, type Row } from '../detect/columns.ts'
import type { CompiledRule } from '../detect/compile.ts'
import { auditSchema } from '../detect/schema.ts'
import { enrich } from '../enrich/enrich.ts'
import { witnessesOf } from '../sigma/emit/clickhouse.ts'
import { decodeOne } from './judge-case.ts'
import type { CaseResult } from './rule-cases.ts'

/** How what SQL says of a case compares with what the predicate said. */
export interface SqlComparison {
  /** `witness`: SQL leaves open what rests on a field without a column, and keeps the row. */
  readonly kind: 'same' | 'witness' | 'different'
  /** What is wrong, in a sentence; empty when nothing is. */
  readonly failure: string
}

/** The event of a record as a row of the store; undefined when it is not exactly one event. */
export const rowOfRecord = (record: string): Row | undefined => {
  const event = decodeOne(record)
  return typeof event === 'string' ? undefined : eventRow(enrich(event))
}

/** Compares what ClickHouse says of a case with what came of it. */
export const compareSql = (rule: CompiledRule, result: CaseResult, truth: Truth): SqlComparison => {
  const said = wordFor(truth)
  if (said === result.got) return { kind: 'same', failure: '' }
  const open = [...new Set(witnessesOf(rule.plan, auditSchema).map(({ field }) => field))]
  if (truth === UNKNOWN && open.length > 0) return { kind: 'witness', failure: '' }
  const lost = truth === NO ? ': the row would be lost' : ''
  const failure = `ClickHouse says ${said}, the predicate ${result.got}${lost}`
  return { kind: 'different', failure }
}
