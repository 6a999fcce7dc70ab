import { assert } from './assert.ts'
import { ByteBuffer } from './byte-buffer.ts'

/**
 * A column of a block while it is filled. A row that is not given a value gets the type's default
 * (NULL, 0, an empty text or list), so that only values need to be written; rows come in order.
 */
export interface NativeColumn {
  /** How many rows have a value, or were passed over. */
  readonly rows: number
  /** Bytes held. */
  readonly bytes: number
  /** Passes over the rows before `row`: they get the default. */
  pad(row: number): void
  /** Appends its data, as the format has it, to a block of `rows` rows. */
  writeTo(target: ByteBuffer): void
  /** Forgets all rows and keeps its memory. */
  clear(): void
}

/** An empty column of a type. Types that deckwatch does not store are a bug. */
export const columnFor = (type: string): NativeColumn => {
  const nullable = inner(type, 'Nullable')
  if (nullable !== undefined) return new NullableColumn(columnFor(nullable))
  const array = inner(type, 'Array')
  if (array !== undefined) return new ArrayColumn(columnFor(array))
  const width = widthOf(type)
  if (type === 'String') return new TextColumn()
  if (type === 'Float64') return new FloatColumn()
  if (type.startsWith('FixedString(')) return new FixedColumn(Number(inner(type, 'FixedString')))
  assert(width !== undefined, `no column of type ${type}`)
  return new IntegerColumn(width)
}

/** `String`. */
export class TextColumn implements NativeColumn {
  rows = 0
  readonly #data = new ByteBuffer()

  get bytes(): number {
    return this.#data.length
  }

  pad(row: number): void {
    if (this.rows >= row) return
    this.#data.zeros(row - this.rows)
    this.rows = row
  }

  /** The value of the next row. */
  push(text: string): void {
    this.#data.text(text)
    this.rows += 1
  }

  /** The value of the next row, of any bytes, which may come in pieces. */
  pushBytes(...pieces: readonly Uint8Array[]): void {
    let length = 0
    for (const piece of pieces) length += piece.length
    this.#data.unsigned(length)
    for (const piece of pieces) this.#data.append(piece)
    this.rows += 1
  }

  writeTo(target: ByteBuffer): void {
    appendAll(target, this.#data)
  }

  clear(): void {
    this.#data.clear()
    this.rows = 0
  }
}

/** `FixedString(n)`. */
export class FixedColumn implements NativeColumn {
  rows = 0
  readonly #width: number
  readonly #data = new ByteBuffer()

  constructor(width: number) {
    this.#width = width
  }

  get bytes(): number {
    return this.#data.length
  }

  pad(row: number): void {
    if (this.rows >= row) return
    this.#data.zeros((row - this.rows) * this.#width)
    this.rows = row
  }

