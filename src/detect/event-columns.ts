import { assert } from '../base/assert.ts'
import type { NativeBlock } from '../base/native-block.ts'
import {
  ArrayColumn,
  FloatColumn,
  IntegerColumn,
  NullableColumn,
  TextColumn,
} from '../base/native-column.ts'
import { CANNOT_TELL, type FieldValue, type Scalar } from '../base/truth.ts'
import type { Facts } from '../model/facts.ts'
import { type ElementGroup, GROUPS } from '../model/fields.ts'
import { nullColumn, unknownColumn } from '../sigma/emit/clickhouse.ts'
import { textOfScalar } from '../sigma/match/scalar.ts'
import { elementFields, GROUP_NAMES, RECEIVED, STORED, type Stored } from './columns.ts'
import { factsAccess } from './schema.ts'
import { TimeReader } from './time-reader.ts'

/**
 * Writes what `eventRow` says of an event into a block, column by column, without making the row:
 * what an event does not have costs nothing, and the columns of a part that it lacks (a pod, an
 * exec) are not even asked.
 */
export class EventColumns {
  readonly #parts: readonly Part[]
  readonly #groups: readonly GroupWriter[]
  readonly #unknown: NameList
  readonly #nulls: NameList

  /**
   * The block has the columns of `eventColumns()`, and may have others. A field named in `own` is
   * written by what is said there, and needs no column.
   */
  constructor(block: NativeBlock, own: Readonly<Record<string, PutField>> = {}) {
    this.#unknown = nameList(block, unknownColumn(undefined))
    this.#nulls = nameList(block, nullColumn(undefined))
    this.#parts = partsOf(block, own)
    this.#groups = GROUP_NAMES.map((group) => new GroupWriter(block, group))
  }

  /** Writes the row of that number. Columns that were not written to are padded by the block. */
  add(row: number, facts: Facts): void {
    this.#unknown.pad(row)
    this.#nulls.pad(row)
    for (const part of this.#parts) {
      const isNone = part.whole !== undefined && part.whole(facts) === undefined
      if (isNone && (facts.event.unknown & part.bits) === 0) continue
      for (const field of part.fields) this.#put(row, field, facts)
    }
    for (const group of this.#groups) {
      const elements = GROUPS[group.name](facts)
      if (elements === CANNOT_TELL) this.#unknown.items.push(group.name)
      else if (elements !== undefined && elements.length > 0) group.add(row, elements)
    }
    this.#unknown.end()
    this.#nulls.end()
  }

  #put(row: number, field: FieldWriter, facts: Facts): void {
    const value = field.read(facts)
    if (value === undefined) return
    if (value === null) this.#nulls.items.push(field.name)
    const isTold = value !== CANNOT_TELL && field.put(row, value, facts)
    if (!isTold) this.#unknown.items.push(field.name)
  }
}

/** Writes a known value of a field; false when what is stored then says nothing. */
export type PutField = (row: number, value: Scalar | readonly Scalar[], facts: Facts) => boolean

/** Fields that are read together: those of a part that most events lack, and all others. */
interface Part {
  /** The part; undefined for fields of every event. */
  readonly whole: ((facts: Facts) => unknown) | undefined
  /** Parts of the event that, unknown, make one of the fields unknown. */
  readonly bits: number
  readonly fields: readonly FieldWriter[]
}

interface FieldWriter {
  readonly name: string
  readonly read: (facts: Facts) => FieldValue
  readonly put: PutField
}

type NameList = ArrayColumn<TextColumn>

/** What fields are about, by the first word of their name; undefined: the event has none. */
const WHOLES: Readonly<Record<string, (facts: Facts) => unknown>> = {
  exec: (facts) => facts.exec,
  pod: (facts) => facts.pod,
  binding: (facts) => facts.binding,
  csr: (facts) => facts.certificate,
  service: (facts) => facts.service,
  route: (facts) => facts.route,
  persistentVolume: (facts) => facts.persistentVolume,
  namespace: (facts) => facts.namespace,
  kubelet: (facts) => facts.kubelet,
  token: (facts) => facts.token,
}

const partsOf = (block: NativeBlock, own: Readonly<Record<string, PutField>>): readonly Part[] => {
  const fields = STORED.filter(({ kind }) => kind === 'value')
  const wordOf = (field: Stored): string => {
    const [word = ''] = field.name.split('.')
    return Object.hasOwn(WHOLES, word) ? word : ''
  }
  // In the order of the table, as the row lists what it cannot tell; runs of one word.
  const parts: { word: string; bits: number; fields: FieldWriter[] }[] = []
  for (const field of fields) {
    const word = wordOf(field)
    let last = parts.at(-1)
    if (last?.word !== word) {
      last = { word, bits: 0, fields: [] }
      parts.push(last)
    }
    last.bits |= field.part
    const put = own[field.name] ?? putOf(block, field)
    last.fields.push({ name: field.name, read: factsAccess.value(field.name), put })
  }
  return parts.map(({ word, ...part }) => ({ ...part, whole: WHOLES[word] }))
}

const putOf = (block: NativeBlock, field: Stored): PutField => {
  const column = block.column(field.column)
  if (field.list === true) {
    assert(column instanceof ArrayColumn, `${field.column} is no array`)
    const putMembers = membersWriter(column, field.type)
    return (row, value) => {
      column.pad(row)
      putMembers(value)
      return true
    }
  }
  if (field.name === RECEIVED) return receivedWriter(column)
  const put = scalarWriter(column, field.type)
  return (row, value) => {
    column.pad(row)
    const member = first(value)
    if (member !== undefined) put(member)
    return true
  }
}

