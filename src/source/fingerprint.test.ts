import { describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { fingerprintOf } from './fingerprint.ts'
import { eventLine } from './testing/followed.ts'

const of = (text: string | Uint8Array, ended = false): string | undefined =>
  fingerprintOf(Buffer.from(text), ended)

const [ONE, TWO] = [eventLine(1, 0), eventLine(2, 0)]

describe('what a file is known by', () => {
  test('its first line once that is whole, whatever comes behind it', () => {
    expect(of(ONE)).toMatch(/^[0-9a-f]{32}$/)
    expect(of(ONE + TWO)).toBe(of(ONE))
    expect(of(ONE, true)).toBe(of(ONE))
    expect(of(TWO)).not.toBe(of(ONE))
    expect(of(ONE.slice(0, -1))).toBeUndefined()
    expect(of('', true)).toBeUndefined()
  })

  test('as much of a long line as counts (LIMIT.fingerprintBytes)', () => {
    const long = Buffer.alloc(LIMIT.fingerprintBytes + 1, 'x')
    const part = long.subarray(0, LIMIT.fingerprintBytes)
    expect(of(part)).toMatch(/^[0-9a-f]{32}$/)
    expect(of(long)).toBe(of(part))
    expect(of(part.subarray(1))).toBeUndefined()
    expect(of(part.subarray(1), true)).not.toBe(of(part))
  })

  test.each([
    [
      'a list over several lines',
      (id: string) => JSON.stringify({ items: [{ id }] }, undefined, 2),
    ],
    ['an array', (id: string) => `[\n{"id":"${id}"}\n]`],
    ['YAML', (id: string) => `---\nkind: Event\nid: ${id}\n`],
    ['a table with a long head', (id: string) => `${'column,'.repeat(40)}\n${id}\n`],
    ['a list that opens on its own line', (id: string) => `{"kind":"EventList","items":[\n${id}]}`],
    ['a blank line', (id: string) => `\n{"id":"${id}"}\n`],
  ])('%s is told from another that begins with the same line', (_, text) => {
    expect(of(text('1'))).toBeUndefined()
    expect(of(text('1'), true)).not.toBe(of(text('2'), true))
    const more = '{"more":"lines"}\n'.repeat(300)
    expect(of(text('1') + more)).toMatch(/^[0-9a-f]{32}$/)
    expect(of(text('1') + more)).not.toBe(of(text('2') + more))
    expect(of(text('1') + more + more)).toBe(of(text('1') + more))
  })

  test('a torn line is taken with the event behind it', () => {
    const torn = `{"kind":"Eve\n${ONE}`
    expect(of(torn)).toMatch(/^[0-9a-f]{32}$/)
    expect(of(torn + TWO)).toBe(of(torn))
    expect(of(`{"kind":"Eve\n${TWO}`)).not.toBe(of(torn))
  })
})
