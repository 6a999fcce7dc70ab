/**
 * The columns of a block in ClickHouse's Native format, by name: what a test expects of a writer.
 * Times and 64-bit numbers are bigints, `FixedString` is a Buffer, `Bool` a boolean.
 */
export const readNative = (bytes: Uint8Array): ReadonlyMap<string, readonly unknown[]> => {
  const reader = new Reader(bytes)
  const columns = reader.unsigned()
  const rows = reader.unsigned()
  const found = new Map<string, readonly unknown[]>()
  for (let column = 0; column < columns; column += 1) {
    const name = reader.text()
    found.set(name, reader.values(reader.text(), rows))
  }
  if (reader.at !== bytes.length) throw new Error(`${bytes.length - reader.at} bytes too many`)
  return found
}

class Reader {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes)
  }

  unsigned(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes.readUInt8(this.at++)
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  text(): string {
    const length = this.unsigned()
    return this.#take(length).toString()
  }

  values(type: string, rows: number): readonly unknown[] {
    const [, outer = type, inside = ''] = /^(\w+)\((.*)\)$/.exec(type) ?? []
    if (outer === 'Nullable') {
      const absent = this.#each(rows, () => this.#bytes.readUInt8(this.at++))
      return this.values(inside, rows).map((value, at) => (absent[at] === 1 ? null : value))
    }
    if (outer === 'Array') {
      const ends = this.#each(rows, () => Number(this.#take(8).readBigUInt64LE()))
      const items = this.values(inside, ends.at(-1) ?? 0)
      return ends.map((end, at) => items.slice(ends[at - 1] ?? 0, end))
    }
    return this.#each(rows, () => this.#value(outer, Number(inside)))
  }

  #value(type: string, width: number): unknown {
    if (type === 'String') return this.text()
    if (type === 'FixedString') return Buffer.from(this.#take(width))
    if (type === 'Float64') return this.#take(8).readDoubleLE()
    if (type === 'Bool') return this.#take(1).readUInt8() === 1
    if (type === 'Enum8' || type === 'Int8') return this.#take(1).readInt8()
    if (type === 'DateTime64' || type === 'Int64') return this.#take(8).readBigInt64LE()
    if (type === 'UInt64') return this.#take(8).readBigUInt64LE()
    const bytes = Number(type.replace('UInt', '')) / 8
    return this.#take(bytes).readUIntLE(0, bytes)
  }

  #take(count: number): Buffer {
    this.at += count
    return this.#bytes.subarray(this.at - count, this.at)
  }

  #each<Value>(count: number, read: () => Value): readonly Value[] {
    return Array.from({ length: count }, read)
  }
}
