import { assert, unreachable } from '../../base/assert.ts'
import { leaves } from '../plan/leaves.ts'
import type { Leaf, Plan, SomeElement } from '../plan/plan.ts'
import type { Schema } from '../schema.ts'
import {
  type Binding,
  isBeyondClickHouse,
  type StatementParameter,
  sqlOfTest,
} from './clickhouse-leaf.ts'

/** An expression for a `WHERE`, with its literals apart. */
export interface Statement {
  /** 1, 0, or NULL for "cannot tell". Keep the rows where it is not 0: `ifNull(…, 1) != 0`. */
  readonly where: string
  /** ClickHouse query parameters by name, as `{p0:String}` in `where`. */
  readonly parameters: Readonly<Record<string, StatementParameter>>
}

/**
 * A plan as a ClickHouse expression over stored columns. Means the same as `emitPredicate`, except
 * that a test on a field without a column is NULL: the expression is a witness, it may keep too
 * many rows and never too few. The columns it expects are described in SPEC.md, "Columns".
 */
export const emitWhere = (plan: Plan, schema: Schema): Statement => {
  const parameters: Record<string, StatementParameter> = {}
  let count = 0
  const bind = (type: string, value: StatementParameter): string => {
    const name = `p${count}`
    count += 1
    parameters[name] = value
    return `{${name}:${type}}`
  }
  const where = sqlOf(plan, { bind, columnOf: (name) => columnOf(schema, name), row: ROW })
  return { where, parameters }
}

/**
 * The tests of a plan that ClickHouse cannot judge: they are NULL in `emitWhere`, whatever the row.
 */
export const witnessesOf = (plan: Plan, schema: Schema): readonly Leaf[] =>
  leaves(plan).filter((leaf) => isWitness(leaf, (name) => columnOf(schema, name)))

/** The column that lists the fields of a row, or of an element, that cannot be told. */
export const unknownColumn = (group: string | undefined): string =>
  group === undefined ? 'unknown_fields' : `${columnPrefix(group)}_unknown_fields`

/** The column that lists the fields, of one value each, that were written as null. */
export const nullColumn = (group: string | undefined): string =>
  group === undefined ? 'null_fields' : `${columnPrefix(group)}_null_fields`

interface Emission {
  readonly bind: Binding
  /** The expression that reads a field; undefined when no column can. */
  readonly columnOf: (field: string) => string | undefined
  /** Where the names of the fields that are unknown, or null, are found. */
  readonly row: { readonly unknown: string; readonly nulls: string }
}

const ROW: Emission['row'] = { unknown: unknownColumn(undefined), nulls: nullColumn(undefined) }

const CANNOT_TELL_SQL = "CAST(NULL, 'Nullable(UInt8)')"

const sqlOf = (plan: Plan, emission: Emission): string => {
  switch (plan.kind) {
    case 'and':
      return join(plan.of, 'AND', '1', emission)
    case 'or':
      return join(plan.of, 'OR', '0', emission)
    case 'not':
      return `(NOT ${sqlOf(plan.of, emission)})`
    case 'some-element':
      return sqlOfSomeElement(plan, emission)
    case 'leaf':
      return sqlOfLeaf(plan, emission)
    default:
      return unreachable(plan)
  }
}

const join = (of: readonly Plan[], word: string, empty: string, emission: Emission): string =>
  of.length === 0 ? empty : `(${of.map((part) => sqlOf(part, emission)).join(` ${word} `)})`

// NULL means "cannot tell" and nothing else: an absent field must be 0, or `not selection` would
// lose every row that lacks it, while the predicate keeps it. See the case `negated-absent`.
const sqlOfLeaf = (leaf: Leaf, { bind, columnOf, row }: Emission): string => {
  const { test } = leaf
  const value = columnOf(leaf.field)
  const other = test.kind === 'same' ? columnOf(test.other.field) : undefined
  if (value === undefined || isWitness(leaf, columnOf)) return CANNOT_TELL_SQL
  const name = bind('String', leaf.field)
  const names = test.kind === 'same' ? [name, bind('String', test.other.field)] : [name]
  const unknown = names.map((field) => `has(${row.unknown}, ${field})`).join(' OR ')
  const condition = sqlOfTest(leaf, {
    bind,
    value,
    other: other ?? '',
    writtenAsNull: `has(${row.nulls}, ${name})`,
  })
  return `if(${unknown}, NULL, ifNull(${condition}, 0))`
}

const isWitness = (leaf: Leaf, columnOf: Emission['columnOf']): boolean =>
  fieldsOf(leaf).some((field) => columnOf(field) === undefined) || isBeyondClickHouse(leaf)

/**
 * The elements are parallel arrays. Each gives 2 for yes, 1 for cannot tell, 0 for no; the largest
 * is the answer, and elements that cannot be told at all count as one that cannot.
 */
const sqlOfSomeElement = (part: SomeElement, { bind, columnOf, row }: Emission): string => {
  const fields = new Set(leaves(part.of).flatMap(fieldsOf))
  const columns = [...fields].map(columnOf).filter((column) => column !== undefined)
  if (columns.length === 0) return CANNOT_TELL_SQL
  const distinct = [...new Set(columns)]
  const inner = sqlOf(part.of, {
    bind,
    columnOf: (field) => {
      const column = columnOf(field)
      return column === undefined ? undefined : `element${distinct.indexOf(column)}`
    },
    row: { unknown: 'element_unknown', nulls: 'element_nulls' },
  })
  const names = ['element_unknown', 'element_nulls', ...distinct.map((_, at) => `element${at}`)]
  const arrays = [quoted(unknownColumn(part.group)), quoted(nullColumn(part.group)), ...distinct]
  const truths = `arrayMap((${names.join(', ')}) -> ifNull(${inner} * 2, 1), ${arrays.join(', ')})`
  const whole = `if(has(${row.unknown}, ${bind('String', part.group)}), 1, 0)`
  return `[0, NULL, 1][arrayMax(arrayPushBack(${truths}, ${whole})) + 1]`
}

const fieldsOf = ({ field, test }: Leaf): readonly string[] =>
  test.kind === 'same' ? [field, test.other.field] : [field]

/**
 * A value of any type is stored as text that no longer says which type it had, and cannot be judged
 * from its column.
 */
const columnOf = (schema: Schema, name: string): string | undefined => {
  const field = schema(name)
  return field?.column === undefined || field.type === 'any' ? undefined : quoted(field.column)
}

const columnPrefix = (group: string): string => group.replaceAll('.', '_')

const quoted = (column: string): string => {
  assert(/^[A-Za-z_][A-Za-z0-9_]*$/.test(column), `a column is named ${column}`)
  return `\`${column}\``
}
