import { describe, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { findingOf, incident } from '../testing/report.ts'
import { eventLines } from './event-text.ts'
import { cell, layOut, wrap } from './layout.ts'
import { paletteOf } from './palette.ts'
import { withPortablePaths } from './portable-paths.ts'
import { textReport } from './text-report.ts'
import { displayWidth, shorten, shortenStart } from './width.ts'
import { bytes, clockFor, count, counted, dateTime, duration } from './words.ts'

describe('width', () => {
  test.each([
    ['abc', 3],
    ['漢字', 4],
    ['e\u0301', 1],
    ['🚢', 2],
    ['', 0],
  ])('%j takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  test('shortening marks what was cut and never splits a wide character', () => {
    expect(shorten('abcdef', 4)).toBe('abc…')
    expect(shorten('漢字漢字', 4)).toBe('漢…')
    expect(shorten('abc', 3)).toBe('abc')
    expect(shorten('abc', 0)).toBe('')
    expect(shortenStart('/logs/audit.log', 10)).toBe('…audit.log')
    expect(shortenStart('漢字漢字', 4)).toBe('…字')
    expect(shortenStart('abc', 3)).toBe('abc')
  })
})

describe('tables', () => {
  test('columns line up, numbers to the right, and text is escaped', () => {
    const rows = [
      [cell('a\n'), cell('1')],
      [cell('long'), cell('1,000')],
    ]
    expect(layOut([{}, { align: 'right' }], rows, 40)).toEqual(['  a\\n       1', '  long  1,000'])
  })

  test('a flexible column gives way, the narrow ones first served', () => {
    const rows = [[cell('x'.repeat(50)), cell('short'), cell('y'.repeat(50))]]
    const [line = ''] = layOut([{ flex: true }, {}, { flex: true }], rows, 60)
    expect(displayWidth(line)).toBeLessThanOrEqual(60)
    expect(line).toContain('short')
  })

  test('a text that does not fit shows its short form', () => {
    const rows = [[{ ...cell('system:serviceaccount:shop:web'), short: '…shop:web' }]]
    expect(layOut([{ flex: true }], rows, 40)).toEqual(['  system:serviceaccount:shop:web'])
    expect(layOut([{ flex: true }], rows, 20)).toEqual(['  …shop:web'])
    expect(layOut([{ flex: true }], [[{ text: 'x'.repeat(99), short: '\u001b[2J' }]], 30)).toEqual([
      '  \\u{1b}[2J',
    ])
  })

  test('wrapping keeps to the width and breaks long words', () => {
    const lines = wrap(`one two ${'z'.repeat(25)} three`, 10)
    expect(lines.every((line) => displayWidth(line) <= 10)).toBe(true)
    expect(lines.join('').replaceAll(' ', '')).toBe(`onetwo${'z'.repeat(25)}three`)
  })
})

describe('words', () => {
  test('numbers, sizes, moments and spans', () => {
    expect(count(1_234_567)).toBe('1,234,567')
    expect(counted(1, 'act')).toBe('1 act')
    expect(counted(0, 'act')).toBe('0 acts')
    expect([bytes(999), bytes(1000), bytes(1_050_000), bytes(5e15)]).toEqual([
      '999 B',
      '1.0 kB',
      '1.1 MB',
      '5.0 PB',
    ])
    expect(dateTime('2026-11-20T23:30:00+02:00')).toBe('2026-11-20 21:30:00')
    expect(dateTime('not a time')).toBe('not a time')
    expect(duration('2026-11-20T00:00:00Z', '2026-11-22T03:00:05Z')).toBe('2 d 3 h')
    expect(duration('2026-11-20T00:00:00Z', '2026-11-20T00:00:00Z')).toBe('0 s')
  })

  test('a list within one day needs no date, within one year no year', () => {
    const [a, b] = ['2026-11-20T10:00:00Z', '2026-11-21T10:00:00Z']
    expect(clockFor(a, a)(a)).toBe('10:00:00')
    expect(clockFor(a, b)(a)).toBe('11-20 10:00:00')
    expect(clockFor('2018-11-20T10:00:00Z', b)(a)).toBe('2026-11-20 10:00:00')
  })
})

test('LIMIT.textClaimsMax: different claims of one group are listed, the rest counted', () => {
  const base = incident()
  const findings = Array.from({ length: LIMIT.textClaimsMax + 2 }, (_, i) =>
    findingOf(`a${i}`, {
      time: `2026-11-20T21:53:1${i}Z`,
      reason: `mallory@example.com ran "command-${i}" in pod shop/web-1. Decided by x = y.`,
    }),
  )
  const text = textReport({ ...base, report: { ...base.report, findings } }, 100, paletteOf(false))
  expect(text).toContain(`command-${LIMIT.textClaimsMax - 1}`)
  expect(text).not.toContain(`command-${LIMIT.textClaimsMax}`)
  expect(text).toContain('… and 2 others of this kind')
  expect(text).not.toContain('Decided by')
})

test('absolute paths become relative to what they share; relative ones stay', () => {
  const { report } = incident()
  const [input] = report.inputs
  if (input === undefined) throw new Error('an input expected')
  const moved = (files: readonly string[]): readonly string[] =>
    withPortablePaths({ ...report, inputs: files.map((file) => ({ ...input, file })) }).inputs.map(
      (one) => one.file,
    )
  expect(moved(['/a/b/one.log', '/a/c/two.log'])).toEqual(['b/one.log', 'c/two.log'])
  expect(moved(['/a/b/one.log'])).toEqual(['one.log'])
  expect(moved(['logs/one.log', '/a/b.tar.zst'])).toEqual(['logs/one.log', 'b.tar.zst'])
})

test('of an event the keys that decided stand out', () => {
  const event = { verb: 'create', requestObject: { spec: { privileged: true, name: 'x' } } }
  const palette = { ...paletteOf(false), warning: (text: string) => `<${text}>` }
  const lines = eventLines(event, ['verb', 'pod.containers[].privileged'], palette)
  expect(lines.filter((line) => line.includes('<')).map((line) => line.trim())).toEqual([
    '<"verb">: "create",',
    '<"privileged">: true,',
  ])
})

test('a column that may wrap is cut only after so many lines', () => {
  const rows = [['✓', 'delete or deletecollection', 'delete'].map((text) => cell(text))]
  const columns = (wrap: number) => [{}, { flex: true, wrap }, {}] as const
  expect(layOut(columns(3), rows, 30)).toEqual([
    '  ✓  delete or          delete',
    '     deletecollection',
  ])
  expect(layOut(columns(1), rows, 30)).toEqual(['  ✓  delete or delete…  delete'])
  const long = [[cell('x'), cell('word '.repeat(100).trim()), cell('y')]]
  const lines = layOut(columns(3), long, 30)
  expect(lines).toHaveLength(3)
  expect(lines[2]).toMatch(/…$/)
})
