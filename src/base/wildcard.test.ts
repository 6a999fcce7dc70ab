import { expect, test } from 'vitest'
import { matchesWildcard } from './wildcard.ts'

test.each([
  ['*', '', true],
  ['*', 'anything', true],
  ['', '', true],
  ['', 'a', false],
  ['system:serviceaccount:*', 'system:serviceaccount:dev:api', true],
  ['system:serviceaccount:*:api', 'system:serviceaccount:dev:api', true],
  ['system:serviceaccount:*:api', 'system:serviceaccount:dev:api2', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['*a*b*', 'xxaxxbxx', true],
  ['a.c', 'abc', false],
  ['Eve', 'eve', false],
  ['**', 'x', true],
])('%j on %j is %j', (pattern, text, expected) => {
  expect(matchesWildcard(pattern, text)).toBe(expected)
})

test('a pattern of many stars does not explode', () => {
  expect(matchesWildcard(`${'*a'.repeat(200)}b`, 'a'.repeat(4000))).toBe(false)
})
