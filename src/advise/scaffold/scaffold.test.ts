import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { toCanonical } from '../../decode/canonical.ts'
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

test('from an event whose texts would break out of YAML', () => {
  const odd = fc.constantFrom(
    ...['\n', '\n---\n', '\ntitle: x', '# ', ': ', "'", '"', '\\', '{', '[', '*', '|-', '%', '- '],
    ...[
      '\r',
      '\t',
      '\0',
      '\u0085',
      '\u2028',
      '\ufeff',
      '\u{1f600}',
      '\ud800',
      'a',
      ' ',
      '~',
      '&',
      '1',
    ],
  )
  const text = fc.array(odd, { minLength: 1, maxLength: 30 }).map((parts) => parts.join(''))
  const property = fc.property(text, text, (resource, apiGroup) => {
    const objectRef = { resource, apiGroup, apiVersion: 'v1' }
    const written = { ...toCanonical(sampleFacts().event), objectRef }
    const [event] = eventsOf(Buffer.from(JSON.stringify(written)))
    if (event === undefined) throw new Error('no event')
    const { request } = enrich(event)
    const { rule } = scaffold({ ...HEAD, ...NONE, facts: enrich(event) })
    const { what } = parse(rule).detection
    const literal = (value: string): string => value.replace(/[\\*?]/g, '\\$&')
    expect(what['request.resource']).toBe(literal(request.resource ?? ''))
    expect(what['request.apiGroup']).toBe(literal(request.apiGroup ?? ''))
  })
  fc.assert(property, { seed: 20_261_121, numRuns: 1_000 })
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

describe('secrets', () => {
  const native = {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'RequestResponse' },
    ...{ auditID: '7d1c6e7a-58a1-4f0b-9a51-0d3f6c1f2b77', stage: 'ResponseComplete' },
    user: { username: 'grace', groups: ['ops'] },
    sourceIPs: ['10.77.10.14'],
    responseStatus: { metadata: {}, code: 201 },
    requestReceivedTimestamp: '2026-11-20T21:54:34.000001Z',
    stageTimestamp: '2026-11-20T21:54:34.000200Z',
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  }

  it.each([
    [
      'of a Secret',
      {
        ...{ verb: 'create', requestURI: '/api/v1/namespaces/shop/secrets' },
        objectRef: { resource: 'secrets', namespace: 'shop', name: 'db', apiVersion: 'v1' },
        requestObject: { kind: 'Secret', apiVersion: 'v1', data: { key: 'aHVudGVyMmh1bnRlcjI=' } },
      },
    ],
    [
      'in a command',
      {
        verb: 'get',
        requestURI:
          '/api/v1/namespaces/shop/pods/web/exec?command=psql&command=--password%3DaHVudGVyMmh1bnRlcjI%3D',
        objectRef: {
          ...{ resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
          apiVersion: 'v1',
        },
      },
    ],
  ])('%s are in neither file', (_, changes) => {
    const line = Buffer.from(`${JSON.stringify({ ...native, ...changes })}\n`)
    const [event] = eventsOf(line)
    if (event === undefined) throw new Error('no event')
    const made = scaffold({ ...HEAD, ...NONE, facts: enrich(event) })
    expect(faultsOf(made)).toEqual([])
    expect(made.rule + made.cases).not.toContain('aHVudGVyMmh1bnRlcjI')
  })

  it('hostile text of an event ends no line and no comment', () => {
    const name = "a'\\n  b: {c: [\n# \u202e\u001b[31m*?"
    const objectRef = { resource: 'configmaps', namespace: 'shop', name, apiVersion: 'v1' }
    const changes = {
      verb: 'delete',
      requestURI: '/api/v1/namespaces/shop/configmaps/x',
      objectRef,
    }
    const user = { username: name, groups: [name] }
    const [event] = eventsOf(Buffer.from(JSON.stringify({ ...native, ...changes, user })))
    if (event === undefined) throw new Error('no event')
    const made = scaffold({ ...HEAD, ...NONE, facts: enrich(event) })
    expect(faultsOf(made)).toEqual([])
    expect(made.rule).not.toMatch(/[\u202e\u001b]/)
  })
})
