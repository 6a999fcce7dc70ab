import { assert } from '../../base/assert.ts'
import { NUMERIC_TEXT } from '../match/scalar.ts'
import type { CorrelationPlan, CorrelationSlot } from '../plan/correlation.ts'
import type { Plan } from '../plan/plan.ts'
import type { Schema, SchemaField } from '../schema.ts'
import { emitWhere, unknownColumn } from './clickhouse.ts'
import type { Binding, StatementParameter } from './clickhouse-leaf.ts'
import { windowLayers } from './clickhouse-window.ts'

/** What a slot of a correlation stands for: a rule, or a correlation with its own slots. */
export type SlotSource =
  | { readonly kind: 'rule'; readonly plan: Plan }
  | {
      readonly kind: 'correlation'
      readonly plan: CorrelationPlan
      readonly sources: readonly SlotSource[]
    }

/** The table of events, and those of its columns that no field names. */
export interface EventTable {
  /** With or without its database: `audit.events`. */
  readonly name: string
  /** `DateTime64(6)`: when the request was received. */
  readonly time: string
  readonly cluster: string
  /** What decides, by its text, which of several events at one time completes a window. */
  readonly origin: string
}

/** A whole query, with its literals apart. */
export interface Query {
  readonly query: string
  readonly parameters: Readonly<Record<string, StatementParameter>>
}

/**
 * A correlation as a ClickHouse query. It answers a row for each time the correlation begins to
 * hold, or to be "cannot tell", in the order of time: `cluster`, `known` (whether the group can be
 * told), `group_values`, `from_us`, `at_us`, `truth` (1, or NULL for "cannot tell"), `matches`,
 * `unknowns`, and the `origin` that completed it. It means what the correlator means, see
 * correlate/SPEC.md, but what has no column cannot be told.
 */
export const emitCorrelation = (
  plan: CorrelationPlan,
  sources: readonly SlotSource[],
  schema: Schema,
  table: EventTable,
): Query => {
  const emission = newEmission(schema, table)
  const verdicts = verdictsSql(emission, plan, sources, [])
  const values = plan.groupBy.map((_, part) => column(0, `group${part}`))
  const query = `SELECT cluster, p0_known AS known, [${values.join(', ')}] AS group_values, from_us, at AS at_us, if(sure, 1, NULL) AS truth, matches, unknowns, origin FROM (${verdicts}) ORDER BY at_us, cluster, known, group_values`
  return { query, parameters: emission.parameters }
}

interface Emission {
  readonly schema: Schema
  readonly table: EventTable
  readonly parameters: Record<string, StatementParameter>
  readonly bind: Binding
}

const newEmission = (schema: Schema, table: EventTable): Emission => {
  const parameters: Record<string, StatementParameter> = {}
  const bind: Binding = (type, value) => {
    const name = `c${Object.keys(parameters).length}`
    parameters[name] = value
    return `{${name}:${type}}`
  }
  return { schema, table, parameters, bind }
}

/** A place where an event counts: of the correlation asked for, or of one chained to it below. */
interface Place {
  readonly plan: CorrelationPlan
  readonly number: number
  readonly slot: CorrelationSlot
}

const column = (depth: number, name: string): string => `p${depth}_${name}`

const groupColumns = (depth: number, plan: CorrelationPlan): readonly string[] => [
  'cluster',
  column(depth, 'known'),
  ...plan.groupBy.map((_, part) => column(depth, `group${part}`)),
]

/** What an event says at a place. */
const placeColumns = (depth: number, plan: CorrelationPlan): readonly string[] => [
  ...groupColumns(depth, plan).slice(1),
  column(depth, 'slot'),
  ...(valuesName(plan) === undefined ? [] : [column(depth, 'told'), column(depth, 'values')]),
]

/** What the window calls the values of a hit. */
const valuesName = ({ type }: CorrelationPlan): 'texts' | 'numbers' | undefined => {
  if (type === 'value_count') return 'texts'
  return type.startsWith('value_') ? 'numbers' : undefined
}

