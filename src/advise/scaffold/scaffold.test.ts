import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, it, test } from 'vitest'
import { decodeBlock } from '../../decode/decode.ts'
import { compileRules } from '../../detect/compile.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { AuditEvent } from '../../model/event.ts'
import { CASE_KINDS } from '../case-file.ts'
import { lintRules } from '../lint/lint-rules.ts'
import { CATALOGUES } from '../lint/testing/catalogues.ts'
import { testablesOf, testRules } from '../rule-cases.ts'
import { sampleFacts } from './sample-event.ts'
import { type Scaffold, scaffold } from './scaffold.ts'

const HEAD = { name: 'my-rule', id: '165b7fc2-1768-48c9-8609-a813c48f3272', date: '2026-11-21' }
const NONE = { detection: undefined, tactic: undefined }

/** What is wrong with a new rule: refused, cases that fail, lints but for what is left to write. */
const faultsOf = ({ rule, cases }: Scaffold): readonly string[] => {
  const set = compileRules([{ file: 'r.yaml', text: rule }])
  const tested = testRules(testablesOf(set, 'r.yaml'), set, cases, 'r.cases.yaml')
  const results = tested.reports.flatMap((report) => report.results)
  const linted = lintRules({
    ...{ files: [{ file: 'r.yaml', text: rule, cases }], others: [], lists: [] },
    catalogues: CATALOGUES,
  })
  return [
    ...tested.issues.map(({ message }) => message),
    ...results.filter(({ pass }) => !pass).map(({ title, failure }) => `${title}: ${failure}`),
    ...CASE_KINDS.filter((kind) => !results.some((one) => one.kind === kind)),
    ...linted.issues.filter(({ code }) => code !== 'lint/unfinished').map((one) => one.message),
  ]
}

test('without an event: an example that tests and lints clean', () => {
  const made = scaffold({ ...HEAD, facts: sampleFacts(), detection: 'X01', tactic: 'persistence' })
  expect(faultsOf(made)).toEqual([])
  expect(made.rule).toContain('  - attack.persistence\n  - detection.x01\n')
  expect(made.rule).toContain('title: My rule\n')
})

const recording = fileURLToPath(new URL('../../../demo/shop-cluster/', import.meta.url))

const eventsOf = (bytes: Buffer): readonly AuditEvent[] => {
  const events: AuditEvent[] = []
  const source = { cluster: 'c', server: 's', file: 'f' }
  const sink = { event: (event: AuditEvent) => events.push(event), issue() {}, shape() {} }
  decodeBlock(bytes, 0, source, { strict: false }, sink)
  return events
}

/** One event of each kind of request and outcome. */
const kinds = new Map<string, AuditEvent>()
for (const file of globSync('*.zst', { cwd: recording })) {
  for (const event of eventsOf(zstdDecompressSync(readFileSync(recording + file)))) {
    if (event.stage === 'RequestReceived') continue
    const { verb, objectRef, responseStatus, level } = event
    const { apiGroup, resource, subresource } = objectRef ?? {}
    const failed = (responseStatus?.code ?? 0) >= 400
    const kind = [level, verb, apiGroup, resource, subresource, failed].join(' ')
    kinds.set(kind, kinds.get(kind) ?? event)
  }
}

describe('from an event of a real cluster', () => {
  it('there are many kinds', () => expect(kinds.size).toBeGreaterThan(50))

  it.each([...kinds])('%s', (_, event) => {
    expect(faultsOf(scaffold({ ...HEAD, ...NONE, facts: enrich(event) }))).toEqual([])
  })
})
