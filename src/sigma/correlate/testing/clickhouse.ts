import { Session } from 'chdb'
import { UNKNOWN, YES } from '../../../base/truth.ts'
import { emitCorrelation, type SlotSource } from '../../emit/clickhouse-correlation.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Schema } from '../../schema.ts'
import { schemaOf, testField } from '../../testing/rows.ts'
import type { CorrelationVerdict } from '../hit.ts'
import { GROUP_FIELDS, RULES, type Scenario, type ScenarioEvent } from './scenario.ts'

/** A verdict as both the correlator and a query can tell it. */
export interface PlainVerdict {
  readonly cluster: string
  /** Of a group that can be told. */
  readonly group: readonly (string | null)[] | undefined
  readonly fromUs: number
  readonly atUs: number
  readonly truth: typeof YES | typeof UNKNOWN
  readonly matches: number
  readonly unknowns: number
  readonly origin: string
}

/** Correlates the events of scenarios on ClickHouse itself. */
export interface CorrelatingClickHouse {
  /** Replaces the events. */
  load(events: readonly ScenarioEvent[]): void
  /** The verdicts of the last of the correlations; those before it may be chained to it. */
  correlate(plans: readonly CorrelationPlan[], schema?: Schema): readonly PlainVerdict[]
  close(): void
}

const FIELDS = [
  ...RULES.map((name) => testField(name, 'number')),
  ...GROUP_FIELDS.map((name) => testField(name, 'text')),
  testField('name', 'text'),
  testField('size', 'number'),
  testField('sizes', 'number', { list: true }),
]
/** The fields of scenarios. */
export const SCHEMA: Schema = schemaOf(FIELDS)

/** ClickHouse within this process (chDB). One at a time. */
export const openCorrelatingClickHouse = (): CorrelatingClickHouse => {
  const session = new Session()
  return {
    load: (events) => {
      session.query('DROP TABLE IF EXISTS events')
      session.query(`CREATE TABLE events (${COLUMNS.join(', ')}) ENGINE = Memory`)
      const lines = events.map((event) => JSON.stringify(toRow(event)))
      session.query(`INSERT INTO events FORMAT JSONEachRow\n${lines.join('\n')}`)
    },
    correlate: (plans, schema = SCHEMA) => {
      const plan = plans.at(-1)
      if (plan === undefined) return []
      const { query, parameters } = emitCorrelation(plan, sourcesOf(plans, plan), schema, TABLE)
      const answer = session.queryBind(query, parameters, 'JSONEachRow').trim()
      return answer === '' ? [] : answer.split('\n').map((line) => toPlain(JSON.parse(line)))
    },
    close: () => session.close(),
  }
}

/** A verdict of the correlator in the same form. */
export const plainVerdict = (
  { plans, events }: Scenario,
  { correlation, fromUs, atUs, truth, matches, unknowns, hit }: CorrelationVerdict,
): PlainVerdict => {
  const event = events.find(({ origin }) => origin === hit.origin)
  const groupBy = plans[correlation]?.slots[hit.slot]?.groupBy ?? []
  const known = groupBy.every((field) => event?.groups[field] !== undefined)
  const { cluster = '', origin = '' } = event ?? {}
  const group = known ? hit.group : undefined
  return { cluster, group, fromUs, atUs, truth, matches, unknowns, origin }
}

const TABLE = { name: 'events', time: 'received', cluster: 'cluster', origin: 'id' }

const COLUMNS = [
  "received DateTime64(6, 'UTC')",
  'cluster String',
  'id String',
  'unknown_fields Array(String)',
  'null_fields Array(String)',
  ...FIELDS.map(({ column, type, list }) => {
    const scalar = `Nullable(${type === 'number' ? 'Float64' : 'String'})`
    return `${column} ${list ? `Array(${scalar})` : scalar}`
  }),
]

const toRow = (event: ScenarioEvent): Record<string, unknown> => {
  const truths = event.truths.map((truth) => (truth === UNKNOWN ? undefined : truth))
  const values: Record<string, unknown> = {
    ...Object.fromEntries(truths.map((truth, rule) => [RULES[rule], truth])),
    ...event.groups,
    name: event.name,
    size: event.size,
    sizes: event.sizes,
  }
  const unknown = FIELDS.filter(({ name }) => values[name] === undefined).map(({ name }) => name)
  const cells = FIELDS.map(({ name, column, list }) => [column, values[name] ?? (list ? [] : null)])
  return {
    ...Object.fromEntries(cells),
    received: (event.timeUs / 1e6).toFixed(6),
    cluster: event.cluster,
    id: event.origin,
    unknown_fields: unknown,
    null_fields: [],
  }
}

const sourcesOf = (
  plans: readonly CorrelationPlan[],
  plan: CorrelationPlan,
): readonly SlotSource[] =>
  plan.slots.map(({ rule, chained }): SlotSource => {
    const child = chained ? plans.find(({ id }) => id === rule) : undefined
    if (child === undefined) return { kind: 'rule', plan: ruleOf(rule) }
    return { kind: 'correlation', plan: child, sources: sourcesOf(plans, child) }
  })

const ruleOf = (rule: string): Plan => {
  const field = FIELDS.find(({ name }) => name === rule)
  if (field === undefined) throw new Error(`no rule ${rule}`)
  const { name, ...rest } = field
  const test = { kind: 'number' as const, operator: 'eq' as const, value: 1 }
  return { kind: 'leaf', field: name, ...rest, test, selection: 's', place: {} }
}

/** A row of an answer. */
interface Answer {
  readonly cluster: string
  readonly known: number
  readonly group_values: readonly (string | null)[]
  readonly from_us: number
  readonly at_us: number
  readonly truth: number | null
  readonly matches: number
  readonly unknowns: number
  readonly origin: string
}

const toPlain = (row: Answer): PlainVerdict => ({
  cluster: row.cluster,
  group: row.known === 1 ? row.group_values : undefined,
  fromUs: Number(row.from_us),
  atUs: Number(row.at_us),
  truth: row.truth === null ? UNKNOWN : YES,
  matches: Number(row.matches),
  unknowns: Number(row.unknowns),
  origin: row.origin,
})
