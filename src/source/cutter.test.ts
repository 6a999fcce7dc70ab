import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { BlockPool } from './block-pool.ts'
import { Cutter, type Piece } from './cutter.ts'

interface Cut {
  readonly pieces: readonly Piece[]
  readonly skipped: readonly (readonly [number, number])[]
}

const cut = (bytes: Buffer, chunkBytes = 1_000_000): Cut => {
  const skipped: [number, number][] = []
  const cutter = new Cutter((offset, length) => skipped.push([offset, length]), new BlockPool())
  const pieces: Piece[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    pieces.push(...cutter.push(bytes.subarray(at, at + chunkBytes)))
  }
  pieces.push(...cutter.end())
  return { pieces, skipped }
}

/** All bytes are in a piece or skipped, in order. */
const complete = (bytes: Buffer, { pieces, skipped }: Cut): void => {
  const parts: [number, number][] = [
    ...pieces.map((piece): [number, number] => [piece.offset, piece.bytes.length]),
    ...skipped.map(([offset, length]): [number, number] => [offset, length]),
  ].sort((a, b) => a[0] - b[0])
  let at = 0
  for (const [offset, length] of parts) {
    expect(offset).toBe(at)
    at += length
  }
  expect(at).toBe(bytes.length)
  for (const { offset, bytes: piece } of pieces) {
    expect(bytes.subarray(offset, offset + piece.length).equals(piece)).toBe(true)
  }
}

const record = (n: number, size = 1_000): string => `{"n":${n},"pad":"${'x'.repeat(size)}"}`
const MANY = LIMIT.blockBytes * 2.5

describe('where it cuts', () => {
  test('lines: after a newline, in pieces of about LIMIT.blockBytes', () => {
    const bytes = Buffer.from(`${record(1)}\n`.repeat(MANY / 1_000))
    const found = cut(bytes)
    complete(bytes, found)
    expect(found.pieces.length).toBeGreaterThan(1)
    for (const { bytes: piece } of found.pieces) {
      expect(piece[0]).toBe(0x7b)
      expect(piece.at(-1)).toBe(0x0a)
      expect(piece.length).toBeLessThan(LIMIT.blockBytes + 1_000_000)
    }
  })

  test('pretty-printed documents stay whole', () => {
    const document = `${JSON.stringify({ a: [1, { b: 'x'.repeat(700) }] }, undefined, 1)}\n`
    const bytes = Buffer.from(document.repeat(MANY / document.length))
    const found = cut(bytes)
    complete(bytes, found)
    expect(found.pieces.length).toBeGreaterThan(1)
    for (const { bytes: piece } of found.pieces) {
      expect(piece.length % document.length).toBe(0)
    }
  })

  test('YAML: before a line of ---', () => {
    const document = `---\nkind: Event\nauditID: x\nlist:\n- ${'y'.repeat(900)}\n`
    const bytes = Buffer.from(document.repeat(MANY / document.length))
    const found = cut(bytes)
    complete(bytes, found)
    expect(found.pieces.length).toBeGreaterThan(1)
    for (const { bytes: piece } of found.pieces) expect(piece.length % document.length).toBe(0)
  })

  test('chunks of any size give the same bytes', () => {
    const text = fc.array(fc.constantFrom('{"a":1}\n', '{\n "a":1\n}\n', 'x\n', '\n', '\n\n  y'))
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 50 }), (parts, size) => {
        const bytes = Buffer.from(parts.join(''))
        complete(bytes, cut(bytes, size))
      }),
    )
  })
})

describe('records longer than LIMIT.recordBytesMax', () => {
  const long = record(2, LIMIT.recordBytesMax)

  test.each([
    ['first', `${long}\n${record(1)}\n`, 0],
    ['in the middle', `${record(1)}\n${long}\n${record(3)}\n`, 1],
    ['last', `${record(1)}\n${long}`, 1],
    ['the only one', long, 0],
  ])('%s: skipped with its range, the others come out', (_, text) => {
    const bytes = Buffer.from(text)
    const found = cut(bytes)
    complete(bytes, found)
    expect(found.skipped).toHaveLength(1)
    expect(found.skipped[0]?.[0]).toBe(text.indexOf(long))
    expect(found.skipped[0]?.[1]).toBeGreaterThanOrEqual(long.length)
    expect(found.skipped[0]?.[1]).toBeLessThanOrEqual(long.length + 1)
    const kept = found.pieces.map(({ bytes: piece }) => Buffer.from(piece).toString()).join('')
    expect(kept).toBe(text.replace(long, '').replace(/^\n/, '').replace(/\n\n/, '\n'))
  })

  test('one that is just not too long is kept', () => {
    const bytes = Buffer.from(`${record(1, LIMIT.recordBytesMax - 20)}\n${record(2)}\n`)
    const found = cut(bytes)
    complete(bytes, found)
    expect(found.skipped).toEqual([])
  })

  test.each([
    ['an array', '[', ']\n'],
    ['a list in a document', '{"kind":"EventList","items": [\n  ', '\n]}\n'],
    ['hits of a search', '{"took":1,"hits":{"total":2,"hits":[', ']}}\n'],
  ])('%s of records is cut between them', (_, head, tail) => {
    const items = Array.from({ length: 1_700 }, (_, index) => record(index, 20_000))
    const bytes = Buffer.from(head + items.join(',\n  ') + tail)
    const found = cut(bytes)
    complete(bytes, found)
    expect(found.skipped).toEqual([])
    expect(found.pieces.length).toBeGreaterThan(1)
    for (const { bytes: piece } of found.pieces.slice(0, -1)) {
      expect(Buffer.from(piece.subarray(-3)).toString()).toBe('"},')
    }
  })

  test('a long record that only holds a list is not cut', () => {
    const inner = Array.from({ length: 1_700 }, (_, index) => record(index, 20_000)).join(',')
    const bytes = Buffer.from(
      `{"kind":"Event","responseObject":{"items":[${inner}]}}\n${record(1)}\n`,
    )
    const found = cut(bytes)
    complete(bytes, found)
    expect(found.skipped).toHaveLength(1)
    expect(found.pieces).toHaveLength(1)
  })
})
