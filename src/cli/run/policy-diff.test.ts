import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from '../testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-diff-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const HEAD = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n'

const old = write(
  'old.yaml',
  `${HEAD}rules:
- level: Metadata
  resources: [{group: "", resources: [secrets, configmaps]}]
- level: None
  nonResourceURLs: ["/healthz*"]
- level: RequestResponse
`,
)

const now = write(
  'new.yaml',
  `${HEAD}# Reads of secrets are too many.
rules:
- level: None
  verbs: [get, list]
  resources: [{group: "", resources: [secrets]}]
- level: Metadata
  resources: [{group: "", resources: [configmaps, secrets]}]
- level: RequestResponse
`,
)

const event = (auditID: string, resource: string, verb: string): Record<string, unknown> => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID,
  stage: 'ResponseComplete',
  requestURI: `/api/v1/namespaces/ci/${resource}/web`,
  verb,
  user: { username: 'alice', groups: ['dev', 'system:authenticated'] },
  sourceIPs: ['10.0.0.1'],
  objectRef: { resource, namespace: 'ci', name: 'web', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 200 },
  responseObject: { kind: 'Thing', data: { a: 'b' } },
  requestReceivedTimestamp: '2026-11-20T09:00:00.000000Z',
  stageTimestamp: `2026-11-20T09:0${auditID.at(-1)}:00.000000Z`,
})

const lines = (...events: readonly Record<string, unknown>[]): string =>
  events.map((one) => `${JSON.stringify(one)}\n`).join('')

const log = write(
  'audit.log',
  lines(
    event('00000000-0000-4000-8000-000000000001', 'secrets', 'get'),
    event('00000000-0000-4000-8000-000000000002', 'configmaps', 'get'),
    event('00000000-0000-4000-8000-000000000003', 'pods', 'get'),
  ),
)

describe('policy diff', () => {
  it('says which requests are logged otherwise, and what that does', async () => {
    const { exit, output, errors } = await run(['policy', 'diff', old, now, log])
    expect([exit, errors]).toEqual([1, ''])
    const text = output.replaceAll(folder, '')
    expect(text).toContain('2 kinds of requests are logged otherwise: 1 less and 1 more.')
    const less = text.slice(text.indexOf('LOGGED LESS'), text.indexOf('LOGGED MORE'))
    expect(less).toBe(`LOGGED LESS
  Metadata → None
    get, list of secrets
      rule 1 (line 4) → rule 1 (line 5)
      such as alice: GET /api/v1/namespaces/default/secrets/web

`)
    const more = text.slice(text.indexOf('LOGGED MORE'), text.indexOf('DETECTIONS'))
    expect(more).toBe(`LOGGED MORE
  None → RequestResponse
    any request of /healthz*
      rule 2 (line 6) → rule 3 (line 10)
      such as alice: GET /healthz

`)
    expect(text).toMatch(/sees less +active → degraded +F01 +Secrets listed in bulk/)
    expect(text).toMatch(/logged before +3 .*\n +logged after +2 .*\n +no longer logged +1 +-\d/)
  })

  it('says it to machines, with what it means for recorded events', async () => {
    const { exit, output } = await run(['policy', 'diff', old, now, log, '--format', 'json'])
    expect(exit).toBe(1)
    const record = JSON.parse(output)
    expect(record).toMatchObject({
      ...{ old, new: now, different: true, untold: 0, remote: null },
      classes: [
        {
          change: 'less',
          before: { rule: 0, line: 4, level: 'Metadata' },
          after: { rule: 0, line: 5, level: 'None' },
          objects: [{ group: '', resource: 'secrets', verbs: ['get', 'list'] }],
          answered: true,
          example: { user: 'alice', verb: 'get', resource: 'secrets', method: 'GET' },
        },
        { change: 'more', paths: [{ path: '/healthz*', verbs: [] }], example: { resource: null } },
      ],
      events: {
        recorded: { events: 3 },
        before: { events: 3, undecided: 0 },
        after: { events: 2 },
        gone: { events: 1 },
        ...{ added: { events: 0, bytes: 0 }, smaller: { events: 0 }, larger: { events: 0 } },
      },
    })
    expect(record.events.gone.bytes).toBe(record.events.before.bytes - record.events.after.bytes)
    expect(record.detections.lost.length).toBeGreaterThan(0)
    expect(record.detections.gained).toMatchObject([{ before: 'degraded', after: 'active' }])
  })

  it('finds no difference in comments, order and words', async () => {
    const same = write(
      'same.json',
      JSON.stringify({
        ...{ apiVersion: 'audit.k8s.io/v1', kind: 'Policy' },
        rules: [
          { level: 'None', nonResourceURLs: ['/healthz', '/healthz*'] },
          { level: 'Metadata', resources: [{ resources: ['configmaps'] }] },
          { level: 'Metadata', resources: [{ resources: ['secrets'] }] },
          { level: 'None', verbs: ['*'] },
          { level: 'RequestResponse' },
          { level: 'None', users: ['bob'] },
        ],
      }),
    )
    const { exit, output } = await run(['policy', 'diff', old, same])
    expect(exit).toBe(0)
    expect(output).toContain('No difference in meaning')
    const json = await run(['policy', 'diff', old, same, '--format', 'json'])
    expect(json.exit).toBe(0)
    expect(JSON.parse(json.output)).toMatchObject({
      ...{ different: false, classes: [], untold: 0, detections: null, events: null },
    })
  })

  it('says what only the impossible would be logged for', async () => {
    const dead = write(
      'dead.yaml',
      `${HEAD}rules: [{level: None, users: ["kube-*"]}, {level: Metadata}]\n`,
    )
    const all = write('all.yaml', `${HEAD}rules: [{level: Metadata}]\n`)
    const { exit, output } = await run(['policy', 'diff', all, dead])
    expect(exit).toBe(0)
    expect(output).toContain('Odd requests alone are logged otherwise')
    expect(output).toMatch(/kube-\*: GET\s+\/api\/v1\/namespaces\/default\/pods\/web/)
  })

  it('escapes what a policy says', async () => {
    const users = JSON.stringify(['\u001b[31mred*\n'])
    const evil = write(
      'evil.yaml',
      `${HEAD}rules: [{level: None, users: ${users}}, {level: Metadata}]\n`,
    )
    const all = write('all.yaml', `${HEAD}rules: [{level: Metadata}]\n`)
    const { output } = await run(['policy', 'diff', all, evil])
    expect(output).toContain('red*')
    expect(output).not.toContain('\u001b')
  })

  it('refuses what an API server refuses, and too many standard inputs', async () => {
    const bad = write('bad.yaml', `${HEAD}rules: []\n`)
    expect(await run(['policy', 'diff', old, bad])).toMatchObject({ exit: 2, output: '' })
    expect((await run(['policy', 'diff', '-', '-'])).exit).toBe(3)
  })
})
