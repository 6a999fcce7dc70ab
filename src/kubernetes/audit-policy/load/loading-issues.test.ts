import { expect, test } from 'vitest'
import { LIMIT } from '../../../base/limit.ts'
import { loadPolicy } from './load-policy.ts'
import { issuesOf } from './loading-issues.ts'

const codesOf = (text: string): readonly string[] =>
  issuesOf(loadPolicy(Buffer.from(text), 'policy.yaml')).map(
    ({ code, at }) => `${code} ${at.line}:${at.column}`,
  )

const HEAD = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n'

test('what an API server drops is an issue each, in the order of the file', () => {
  const text = `${HEAD}rules:\n- level: None\n  level: Metadata\n  verb: [get]\nomitStage: []\n`
  expect(codesOf(text)).toEqual([
    'policy/duplicate-field 5:3',
    'policy/unknown-field 6:3',
    'policy/unknown-field 7:1',
  ])
})

test('what it refuses, and what is too large to be looked at, is an error', () => {
  expect(codesOf(`${HEAD}rules: []\n`)[0]?.split(' ')[0]).toBe('policy/refused')
  const large = `${HEAD}rules:\n# ${'x'.repeat(LIMIT.policyBytesMax)}\n- level: None\n`
  expect(codesOf(large)[0]?.split(' ')[0]).toBe('policy/too-large')
})
