import { expect, test } from 'vitest'
import { isUnparsable } from './unparsable.ts'

const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
test.each([
  ['{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[]}', false],
  ['{"kind":"EventList","items":[{"a":NaN},{"b":1}]}', false],
  ['{"items" : [{"a":1}{"b":2}]}\n ', false],
  [' {}', false],
  ['{"kind":"Event","auditID":"x"}\n', false],
  [deep, false],
  ['', true],
  [' ', true],
  ['[]', true],
  ['"text"', true],
  ['null', true],
  ['\u0000\u0000', true],
  ['\ufeff{}', true],
  ['<html>', true],
  ['{"kind":"Event"', true],
  ['{"kind":"Event"}}', true],
  ['{"kind":NaN}', true],
  ['{"items":[{"a":1},', true],
  ['{"items":[', true],
])('%j: %s', (text, unparsable) => {
  expect(isUnparsable(Buffer.from(text))).toBe(unparsable)
})

test('what is too large to be looked through is left to the decoder', () => {
  expect(isUnparsable(Buffer.alloc(1_100_000, '{'))).toBe(false)
  expect(isUnparsable(Buffer.alloc(1_100_000, 'x'))).toBe(true)
})
