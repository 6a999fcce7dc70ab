import type { Column } from '../base/native-block.ts'
import { CANNOT_TELL, type FieldValue, type Scalar } from '../base/truth.ts'
import type { Facts } from '../model/facts.ts'
import { type ElementField, type ElementGroup, FIELDS, GROUPS } from '../model/fields.ts'
import { nullColumn, unknownColumn } from '../sigma/emit/clickhouse.ts'
import { textOfScalar } from '../sigma/match/scalar.ts'
import { timePartOf } from '../sigma/match/time-part.ts'
import { factsAccess } from './schema.ts'

/** A row: the value of each column, as JSON holds it. */
export type Row = Readonly<Record<string, unknown>>

/**
 * The columns of the table that `emitWhere` expects (src/sigma/SPEC.md, "Columns"): one for each
 * field of `model/fields.ts` that names one, and the lists of fields that cannot be told or are
 * null.
 */
export const eventColumns = (): readonly Column[] => [
  { name: unknownColumn(undefined), type: 'Array(String)' },
  { name: nullColumn(undefined), type: 'Array(String)' },
  ...GROUP_NAMES.flatMap((group) => [
    { name: unknownColumn(group), type: 'Array(Array(String))' },
    { name: nullColumn(group), type: 'Array(Array(String))' },
  ]),
  ...STORED.map(({ name, column, type, list, kind }) => {
    const value = storedType(name, type, list === true)
    return { name: column, type: kind === 'element' ? `Array(${value})` : value }
  }),
]

/** A field with a column. */
export type Stored = (typeof FIELDS)[number] & { readonly column: string }

/** The fields with a column, in the order of their table. */
export const STORED: readonly Stored[] = FIELDS.filter(
  (field): field is Stored => field.column !== undefined,
)

/** The arrays of objects whose elements have columns. Their type says that these are all keys. */
export const GROUP_NAMES: readonly ElementGroup[] = Object.keys(GROUPS) as ElementGroup[]

/** The field whose column orders the rows. */
export const RECEIVED = 'requestReceivedTimestamp'

/** A time of RFC 3339 that ClickHouse reads too: 30 February is none. */
export const isTime = (value: unknown): value is string =>
  typeof value === 'string' && TIME.test(value) && timePartOf(value, 'year') !== undefined

/** The fields with a column of the elements of an array of objects. */
export const elementFields = (group: ElementGroup): readonly (Stored & ElementField)[] =>
  STORED.filter(
    (field): field is Stored & ElementField => field.kind === 'element' && field.group === group,
  )

/** What those columns hold of an event. Every fact is computed for it. */
export const eventRow = (facts: Facts): Row => {
  const row: Record<string, unknown> = {}
  const unknown: string[] = []
  const nulls: string[] = []
  for (const field of STORED) {
    if (field.kind !== 'value') continue
    const value = factsAccess.value(field.name)(facts)
    // Where 1970 stands for no time, nothing may be concluded from its parts.
    const isMade = field.name === RECEIVED && !isTime(value)
    if (value === CANNOT_TELL || isMade) unknown.push(field.name)
    if (value === null) nulls.push(field.name)
    row[field.column] = cellOf(field, value)
  }
  for (const group of GROUP_NAMES) {
    const elements = GROUPS[group](facts)
    if (elements === CANNOT_TELL) unknown.push(group)
    Object.assign(row, columnsOf(group, known(elements)))
  }
  return { ...row, [unknownColumn(undefined)]: unknown, [nullColumn(undefined)]: nulls }
}

const storedType = (name: string, type: Stored['type'], list: boolean): string => {
  const scalar = SCALAR[type] ?? 'String'
  if (list) return `Array(Nullable(${scalar}))`
  // When a request was received orders the rows: it is always there, or 1970.
  return name === RECEIVED ? scalar : `Nullable(${scalar})`
}

const SCALAR: Readonly<Record<string, string>> = {
  number: 'Float64',
  boolean: 'Bool',
  time: "DateTime64(6, 'UTC')",
}

const known = (elements: ReturnType<(typeof GROUPS)[ElementGroup]>): readonly unknown[] =>
  elements === CANNOT_TELL || elements === undefined ? [] : elements

/** Parallel arrays: one value of each field for each element. */
const columnsOf = (group: ElementGroup, elements: readonly unknown[]): Row => {
  const fields = elementFields(group)
  const read = fields.map(({ name }) => factsAccess.elementValue(name))
  const values = elements.map((element) => read.map((of) => of(element)))
  const named = (wanted: FieldValue): readonly (readonly string[])[] =>
    values.map((of) => fields.filter((_, at) => of[at] === wanted).map(({ name }) => name))
  const columns = fields.map((field, at) => [
    field.column,
    values.map((of) => cellOf(field, of[at])),
  ])
  return {
    ...Object.fromEntries(columns),
    [unknownColumn(group)]: named(CANNOT_TELL),
    [nullColumn(group)]: named(null),
  }
}

const cellOf = ({ name, type, list }: Stored, value: FieldValue): unknown => {
  if (type === 'time') return timeCell(name, value)
  if (value === undefined || value === CANNOT_TELL) return list === true ? [] : null
  const members = (Array.isArray(value) ? value : [value]) as readonly Scalar[] // One or many.
  const cells = members.map((member) => storedScalar(type, member))
  return list === true ? cells : cells[0]
}

/** Text is stored well-formed: half of a surrogate pair has no form in UTF-8. */
const storedScalar = (type: Stored['type'], member: Scalar): Scalar =>
  type === 'number' || type === 'boolean' ? member : (textOfScalar(member)?.toWellFormed() ?? null)

/** A text that is no time is stored as none. */
const timeCell = (name: string, value: FieldValue): unknown => {
  if (isTime(value)) return value
  return name === RECEIVED ? '1970-01-01T00:00:00Z' : null
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