const receivedWriter = (column: unknown): PutField => {
  assert(column instanceof IntegerColumn, 'when a request was received is a plain time')
  const reader = new TimeReader()
  return (row, value) => {
    column.pad(row)
    const time = reader.microsecondsOf(value)
    // Where 1970 stands for no time, nothing may be concluded from its parts.
    if (time === undefined) return false
    column.push(time)
    return true
  }
}

/** One value, or the first of several, as a row keeps it. */
const first = (value: Scalar | readonly Scalar[]): Scalar | undefined =>
  isList(value) ? value[0] : value

const isList = (value: FieldValue): value is readonly Scalar[] => Array.isArray(value)

/** Writes the members of a list and ends it. */
const membersWriter = (
  column: ArrayColumn,
  type: Stored['type'],
): ((value: Scalar | readonly Scalar[]) => void) => {
  const put = scalarWriter(column.items, type)
  return (value) => {
    if (isList(value)) for (const member of value) put(member)
    else put(value)
    column.end()
  }
}

/** Writes one value into a nullable column; what is none of its type is NULL. */
const scalarWriter = (column: unknown, type: Stored['type']): ((value: Scalar) => void) => {
  assert(column instanceof NullableColumn, `a column of ${type} can be NULL`)
  const { values } = column
  if (type === 'time') {
    assert(values instanceof IntegerColumn, 'a time is a number')
    const reader = new TimeReader()
    return (value) => {
      const time = reader.microsecondsOf(value)
      if (time === undefined) return column.pad(column.rows + 1)
      column.present()
      values.push(time)
    }
  }
  if (type === 'number') {
    assert(values instanceof FloatColumn, 'a number is a Float64')
    return (value) => {
      if (typeof value !== 'number' || !Number.isFinite(value)) return column.pad(column.rows + 1)
      column.present()
      // As text, 0 and -0 are the same.
      values.push(value + 0)
    }
  }
  if (type === 'boolean') {
    assert(values instanceof IntegerColumn, 'a boolean is a Bool')
    return (value) => {
      if (typeof value !== 'boolean') return column.pad(column.rows + 1)
      column.present()
      values.push(value ? 1 : 0)
    }
  }
  assert(values instanceof TextColumn, 'a text is a String')
  return (value) => {
    const text = typeof value === 'string' ? value : textOfScalar(value)
    if (text === undefined) return column.pad(column.rows + 1)
    column.present()
    values.push(text)
  }
}

/** Parallel arrays of one array of objects. */
class GroupWriter {
  readonly name: ElementGroup
  readonly #fields: readonly ElementWriter[]
  readonly #unknown: ArrayColumn<NameList>
  readonly #nulls: ArrayColumn<NameList>

  constructor(block: NativeBlock, group: ElementGroup) {
    this.name = group
    this.#unknown = nestedNames(block, unknownColumn(group))
    this.#nulls = nestedNames(block, nullColumn(group))
    this.#fields = elementFields(group).map((field) => elementWriter(block, field))
  }

  add(row: number, elements: readonly unknown[]): void {
    this.#unknown.pad(row)
    this.#nulls.pad(row)
    for (const { column } of this.#fields) column.pad(row)
    for (const element of elements) {
      for (const field of this.#fields) this.#put(field, field.read(element))
      this.#unknown.items.end()
      this.#nulls.items.end()
    }
    for (const { column } of this.#fields) column.end()
    this.#unknown.end()
    this.#nulls.end()
  }

  #put(field: ElementWriter, value: FieldValue): void {
    if (value === CANNOT_TELL) this.#unknown.items.items.push(field.name)
    if (value === null) this.#nulls.items.items.push(field.name)
    if (value === undefined || value === CANNOT_TELL) field.none()
    else field.put(value)
  }
}

interface ElementWriter {
  readonly name: string
  readonly read: (element: unknown) => FieldValue
  readonly column: ArrayColumn
  readonly none: () => void
  readonly put: (value: Scalar | readonly Scalar[]) => void
}

const elementWriter = (block: NativeBlock, field: Stored): ElementWriter => {
  const column = block.column(field.column)
  assert(column instanceof ArrayColumn, `${field.column} is no array`)
  const { name } = field
  const { items } = column
  const read = factsAccess.elementValue(name)
  const none = (): void => items.pad(items.rows + 1)
  if (field.list === true) {
    assert(items instanceof ArrayColumn, `${field.column} is no array of arrays`)
    return { name, read, column, none, put: membersWriter(items, field.type) }
  }
  const putScalar = scalarWriter(items, field.type)
  const put = (value: Scalar | readonly Scalar[]): void => putScalar(first(value) ?? null)
  return { name, read, column, none, put }
}

const nameList = (block: NativeBlock, name: string): NameList => {
  const column = block.column(name)
  assert(isNameList(column), `${name} is no list of names`)
  return column
}

const nestedNames = (block: NativeBlock, name: string): ArrayColumn<NameList> => {
  const column = block.column(name)
  assert(isNested(column), `${name} is no list of lists of names`)
  return column
}

const isNameList = (column: unknown): column is NameList =>
  column instanceof ArrayColumn && column.items instanceof TextColumn

const isNested = (column: unknown): column is ArrayColumn<NameList> =>
  column instanceof ArrayColumn && isNameList(column.items)
