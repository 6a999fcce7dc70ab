import { ByteBuffer } from './byte-buffer.ts'
import { columnFor, type NativeColumn } from './native-column.ts'

/** A column of a table in ClickHouse, and its type there. */
export interface Column {
  readonly name: string
  readonly type: string
}

/**
 * One block in ClickHouse's Native format, filled column by column. What it holds is reused for the
 * next block. `LowCardinality` columns are named by their plain type: the server converts.
 */
export class NativeBlock {
  readonly #columns: readonly (Column & { readonly cells: NativeColumn })[]
  readonly #byName: ReadonlyMap<string, NativeColumn>
  /** Room for names and types. */
  readonly #headBytes: number

  constructor(columns: readonly Column[]) {
    this.#columns = columns.map(({ name, type }) => {
      const plain = plainType(type)
      return { name, type: plain, cells: columnFor(plain) }
    })
    const heads = this.#columns.map(({ name, type }) => COUNT_BYTES + name.length + type.length)
    this.#headBytes = heads.reduce((sum, bytes) => sum + bytes, COUNT_BYTES)
    this.#byName = new Map(this.#columns.map(({ name, cells }) => [name, cells]))
  }

  /** The column of that name, to be written to. It stays the same for all blocks. */
  column(name: string): NativeColumn {
    const found = this.#byName.get(name)
    if (found === undefined) throw new Error(`bug: the block has no column ${name}`)
    return found
  }

  /** Bytes held so far; each column is counted as far as it is written. */
  get bytes(): number {
    let sum = 0
    for (const { cells } of this.#columns) sum += cells.bytes
    return sum
  }

  /** The block of so many rows, in memory of its own, which may be handed to another thread. */
  take(rows: number): Uint8Array<ArrayBuffer> {
    for (const { cells } of this.#columns) cells.pad(rows)
    const target = new ByteBuffer(this.bytes + this.#headBytes)
    target.unsigned(this.#columns.length)
    target.unsigned(rows)
    for (const { name, type, cells } of this.#columns) {
      if (cells.rows !== rows) throw new Error(`bug: ${name} has ${cells.rows} rows, not ${rows}`)
      target.text(name)
      target.text(type)
      cells.writeTo(target)
      cells.clear()
    }
    return new Uint8Array(target.bytes.buffer, 0, target.length)
  }
}

/** Enough for the numbers of columns and rows, and of bytes of a name and a type. */
const COUNT_BYTES = 32

/** The type without `LowCardinality(…)`, at any depth. */
export const plainType = (type: string): string =>
  type.startsWith('LowCardinality(')
    ? plainType(type.slice('LowCardinality('.length, -1))
    : type.replace(/LowCardinality\(((?:[^()]|\([^()]*\))*)\)/g, '$1')
