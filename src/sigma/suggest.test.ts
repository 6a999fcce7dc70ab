import { expect, test } from 'vitest'
import { suggest } from './suggest.ts'

const KNOWN = ['verb', 'user.username', 'objectRef.resource', 'objectRef.name', 'sourceIPs']

test.each([
  ['Verb', 'verb'],
  ['vreb', undefined],
  ['verbs', 'verb'],
  ['username', 'user.username'],
  ['objectref.resorce', 'objectRef.resource'],
  ['sourceIP', 'sourceIPs'],
  ['responseStatus.code', undefined],
  ['x'.repeat(5_000), undefined],
])('%s is probably %s', (name, meant) => {
  expect(suggest(name, KNOWN)).toBe(meant)
})