/** The times at which a correlation begins to hold, with what the places above need of them. */
const verdictsSql = (
  emission: Emission,
  whole: CorrelationPlan,
  sources: readonly SlotSource[],
  above: readonly Place[],
): string => {
  const plan = { ...whole, spanUs: Math.min(whole.spanUs, SPAN_MAX_US) }
  const depth = above.length
  const group = groupColumns(depth, plan)
  const layers = windowLayers(plan, group, emission.bind)
  const hits = layers.reduce(
    (inner, columns) => `SELECT *, ${columns.join(', ')} FROM (${inner})`,
    hitsSql(emission, plan, sources, above),
  )
  const by = group.join(', ')
  const able = plan.type === 'temporal_ordered' ? `slot = ${plan.slots.length - 1}` : '1'
  const judged = `SELECT *, ifNull(truth, 0) = 1 AND max(sure AND ${able}) OVER (PARTITION BY ${by}, at) AS is_yes FROM (${hits})`
  const instants = `SELECT * FROM (${judged}) WHERE ${able} AND ifNull(truth, 1) != 0 AND (sure OR NOT is_yes) ORDER BY origin, slot, sure DESC LIMIT 1 BY ${by}, at`
  const before = `OVER (PARTITION BY ${by} ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`
  const episodes = `SELECT *, maxIf(at, is_yes) ${before} AS yes_before, max(at) ${before} AS any_before FROM (${instants})`
  const kept = [
    ...above.flatMap((place, at) => placeColumns(at, place.plan)),
    ...(depth === 0 ? [...group.slice(1), 'matches', 'unknowns', FROM_US] : []),
  ]
  const columns = ['at', 'origin', 'cluster', 'is_yes AS sure', ...kept].join(', ')
  return `SELECT ${columns} FROM (${episodes}) WHERE if(is_yes, yes_before, any_before) = 0 OR at - if(is_yes, yes_before, any_before) > ${plan.spanUs}`
}

/** Longer than all time that is stored. */
const SPAN_MAX_US = 2 ** 52

const FROM_US = 'if(ifNull(truth, 0) = 1, from_sure, from_all) AS from_us'

/** The hits of a correlation: those of all its slots. */
const hitsSql = (
  emission: Emission,
  plan: CorrelationPlan,
  sources: readonly SlotSource[],
  above: readonly Place[],
): string => {
  const depth = above.length
  const slots = plan.slots.map((slot, number) => {
    const source = sources[number]
    assert(source !== undefined, 'every slot has a source')
    const places = [...above, { plan, number, slot }]
    if (source.kind === 'rule') return eventsSql(emission, source.plan, places)
    const verdicts = verdictsSql(emission, source.plan, source.sources, places)
    const columns = places.flatMap((place, at) => placeColumns(at, place.plan))
    const sure = `sure AND ${column(depth, 'known')} AS is_sure`
    return `SELECT at AS hit_at, origin AS hit_origin, cluster AS hit_cluster, ${sure}, ${columns.join(', ')} FROM (${verdicts})`
  })
  const values = valuesName(plan)
  const own = [
    'hit_at AS at, hit_origin AS origin, hit_cluster AS cluster, is_sure AS sure',
    `${column(depth, 'slot')} AS slot`,
    ...(values === undefined
      ? []
      : [`${column(depth, 'told')} AS told, ${column(depth, 'values')} AS ${values}`]),
  ]
  return `SELECT *, ${own.join(', ')} FROM (${slots.join(' UNION ALL ')})`
}