  /** The value of the next row: exactly as many bytes as the type says. */
  push(bytes: Uint8Array): void {
    assert(bytes.length === this.#width, `${bytes.length} bytes for FixedString(${this.#width})`)
    this.#data.append(bytes)
    this.rows += 1
  }

  /** The same, in hexadecimal digits. */
  pushHex(digits: string): void {
    const at = this.#data.reserve(this.#width)
    const written = this.#data.bytes.write(digits, at, this.#width, 'hex')
    assert(written === this.#width, `${digits} is no FixedString(${this.#width})`)
    this.#data.length = at + written
    this.rows += 1
  }

  writeTo(target: ByteBuffer): void {
    appendAll(target, this.#data)
  }

  clear(): void {
    this.#data.clear()
    this.rows = 0
  }
}

/** `UInt8` to `UInt64`, `Int8`, `Int64`, `Bool`, `Enum8` and `DateTime64` (µs since 1970). */
export class IntegerColumn implements NativeColumn {
  rows = 0
  readonly #width: number
  readonly #data = new ByteBuffer()

  constructor(width: number) {
    this.#width = width
  }

  get bytes(): number {
    return this.#data.length
  }

  pad(row: number): void {
    if (this.rows >= row) return
    this.#data.zeros((row - this.rows) * this.#width)
    this.rows = row
  }

  /** The value of the next row. A double must hold it exactly; a bigint has 64 bits. */
  push(value: number | bigint): void {
    if (typeof value === 'bigint') this.#pushBig(value)
    else this.#pushSmall(value)
    this.rows += 1
  }

  writeTo(target: ByteBuffer): void {
    appendAll(target, this.#data)
  }

  clear(): void {
    this.#data.clear()
    this.rows = 0
  }

  #pushBig(value: bigint): void {
    assert(this.#width === 8, 'a bigint has 8 bytes')
    this.#data.word(Number(BigInt.asUintN(32, value)))
    this.#data.word(Number(BigInt.asUintN(32, value >> 32n)))
  }

  #pushSmall(value: number): void {
    const data = this.#data
    if (this.#width >= 4) data.word(value % WORD)
    else {
      const at = data.reserve(2)
      data.bytes[at] = value
      data.bytes[at + 1] = value >>> 8
      data.length = at + this.#width
    }
    if (this.#width === 8) data.word(Math.floor(value / WORD))
  }
}

const WORD = 2 ** 32

/** `Float64`. */
export class FloatColumn implements NativeColumn {
  rows = 0
  readonly #data = new ByteBuffer()

  get bytes(): number {
    return this.#data.length
  }

  pad(row: number): void {
    if (this.rows >= row) return
    this.#data.zeros((row - this.rows) * 8)
    this.rows = row
  }

  /** The value of the next row. */
  push(value: number): void {
    const at = this.#data.reserve(8)
    this.#data.bytes.writeDoubleLE(value, at)
    this.#data.length = at + 8
    this.rows += 1
  }

  writeTo(target: ByteBuffer): void {
    appendAll(target, this.#data)
  }

  clear(): void {
    this.#data.clear()
    this.rows = 0
  }
}

/**
 * `Nullable(…)`. For a value, `present` first and then the value is pushed to `values`.
 */
export class NullableColumn<Values extends NativeColumn = NativeColumn> implements NativeColumn {
  rows = 0
  readonly values: Values
  readonly #absent = new ByteBuffer()

  constructor(values: Values) {
    this.values = values
  }

  get bytes(): number {
    return this.#absent.length + this.values.bytes
  }

  pad(row: number): void {
    const { rows } = this
    if (rows >= row) return
    const at = this.#absent.reserve(row - rows)
    this.#absent.bytes.fill(1, at, at + row - rows)
    this.#absent.length = at + row - rows
    this.values.pad(row)
    this.rows = row
  }

  /** Says that the next row has a value, which must then be pushed to `values`. */
  present(): void {
    const at = this.#absent.reserve(1)
    this.#absent.bytes[at] = 0
    this.#absent.length = at + 1
    this.rows += 1
  }

  writeTo(target: ByteBuffer): void {
    appendAll(target, this.#absent)
    this.values.writeTo(target)
  }

  clear(): void {
    this.#absent.clear()
    this.values.clear()
    this.rows = 0
  }
}

/** `Array(…)`. Members are pushed to `items`; `end` makes a row of those since the last one. */
export class ArrayColumn<Items extends NativeColumn = NativeColumn> implements NativeColumn {
  rows = 0
  readonly items: Items
  /** For each row how many members there are up to its end, in 8 bytes. */
  readonly #ends = new ByteBuffer()

  constructor(items: Items) {
    this.items = items
  }

  get bytes(): number {
    return this.#ends.length + this.items.bytes
  }

  pad(row: number): void {
    if (this.rows >= row) return
    if (this.items.rows === 0) {
      this.#ends.zeros((row - this.rows) * 8)
      this.rows = row
    } else while (this.rows < row) this.end()
  }

  /** Ends the row. */
  end(): void {
    this.#ends.word(this.items.rows)
    this.#ends.word(0)
    this.rows += 1
  }

  writeTo(target: ByteBuffer): void {
    appendAll(target, this.#ends)
    this.items.writeTo(target)
  }

  clear(): void {
    this.#ends.clear()
    this.items.clear()
    this.rows = 0
  }
}

const appendAll = (target: ByteBuffer, data: ByteBuffer): void => {
  const at = target.reserve(data.length)
  data.bytes.copy(target.bytes, at, 0, data.length)
  target.length = at + data.length
}

const inner = (type: string, of: string): string | undefined =>
  type.startsWith(`${of}(`) && type.endsWith(')') ? type.slice(of.length + 1, -1) : undefined

const widthOf = (type: string): number | undefined => {
  if (type.startsWith('DateTime64(')) return 8
  if (type.startsWith('Enum8(')) return 1
  return WIDTHS[type]
}

/** Bytes of a value. */
const WIDTHS: Readonly<Record<string, number>> = {
  Bool: 1,
  UInt8: 1,
  Int8: 1,
  UInt16: 2,
  UInt32: 4,
  UInt64: 8,
  Int64: 8,
}
