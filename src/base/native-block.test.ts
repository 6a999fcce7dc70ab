import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NativeBlock, plainType } from './native-block.ts'
import {
  ArrayColumn,
  FixedColumn,
  FloatColumn,
  IntegerColumn,
  type NullableColumn,
  TextColumn,
} from './native-column.ts'
import { readNative } from './testing/read-native.ts'

const column = <Kind>(
  block: NativeBlock,
  name: string,
  kind: new (...of: never[]) => Kind,
): Kind => {
  const found: unknown = block.column(name)
  if (!(found instanceof kind)) throw new Error(`${name} is of another kind`)
  return found
}

describe('a block', () => {
  it('gives back what was written, whatever the texts are', () => {
    const block = new NativeBlock([{ name: 'a', type: 'String' }])
    const texts = column(block, 'a', TextColumn)
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 })), (values) => {
        for (const value of values) texts.push(value)
        expect(readNative(block.take(values.length)).get('a')).toEqual(
          values.map((value) => value.toWellFormed()),
        )
      }),
    )
  })

  it.each([41, 42, 43, 126, 127, 128, 16_383, 16_384, 70_000])(
    'keeps a text of %i characters',
    (size) => {
      const block = new NativeBlock([{ name: 'a', type: 'String' }])
      const texts = [...'aé€😀\ud800'].map((one) => one.repeat(size))
      for (const text of texts) column(block, 'a', TextColumn).push(text)
      expect(readNative(block.take(texts.length)).get('a')).toEqual(
        texts.map((t) => t.toWellFormed()),
      )
    },
  )

  it('pads what was not written with the default of the type', () => {
    const types = [
      ['String', ''],
      ['FixedString(2)', Buffer.alloc(2)],
      ['UInt8', 0],
      ['UInt16', 0],
      ['UInt32', 0],
      ['UInt64', 0n],
      ['Float64', 0],
      ['Bool', false],
      ["DateTime64(6, 'UTC')", 0n],
      ["Enum8('a' = 0)", 0],
      ['Nullable(String)', null],
      ['Nullable(Float64)', null],
      ['Array(String)', []],
      ['Array(Array(Nullable(String)))', []],
    ] as const
    const block = new NativeBlock(types.map(([type]) => ({ name: type, type })))
    const read = readNative(block.take(3))
    for (const [type, value] of types) expect(read.get(type)).toEqual([value, value, value])
  })

  it('keeps numbers of every width, also those that a double rounds', () => {
    const block = new NativeBlock([
      { name: 'small', type: 'UInt16' },
      { name: 'large', type: 'Int64' },
      { name: 'real', type: 'Float64' },
    ])
    const large = [0, -1, 2 ** 53 - 1, -(2 ** 53) + 1, 253_370_764_800_000_001n, -5n]
    for (const value of large) {
      column(block, 'large', IntegerColumn).push(value)
      column(block, 'small', IntegerColumn).push(65_535)
      column(block, 'real', FloatColumn).push(-1.5e300)
    }
    const read = readNative(block.take(large.length))
    expect(read.get('large')).toEqual(large.map(BigInt))
    expect(read.get('small')).toEqual(large.map(() => 65_535))
    expect(read.get('real')).toEqual(large.map(() => -1.5e300))
  })

  it('nests lists, and is empty again after it was taken', () => {
    const block = new NativeBlock([{ name: 'a', type: 'Array(Array(Nullable(String)))' }])
    const outer = column(block, 'a', ArrayColumn)
    const write = (rows: readonly (readonly (readonly (string | null)[])[])[]): void => {
      const inner = outer.items as ArrayColumn<NullableColumn<TextColumn>>
      for (const row of rows) {
        for (const list of row) {
          for (const item of list) {
            if (item === null) inner.items.pad(inner.items.rows + 1)
            else {
              inner.items.present()
              inner.items.values.push(item)
            }
          }
          inner.end()
        }
        outer.end()
      }
    }
    for (const rows of [[[['a', null], []], []], [[['b']]]]) {
      write(rows)
      expect(readNative(block.take(rows.length)).get('a')).toEqual(rows)
    }
    expect(block.bytes).toBe(0)
  })

  it('keeps digests and bytes that are no text, whole or in pieces', () => {
    const block = new NativeBlock([
      { name: 'digest', type: 'FixedString(2)' },
      { name: 'raw', type: 'String' },
    ])
    column(block, 'digest', FixedColumn).pushHex('ff00')
    column(block, 'digest', FixedColumn).push(Uint8Array.of(1, 2))
    column(block, 'raw', TextColumn).pushBytes(Buffer.from('a'), Buffer.from('bc'))
    column(block, 'raw', TextColumn).pushBytes()
    const read = readNative(block.take(2))
    expect(read.get('digest')).toEqual([Buffer.from('ff00', 'hex'), Buffer.from([1, 2])])
    expect(read.get('raw')).toEqual(['abc', ''])
    expect(() => column(block, 'digest', FixedColumn).pushHex('ff')).toThrow('bug')
    expect(() => column(block, 'digest', FixedColumn).push(Uint8Array.of(1))).toThrow('bug')
  })

  it('does not pass over a column with too many rows, a type or a name it does not know', () => {
    const block = new NativeBlock([{ name: 'a', type: 'String' }])
    column(block, 'a', TextColumn).push('x')
    expect(() => block.take(0)).toThrow('bug: a has 1 rows, not 0')
    expect(() => block.column('b')).toThrow('bug')
    expect(() => new NativeBlock([{ name: 'a', type: 'JSON' }])).toThrow('bug')
  })

  it('names a column with a dictionary by its plain type', () => {
    expect(plainType('LowCardinality(Nullable(String))')).toBe('Nullable(String)')
    expect(plainType('Array(LowCardinality(Nullable(String)))')).toBe('Array(Nullable(String))')
    expect(plainType('Array(Array(LowCardinality(String)))')).toBe('Array(Array(String))')
    expect(plainType("DateTime64(6, 'UTC')")).toBe("DateTime64(6, 'UTC')")
  })
})