/** The events that a rule matches, or that it cannot tell, as hits. */
const eventsSql = (emission: Emission, rule: Plan, places: readonly Place[]): string => {
  const { table, schema, parameters } = emission
  const statement = emitWhere(rule, schema)
  const prefix = `r${Object.keys(parameters).length}`
  for (const [name, value] of Object.entries(statement.parameters)) {
    parameters[`${prefix}${name}`] = value
  }
  const where = statement.where.replaceAll(/\{(p\d+):/g, `{${prefix}$1:`)
  const kept = `SELECT *, ${where} AS is_match FROM ${table.name.split('.').map(quoted).join('.')} WHERE ifNull(is_match, 1) != 0`
  const known = column(places.length - 1, 'known')
  const columns = [
    `greatest(toUnixTimestamp64Micro(${quoted(table.time)}), 1) AS hit_at`,
    `toString(${quoted(table.origin)}) AS hit_origin`,
    `toString(${quoted(table.cluster)}) AS hit_cluster`,
    ...places.flatMap((place, depth) => placeExpressions(emission, depth, place)),
    `ifNull(is_match, 0) = 1 AND ${known} AS is_sure`,
  ]
  const wanted = places.flatMap(({ plan }, depth) => placeColumns(depth, plan))
  const names = ['hit_at', 'hit_origin', 'hit_cluster', 'is_sure', ...wanted]
  return `SELECT ${names.join(', ')} FROM (SELECT ${columns.join(', ')} FROM (${kept}))`
}

const placeExpressions = (
  emission: Emission,
  depth: number,
  { plan, slot, number }: Place,
): readonly string[] => {
  const group = slot.groupBy.map((name) => readField(emission, name))
  const known = group.map(({ unknown }) => `NOT ${unknown}`)
  const texts = group.map(({ unknown, text }, part) => {
    const value = `CAST(if(${unknown}, NULL, ${text}), 'Nullable(String)')`
    return `${value} AS ${column(depth, `group${part}`)}`
  })
  const expressions = [
    `toUInt8(${known.length === 0 ? '1' : known.join(' AND ')}) AS ${column(depth, 'known')}`,
    ...texts,
    `toUInt16(${number}) AS ${column(depth, 'slot')}`,
  ]
  const values = valuesName(plan)
  if (values === undefined) return expressions
  const fields = slot.fields.map((name) => readField(emission, name))
  const unknown = fields.map((field) => field.unknown).join(' OR ')
  const array = values === 'texts' ? textsOf(fields) : numbersOf(fields, emission.bind)
  const type = values === 'texts' ? 'Array(String)' : 'Array(Float64)'
  return [
    ...expressions,
    `toUInt8(NOT (${unknown})) AS ${column(depth, 'told')}`,
    `CAST(if(${unknown}, [], ${array}), '${type}') AS ${column(depth, 'values')}`,
  ]
}

/** A field as SQL reads it. */
interface FieldSql {
  readonly field: SchemaField | undefined
  readonly value: string
  /** Whether it cannot be told: always, without a column. */
  readonly unknown: string
  /** Its text, NULL where it has no value. */
  readonly text: string
}

const readField = ({ schema, bind }: Emission, name: string): FieldSql => {
  const field = schema(name)
  const isReadable = field?.type !== 'time' && field?.type !== 'any' && field?.group === undefined
  if (field?.column === undefined || !isReadable) {
    return { field: undefined, value: 'NULL', unknown: '1', text: 'NULL' }
  }
  const value = quoted(field.column)
  const unknown = `has(${quoted(unknownColumn(undefined))}, ${bind('String', name)})`
  const text = field.list ? `if(empty(${value}), NULL, toString(${value}))` : textOf(field, value)
  return { field, value, unknown, text }
}

/** Without a sign for 0: JavaScript's text of -0 has none. */
const textOf = ({ type }: SchemaField, value: string): string => {
  if (type === 'number') return `toString(${value} + 0)`
  return type === 'boolean' ? `toString(${value})` : value
}

/** The distinct values of one field, or the one composite value of several. */
const textsOf = (fields: readonly FieldSql[]): string => {
  const [only] = fields
  if (only === undefined) return '[]'
  if (fields.length === 1) return membersOf(only, (value, field) => textOf(field, value))
  const missing = fields.map(({ text }) => `isNull(${text})`).join(' OR ')
  const parts = fields.map(({ text }) => `ifNull(${text}, '')`).join(', ')
  return `if(${missing}, [], [toString([${parts}])])`
}

const numbersOf = ([only, ...others]: readonly FieldSql[], bind: Binding): string => {
  const type = only?.field?.type
  if (only === undefined || others.length > 0 || type === 'boolean') return '[]'
  if (type === 'number') return membersOf(only, (value) => value)
  const texts = membersOf(only, (value) => value)
  const numeric = `match(text, ${bind('String', NUMERIC_TEXT)})`
  return `arrayMap(text -> toFloat64(text), arrayFilter(text -> ${numeric}, ${texts}))`
}

const membersOf = (
  { field, value }: FieldSql,
  write: (value: string, field: SchemaField) => string,
): string => {
  if (field === undefined) return '[]'
  const list = field.list ? value : `[${value}]`
  const present = `arrayFilter(member -> isNotNull(member), ${list})`
  return `arrayMap(member -> assumeNotNull(${write('member', field)}), ${present})`
}

const quoted = (name: string): string => {
  assert(/^[A-Za-z_][A-Za-z0-9_]*$/.test(name), `a column or table is named ${name}`)
  return `\`${name}\``
}
