import { NO, type Truth, UNKNOWN, wordFor } from '../base/truth.ts'
import { eventRow, type Row } from '../detect/columns.ts'
import type { CompiledCorrelation, RuleSet } from '../detect/compile.ts'
import { auditSchema } from '../detect/schema.ts'
import { enrich } from '../enrich/enrich.ts'
import { witnessesOf } from '../sigma/emit/clickhouse.ts'
import type { SlotSource } from '../sigma/emit/clickhouse-correlation.ts'
import type { CorrelationPlan } from '../sigma/plan/correlation.ts'
import type { Plan } from '../sigma/plan/plan.ts'
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

/**
 * Compares what ClickHouse says of a case with what came of it. `open` are the fields that SQL
 * cannot read.
 */
export const compareSql = (
  open: readonly string[],
  result: CaseResult,
  truth: Truth,
): SqlComparison => {
  const said = wordFor(truth)
  if (said === result.got) return { kind: 'same', failure: '' }
  if (truth === UNKNOWN && open.length > 0) return { kind: 'witness', failure: '' }
  const lost = truth === NO ? ': the row would be lost' : ''
  const failure = `ClickHouse says ${said}, the predicate ${result.got}${lost}`
  return { kind: 'different', failure }
}

/** What the slots of a correlation stand for, as SQL needs it. */
export const sourcesOf = (plan: CorrelationPlan, set: RuleSet): readonly SlotSource[] =>
  plan.slots.map(({ rule, chained }) => {
    if (!chained) {
      const found = set.rules.find(({ ref }) => ref.id === rule)
      if (found !== undefined) return { kind: 'rule', plan: found.plan }
    }
    const found = set.correlations.find(({ ref }) => ref.id === rule)
    if (found === undefined) throw new Error(`bug: ${plan.id} names ${rule}, which is not there`)
    return { kind: 'correlation', plan: found.plan, sources: sourcesOf(found.plan, set) }
  })

/** The fields of a rule that SQL cannot read, sorted; the empty text is a keyword. */
export const openFields = (plan: Plan): readonly string[] =>
  [...new Set(witnessesOf(plan, auditSchema).map(({ field }) => field))].sort()

/** The same of all that a correlation reads. */
export const openFieldsOf = (correlation: CompiledCorrelation, set: RuleSet): readonly string[] => {
  const open = openIn(correlation.plan, sourcesOf(correlation.plan, set))
  return [...new Set(open)].sort()
}

function openIn(plan: CorrelationPlan, sources: readonly SlotSource[]): readonly string[] {
  const read = plan.slots.flatMap(({ groupBy, fields }) => [...groupBy, ...fields])
  const own = read.filter((name) => {
    const field = auditSchema(name)
    return field?.column === undefined || field.type === 'time' || field.type === 'any'
  })
  const below = sources.flatMap((source) =>
    source.kind === 'rule' ? openFields(source.plan) : openIn(source.plan, source.sources),
  )
  return [...own, ...below]
}
