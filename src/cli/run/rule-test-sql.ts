import {
  type CaseReport,
  type CaseResult,
  isAboutSource,
  isCorrelation,
  type Testable,
} from '../../advise/rule-cases.ts'
import {
  compareSql,
  openFields,
  openFieldsOf,
  rowOfRecord,
  sourcesOf,
} from '../../advise/sql-case.ts'
import { NO, type Truth, YES } from '../../base/truth.ts'
import type { CompiledCorrelation, RuleSet } from '../../detect/compile.ts'
import { auditSchema } from '../../detect/schema.ts'
import { emitWhere } from '../../sigma/emit/clickhouse.ts'
import { emitCorrelation } from '../../sigma/emit/clickhouse-correlation.ts'
import {
  EVENTS,
  type EventStore,
  openEventStore,
  type StoredEvent,
  truthOf,
} from '../clickhouse.ts'

/** What ClickHouse says of the cases of one rule. */
export interface SqlTally {
  readonly same: number
  /** Left open, because the rule reads a field without a column. */
  readonly witness: number
  /** Not judged: a record that is no event. */
  readonly skipped: number
}

/**
 * The same reports with what ClickHouse says of each case: one that it judges otherwise fails. All
 * events are rows of one table, and each rule is one query. A story of a correlation is a cluster
 * of its own: clusters never mix.
 */
export const testInSql = async <T extends CaseReport>(
  reports: readonly T[],
  set: RuleSet,
): Promise<readonly (T & { readonly sql: SqlTally })[]> => {
  const events: StoredEvent[] = []
  const placed = reports.map((report) => place(report, events))
  const store = await openEventStore(events)
  try {
    return reports.map((report, at) => ({ ...report, ...judge(report, placed[at], store, set) }))
  } finally {
    store.close()
  }
}

/** Where the cases of a rule lie in the table. */
interface Placed {
  readonly from: number
  readonly to: number
  /** The results whose events are there, in their order. */
  readonly judged: readonly CaseResult[]
}

function place({ rule, results }: CaseReport, events: StoredEvent[]): Placed {
  const from = events.length
  const judged: CaseResult[] = []
  for (const result of results) {
    // Notes about a log are in no table.
    const isStored = result.got !== undefined && !isAboutSource(rule)
    const rows = isStored ? result.records.map(rowOfRecord) : []
    const known = rows.filter((row) => row !== undefined)
    if (rows.length === 0 || known.length < rows.length) continue
    const cluster = isCorrelation(rule) ? clusterOf(from, judged.length) : ''
    for (const [at, row] of known.entries()) {
      events.push({ row, cluster, origin: String(at).padStart(ORIGIN_DIGITS, '0') })
    }
    judged.push(result)
  }
  return { from, to: events.length, judged }
}

const ORIGIN_DIGITS = 8

/** Each rule's stories begin at the number of its first event, which no other rule has. */
const clusterOf = (from: number, story: number): string => `${from}/${story}`

function judge(
  { rule, results }: CaseReport,
  placed: Placed | undefined,
  store: EventStore,
  set: RuleSet,
): { readonly results: readonly CaseResult[]; readonly sql: SqlTally } {
  if (placed === undefined) throw new Error('bug: a report was not placed')
  const truths = truthsOf(rule, placed, store, set)
  const open = isCorrelation(rule) ? openFieldsOf(rule, set) : openFields(rule.plan)
  const failures = new Map<CaseResult, string>()
  const tally = { same: 0, witness: 0, skipped: results.length - placed.judged.length }
  for (const [at, result] of placed.judged.entries()) {
    const truth = truths[at]
    if (truth === undefined) throw new Error('bug: ClickHouse gave fewer answers than cases')
    const { kind, failure } = compareSql(open, result, truth)
    if (kind === 'different') failures.set(result, failure)
    else tally[kind] += 1
  }
  return { results: results.map((result) => withFailure(result, failures)), sql: tally }
}

const truthsOf = (
  rule: Testable,
  placed: Placed,
  store: EventStore,
  set: RuleSet,
): readonly Truth[] => {
  if (isAboutSource(rule)) return []
  if (isCorrelation(rule)) return storyTruths(rule, placed, store, set)
  return store.judge(emitWhere(rule.plan, auditSchema), placed.from, placed.to)
}

/** A correlation answers a row where it begins to hold, or to be "cannot tell". */
function storyTruths(
  { plan }: CompiledCorrelation,
  { from, judged }: Placed,
  store: EventStore,
  set: RuleSet,
): readonly Truth[] {
  if (judged.length === 0) return []
  const rows = store.ask(emitCorrelation(plan, sourcesOf(plan, set), auditSchema, EVENTS))
  return judged.map((_, story) => {
    const own = rows.filter(({ cluster }) => cluster === clusterOf(from, story)).map(truthOf)
    return own.includes(YES) ? YES : (own[0] ?? NO)
  })
}

/** What the predicate got wrong by itself is said first. */
const withFailure = (result: CaseResult, failures: ReadonlyMap<CaseResult, string>): CaseResult => {
  const failure = failures.get(result)
  if (failure === undefined) return result
  const said = result.failure === '' ? failure : `${result.failure}; ${failure}`
  return { ...result, pass: false, failure: said }
}
