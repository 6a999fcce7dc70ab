import fc from 'fast-check'
import { expect, it } from 'vitest'
import { microsecondsOf, timeText } from './time.ts'

it.each([
  ['1970-01-01T00:00:00.000000Z', 0],
  ['1970-01-01T00:00:00.000001Z', 1],
  ['1970-01-01T00:00:01Z', 1_000_000],
  ['1970-01-01T01:00:00.5+01:00', 500_000],
  ['1970-01-01T00:00:00.1234567Z', 123_456],
])('%s is %d µs', (text, us) => {
  expect(microsecondsOf(text)).toBe(us)
})

it.each(['', 'yesterday', '2026-13-01T00:00:00Z'])('"%s" is no time', (text) => {
  expect(microsecondsOf(text)).toBeUndefined()
})

it('what is written is read again', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), (us) => {
      expect(microsecondsOf(timeText(us))).toBe(us)
    }),
  )
})

it('what no calendar holds is written as nothing', () => {
  expect(timeText(1e20)).toBe('')
})
