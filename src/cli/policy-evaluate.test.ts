import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from './testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-policy-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const policy = file(
  'policy.yaml',
  `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  userGroups: ["system:nodes"]
- level: Metadata
  verbs: [delete]
- level: Request
  omitManagedFields: true
  resources: [{group: "", resources: [configmaps], resourceNames: [web]}]
- level: Metadata
  resources: [{group: ""}]
`,
)

const event = (more: object): string =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: '3f2c1a52-6f0e-4f0e-9d0f-1d8e1c9a7b11',
    stage: 'ResponseComplete',
    verb: 'get',
    user: { username: 'alice', groups: ['dev'] },
    requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
    stageTimestamp: '2026-01-01T00:00:00.000000Z',
    ...more,
  })

const CONFIGMAPS = '/api/v1/namespaces/ci/configmaps'
const about = (name: string): object => ({ resource: 'configmaps', namespace: 'ci', name })
const native = [
  event({ requestURI: `${CONFIGMAPS}/web`, objectRef: about('web') }),
  event({ requestURI: CONFIGMAPS, verb: 'create', objectRef: about('web') }),
  event({ requestURI: CONFIGMAPS, verb: 'create', stage: 'RequestReceived', objectRef: about('') }),
  event({ requestURI: '/healthz', user: { username: 'system:node:n1', groups: ['system:nodes'] } }),
  event({ requestURI: '/version' }),
]
const log = file('audit.log', `${native.join('\n')}\n`)

const gke = file(
  'gke.json',
  JSON.stringify({
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      authenticationInfo: { principalEmail: 'bob@example.com' },
      methodName: 'io.k8s.core.v1.configmaps.get',
      resourceName: 'core/v1/namespaces/ci/configmaps/web',
      serviceName: 'k8s.io',
    },
    timestamp: '2026-01-01T00:00:00Z',
  }),
)

describe('policy evaluate', () => {
  test('a line for each event, by what its request was', async () => {
    const args = ['policy', 'evaluate', '--policy', policy, log, '--format', 'ndjson']
    const { exit, output } = await run(args)
    expect(exit).toBe(0)
    const lines = output.trimEnd().split('\n')
    const records = lines.map((line) => JSON.parse(line))
    const told = records.map(({ level, rule, line, logged }) => [level, rule, line, logged])
    expect(told).toEqual([
      ['Request', 2, 9, true],
      ['Metadata', 3, 12, true],
      ['Metadata', 3, 12, false],
      ['None', 0, 5, false],
      ['None', -1, null, false],
    ])
    expect(records[0]).toEqual({
      auditID: '3f2c1a52-6f0e-4f0e-9d0f-1d8e1c9a7b11',
      stage: 'ResponseComplete',
      level: 'Request',
      omitStages: ['RequestReceived'],
      omitManagedFields: true,
      rule: 2,
      line: 9,
      logged: true,
      recordedLevel: 'Metadata',
      lacking: [],
      possibleRules: [2],
      cluster: expect.any(String),
      server: 'audit',
      file: log,
      offset: 0,
      length: native[0]?.length,
      index: 0,
    })
  })

  test('what a provider does not say is said', async () => {
    const { exit, output } = await run([
      ...['policy', 'evaluate', '--policy', policy, gke, '--format', 'ndjson'],
    ])
    expect(exit).toBe(0)
    expect(JSON.parse(output)).toMatchObject({
      level: null,
      omitStages: null,
      rule: null,
      logged: null,
      lacking: ['groups'],
      possibleRules: [0, 2],
    })
  })

  test('as text: how many events each rule decides, and which decide none', async () => {
    const { exit, output } = await run(['policy', 'evaluate', '--policy', policy, log, gke])
    expect(exit).toBe(0)
    expect(output).toContain('asked of 6 events of 2 API servers: it would log at least 2 of them')
    expect(output).toMatch(/rule 1 \(line 5\) +None +1 +0 +everything; by group system:nodes/)
    expect(output).toMatch(
      /rule 3 \(line 9\) +Request +1 +1 +configmaps named web of the core group/,
    )
    expect(output).toMatch(/rule 4 \(line 12\) +Metadata +2 +1 /)
    expect(output).toMatch(/no rule +None +1 +0 +what no rule matches/)
    expect(output).toMatch(/1 event: which rule decides cannot be told.*lacks\s+groups/)
    expect(output).toContain('no event is decided by rule 2\n')
  })

  test('3 without a policy, 2 for a refused one, and 2 for a log without events', async () => {
    expect((await run(['policy', 'evaluate', log])).exit).toBe(3)
    const both = await run(['policy', 'evaluate', '--policy', '-', '-'])
    expect([both.exit, both.errors]).toEqual([3, expect.stringContaining('standard input')])
    const refused = file('refused.yaml', 'apiVersion: audit.k8s.io/v1\nkind: Policy\n')
    expect((await run(['policy', 'evaluate', '--policy', refused, log])).exit).toBe(2)
    const empty = file('empty.log', '\n')
    expect((await run(['policy', 'evaluate', '--policy', policy, empty])).exit).toBe(2)
  })
})
