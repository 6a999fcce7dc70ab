import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compareSql, openFields, rowOfRecord } from '../../advise/sql-case.ts'
import { NO, UNKNOWN, YES } from '../../base/truth.ts'
import { compileRules } from '../../detect/compile.ts'
import { openEventStore } from '../clickhouse.ts'
import { CommandError } from '../shell.ts'
import { run } from '../testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-sql-'))
afterAll(() => rmSync(folder, { recursive: true }))

const RULE = (selection: string): string => `
title: deleted
id: 11111111-1111-4111-8111-111111111111
logsource: { product: kubernetes, service: audit }
level: low
detection:
  selection:
    verb: watch
    ${selection}
  condition: selection
`

const CASES = `
base:
  kind: Event
  apiVersion: audit.k8s.io/v1
  level: Metadata
  auditID: 3f2c1a52-6f0e-4f0e-9d0f-1d8e1c9a7b11
  stage: ResponseComplete
  requestURI: /api/v1/namespaces/shop/pods/web
  verb: watch
  user: { username: alice, groups: [dev] }
  sourceIPs: [10.0.0.7]
  objectRef: { resource: pods, namespace: shop, name: web, apiVersion: v1 }
  responseStatus: { code: 200 }
  requestReceivedTimestamp: 2026-11-20T10:00:00.000000Z
  stageTimestamp: 2026-11-20T10:00:00.100000Z
  annotations: { a.example/b: hot }
cases:
  - { title: deleted, kind: match, from: base }
  - { title: read, kind: near-miss, from: base, set: { /verb: get } }
`

const rule = (name: string, selection: string): string => {
  writeFileSync(join(folder, `${name}.yaml`), RULE(selection))
  writeFileSync(join(folder, `${name}.cases.yaml`), CASES)
  return join(folder, `${name}.yaml`)
}

const openOf = (selection: string): readonly string[] => {
  const [only] = compileRules([{ file: 'a.yaml', text: RULE(selection) }]).rules
  if (only === undefined) throw new Error('the rule of this test is refused')
  return openFields(only.plan)
}

describe('rule test --sql', () => {
  test('says that ClickHouse agrees', async () => {
    const { exit, output } = await run([
      'rule',
      'test',
      '--sql',
      rule('plain', 'user.username: alice'),
    ])
    expect(output).toContain('in ClickHouse: 2 say the same')
    expect(exit).toBe(0)
  })

  test('counts what rests on a field without a column as left open', async () => {
    const file = rule('annotated', 'annotations.a.example/b: hot')
    const { exit, output } = await run(['rule', 'test', '--sql', file])
    expect(output).toContain('1 say the same, 1 left open: they rest on fields without a column')
    expect(exit).toBe(0)
    const json = await run(['rule', 'test', '--sql', '--format', 'json', file])
    expect(JSON.parse(json.output).rules[0].sql).toEqual({ same: 1, witness: 1, skipped: 0 })
  })

  test('without chdb says what to install, with the exit code of the environment', async () => {
    const missing = openEventStore([], () => Promise.reject(new Error('ERR_MODULE_NOT_FOUND')))
    await expect(missing).rejects.toThrow(CommandError)
    await expect(missing).rejects.toMatchObject({
      exit: 3,
      remedy: expect.stringContaining('npm install chdb'),
    })
  })
})

describe('what ClickHouse says of a case', () => {
  const result = (got: 'match' | 'no match' | 'cannot tell'): Parameters<typeof compareSql>[1] => ({
    title: '',
    kind: 'match',
    expected: 'match',
    got,
    reasons: [],
    pass: true,
    failure: '',
    records: [],
    at: {},
  })
  const plain = openOf('user.username: alice')
  const open = openOf('annotations.x: hot')

  test.each([
    [plain, 'match', YES, 'same'],
    [plain, 'cannot tell', UNKNOWN, 'same'],
    [plain, 'match', UNKNOWN, 'different'],
    [plain, 'match', NO, 'different'],
    [open, 'match', UNKNOWN, 'witness'],
    [open, 'no match', UNKNOWN, 'witness'],
    [open, 'match', NO, 'different'],
    [open, 'cannot tell', NO, 'different'],
    [open, 'no match', YES, 'different'],
  ] as const)('is compared with the predicate (%#)', (one, got, truth, kind) => {
    const { failure, ...said } = compareSql(one, result(got), truth)
    expect(said.kind).toBe(kind)
    expect(failure === '').toBe(kind !== 'different')
  })

  test('a record that is no event is no row', () => {
    expect(rowOfRecord('{}')).toBeUndefined()
  })
})
