import type { Rows } from '../store.ts'

/** Rows `(id UInt64, text String)` in ClickHouse's Native format, the slow and obvious way. */
export const nativeRows = (rows: readonly (readonly [id: number, text: string])[]): Rows => ({
  blocks: [
    Buffer.concat([
      Buffer.from([2]),
      number(rows.length),
      text('id'),
      text('UInt64'),
      Buffer.from(BigUint64Array.from(rows, ([id]) => BigInt(id)).buffer),
      text('text'),
      text('String'),
      ...rows.map(([, value]) => text(value)),
    ]),
  ],
  count: rows.length,
})

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([number(bytes.byteLength), bytes])
}

const number = (value: number): Buffer =>
  value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value % 128) + 128]), number(Math.floor(value / 128))])
