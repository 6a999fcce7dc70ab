import { Session } from 'chdb'
import {
  CANNOT_TELL,
  type FieldValue,
  NO,
  type Scalar,
  type Truth,
  UNKNOWN,
  YES,
} from '../../base/truth.ts'
import { emitWhere, nullColumn, unknownColumn } from '../emit/clickhouse.ts'
import type { StatementParameter } from '../emit/clickhouse-leaf.ts'
import type { Plan } from '../plan/plan.ts'
import type { SchemaField } from '../schema.ts'
import { schemaOf, type TestElement, type TestRow } from './rows.ts'

/** Judges rows by plans on ClickHouse itself. */
export interface ClickHouse {
  /** Replaces the rows that are judged. */
  load(fields: readonly SchemaField[], rows: readonly TestRow[]): void
  /** For each plan the truths of all rows, in their order. One query. */
  judge(plans: readonly Plan[]): readonly (readonly Truth[])[]
  close(): void
}

/** ClickHouse within this process (chDB). One at a time. */
export const openClickHouse = (): ClickHouse => {
  const session = new Session()
  let fields: readonly SchemaField[] = []
  return {
    load: (newFields, rows) => {
      fields = newFields
      session.query('DROP TABLE IF EXISTS rows')
      const columns = columnsOf(fields).map(({ name, type }) => `\`${name}\` ${type}`)
      session.query(`CREATE TABLE rows (id UInt32, ${columns.join(', ')}) ENGINE = Memory`)
      const lines = rows.map((row, id) => JSON.stringify({ id, ...stored(fields, row) }))
      session.query(`INSERT INTO rows FORMAT JSONEachRow\n${lines.join('\n')}`)
    },
    judge: (plans) => judge(session, fields, plans),
    close: () => session.close(),
  }
}

const judge = (
  session: Session,
  fields: readonly SchemaField[],
  plans: readonly Plan[],
): readonly (readonly Truth[])[] => {
  const schema = schemaOf(fields)
  const parameters: Record<string, StatementParameter> = {}
  const columns = plans.map((plan, at) => {
    const statement = emitWhere(plan, schema)
    for (const [name, value] of Object.entries(statement.parameters)) {
      parameters[`q${at}${name}`] = value
    }
    return statement.where.replaceAll(/\{(p\d+):/g, `{q${at}$1:`)
  })
  const query = `SELECT ${columns.join(', ')} FROM rows ORDER BY id`
  const answer = session.queryBind(query, parameters, 'JSONCompactEachRow').trim()
  const rows: (number | boolean | null)[][] = answer.split('\n').map((line) => JSON.parse(line))
  return plans.map((_, at) => rows.map((row) => truthOf(row[at])))
}

const truthOf = (answer: number | boolean | null | undefined): Truth => {
  if (answer === null) return UNKNOWN
  if (answer === 1 || answer === true) return YES
  if (answer === 0 || answer === false) return NO
  throw new Error(`ClickHouse answers ${answer}`)
}

interface Column {
  readonly name: string
  readonly type: string
}

const groupsOf = (fields: readonly SchemaField[]): readonly string[] => [
  ...new Set(fields.map((field) => field.group).filter((group) => group !== undefined)),
]

const columnsOf = (fields: readonly SchemaField[]): readonly Column[] => [
  { name: unknownColumn(undefined), type: 'Array(String)' },
  { name: nullColumn(undefined), type: 'Array(String)' },
  ...groupsOf(fields).flatMap((group) => [
    { name: unknownColumn(group), type: 'Array(Array(String))' },
    { name: nullColumn(group), type: 'Array(Array(String))' },
  ]),
  ...fields.flatMap((field) =>
    field.column === undefined ? [] : [{ name: field.column, type: typeOf(field) }],
  ),
]

const typeOf = ({ type, list, group }: SchemaField): string => {
  const scalar = SCALARS[type] ?? 'String'
  const value = list ? `Array(Nullable(${scalar}))` : `Nullable(${scalar})`
  return group === undefined ? value : `Array(${value})`
}

const SCALARS: Readonly<Record<string, string>> = {
  number: 'Float64',
  boolean: 'Bool',
  time: "DateTime64(6, 'UTC')",
}

const stored = (fields: readonly SchemaField[], row: TestRow): Record<string, unknown> => {
  const record: Record<string, unknown> = {}
  const plain = fields.filter((field) => field.group === undefined)
  Object.assign(record, companions(undefined, plain, row.values))
  for (const group of groupsOf(fields)) {
    const members = row.groups[group]
    const elements = members === CANNOT_TELL || members === undefined ? [] : members
    if (members === CANNOT_TELL) (record[unknownColumn(undefined)] as string[]).push(group)
    const own = fields.filter((field) => field.group === group)
    for (const name of [unknownColumn(group), nullColumn(group)]) {
      record[name] = elements.map((element) => companions(group, own, element)[name])
    }
    for (const field of own) {
      if (field.column !== undefined) {
        record[field.column] = elements.map((element) => cell(field, element[field.name]))
      }
    }
  }
  for (const field of plain) {
    if (field.column !== undefined) record[field.column] = cell(field, row.values[field.name])
  }
  return record
}

const companions = (
  group: string | undefined,
  fields: readonly SchemaField[],
  values: TestElement,
): Record<string, string[]> => {
  const names = (wanted: FieldValue): string[] =>
    fields.filter(({ name }) => values[name] === wanted).map(({ name }) => name)
  return { [unknownColumn(group)]: names(CANNOT_TELL), [nullColumn(group)]: names(null) }
}

const cell = (field: SchemaField, value: FieldValue): unknown => {
  if (value === undefined || value === CANNOT_TELL) return field.list ? [] : null
  const members = (Array.isArray(value) ? value : [value]) as readonly Scalar[]
  const cells = members.map((member) => {
    if (field.type === 'time') return timeCell(member)
    const text = field.type !== 'number' && field.type !== 'boolean'
    return text && member !== null ? String(member).replace('e+', 'e') : member
  })
  return field.list ? cells : cells[0]
}

/** A time as ClickHouse reads it; what is no time is stored as none. */
const timeCell = (value: Scalar): string | null => {
  const time = new Date(typeof value === 'string' ? value : Number.NaN)
  return Number.isNaN(time.getTime()) ? null : time.toISOString().replace('T', ' ').slice(0, -1)
}
