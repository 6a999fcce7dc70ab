import { Session } from 'chdb'
import { UNKNOWN, YES } from '../../../base/truth.ts'
import { emitCorrelation, type SlotSource } from '../../emit/clickhouse-correlation.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import type { Plan } from '../../plan/plan.ts'
import { schemaOf, testField } from '../../testing/rows.ts'
import type { CorrelationVerdict } from '../hit.ts'
import { GROUP_FIELDS, RULES, type ScenarioEvent } from './scenario.ts'

/** A verdict as both the correlator and a query can tell it. */
export type PlainVerdict = readonly (string | number | boolean | null)[]

/** Correlates the events of scenarios on ClickHouse itself. */
export interface CorrelatingClickHouse {
  /** Replaces the events. */
  load(events: readonly ScenarioEvent[]): void
  /** The verdicts of each correlation. */
  correlate(plans: readonly CorrelationPlan[]): readonly (readonly PlainVerdict[])[]
  close(): void
}

const RULE_FIELDS = Array.from({ length: RULES }, (_, rule) => `rule${rule}`)
const FIELDS = [
  ...RULE_FIELDS.map((name) => testField(name, 'number')),
  ...GROUP_FIELDS.map((name) => testField(name, 'text')),
  testField('name', 'text'),
  testField('size', 'number'),
  testField('sizes', 'number', { list: true }),
]
const SCHEMA = schemaOf(FIELDS)

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
    correlate: (plans) =>
      plans.map((plan) => {
        const { query, parameters } = emitCorrelation(plan, sourcesOf(plans, plan), SCHEMA, TABLE)
        const answer = session.queryBind(query, parameters, 'JSONEachRow').trim()
        return answer === '' ? [] : answer.split('\n').map((line) => toPlain(JSON.parse(line)))
      }),
    close: () => session.close(),
  }
}

/** A verdict of the correlator in the same form. */
export const plainVerdict = (
  verdict: CorrelationVerdict,
  cluster: string,
  known: boolean,
): PlainVerdict => {
  const { fromUs, atUs, truth, matches, unknowns, hit } = verdict
  const group = known ? JSON.stringify(hit.group) : ''
  return [cluster, known, group, fromUs, atUs, truth, matches, unknowns, hit.origin]
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
    ...Object.fromEntries(truths.map((truth, rule) => [`rule${rule}`, truth])),
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
    if (child === undefined) return { kind: 'rule', plan: ruleOf(Number(rule)) }
    return { kind: 'correlation', plan: child, sources: sourcesOf(plans, child) }
  })

const ruleOf = (rule: number): Plan => {
  const field = FIELDS[rule]
  if (field === undefined) throw new Error(`no rule ${rule}`)
  const { name, ...rest } = field
  const test = { kind: 'number' as const, operator: 'eq' as const, value: 1 }
  return { kind: 'leaf', field: name, ...rest, test, selection: 's', place: {} }
}

const toPlain = (row: Readonly<Record<string, unknown>>): PlainVerdict => {
  const known = Number(row['known']) === 1
  return [
    String(row['cluster']),
    known,
    known ? JSON.stringify(row['group_values']) : '',
    Number(row['from_us']),
    Number(row['at_us']),
    row['truth'] === null ? UNKNOWN : YES,
    Number(row['matches']),
    Number(row['unknowns']),
    String(row['origin']),
  ]
}
