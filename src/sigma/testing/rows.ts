import { CANNOT_TELL, type CannotTell, type FieldValue, type Scalar } from '../../base/truth.ts'
import type { Access, RowTexts } from '../emit/predicate.ts'
import type { FieldType, Schema, SchemaField } from '../schema.ts'

/** A row of a test: values by field name. A name that is missing is absent. */
export interface TestRow {
  readonly values: Readonly<Record<string, FieldValue>>
  /** The elements of each array of objects; their values by the full names of the fields. */
  readonly groups: Readonly<Record<string, readonly TestElement[] | CannotTell>>
}

/** One element of an array of objects. */
export type TestElement = Readonly<Record<string, FieldValue>>

/** How a predicate reads the rows of tests. */
export const testAccess: Access<TestRow> = {
  value: (name) => (row) => row.values[name],
  elements: (group) => (row) => row.groups[group],
  elementValue: (name) => (element) => (element as TestElement)[name],
  texts: () => textsOf,
}

/** All text of a row's values; the value `''` is "cannot tell" where there is more, and hidden. */
export const textsOf = (row: TestRow): RowTexts => ({
  texts: Object.values(row.values).flatMap((value) =>
    membersOf(value).filter((member) => typeof member === 'string'),
  ),
  hidden: row.values[''] === CANNOT_TELL,
})

/** The known values of a field as a list. */
export const membersOf = (value: FieldValue): readonly Scalar[] => {
  if (value === undefined || typeof value === 'symbol') return []
  return Array.isArray(value) ? value : [value as Scalar] // What is left is one scalar.
}

/** A schema of the fields given. */
export const schemaOf = (fields: readonly SchemaField[]): Schema => {
  const byName = new Map(fields.map((field) => [field.name, field]))
  return Object.assign((name: string) => byName.get(name), { names: [...byName.keys()] })
}

/** A field of a test: its column is its name with everything but letters and digits as `_`. */
export const testField = (
  name: string,
  type: FieldType,
  more: { list?: boolean; stored?: boolean; values?: readonly string[]; open?: boolean } = {},
): SchemaField => ({
  name,
  type,
  list: more.list === true,
  group: name.includes('[]') ? name.slice(0, name.indexOf('[]')) : undefined,
  column: more.stored === false ? undefined : `c_${name.replaceAll(/[^A-Za-z0-9]/g, '_')}`,
  values: more.values,
  open: more.open === true,
})
