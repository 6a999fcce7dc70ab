import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gradeOf } from '../../advise/lint/lints.ts'
import { lintPolicy } from '../../advise/policy/lint/lint-policy.ts'
import { loadPolicy } from '../../kubernetes/audit-policy/load/load-policy.ts'
import { run } from '../testing/memory-shell.ts'

const LOG = fileURLToPath(new URL('../testing/logs/shop/audit-a.log', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coverage-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const policyFile = (rules: string): string => {
  const file = join(folder, 'policy.yaml')
  writeFileSync(file, `apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n${rules}\n`)
  return file
}

const NO_EVENTS = `- level: None
  resources: [{ group: "", resources: [events] }, { group: events.k8s.io }]
- level: Metadata`

describe('policy coverage', () => {
  test('says what is blind, which rule hides it, and exits with 1', async () => {
    const file = policyFile(NO_EVENTS)
    const args = ['--rule', 'E08', '--rule', 'B01']
    const { exit, output } = await run(['policy', 'coverage', file, ...args])
    expect(exit).toBe(1)
    expect(output).toContain('1 of 2 detections see all that they are about; 1 see nothing.')
    expect(output).toContain('rule 1 (line 4) drops delete and deletecollection of events')
    expect(output).toMatch(/blind +T1070/)
  })

  test('exits with 0 where nothing is blind, and with 2 for a policy that is refused', async () => {
    const fine = policyFile('- level: RequestResponse')
    expect((await run(['policy', 'coverage', fine, '--rule', 'C01'])).exit).toBe(0)
    const refused = policyFile('- level: Everything')
    expect((await run(['policy', 'coverage', refused])).exit).toBe(2)
    expect((await run(['policy', 'coverage', fine, '--rule', 'no-such'])).exit).toBe(2)
  })

  test('says once what hides part from several detections, with what each of them lacks', async () => {
    const file = policyFile(`- level: None
  resources: [{ group: coordination.k8s.io, resources: [leases] }]
- level: Request
  verbs: [patch]
- level: RequestResponse`)
    const args = ['A02', 'G02', 'C01', 'C04'].flatMap((name) => ['--rule', name])
    const { output } = await run(['policy', 'coverage', file, ...args])
    const degraded = output.slice(output.indexOf('DEGRADED'), output.indexOf('TECHNIQUES'))
    expect(degraded.match(/rule 1 \(line 4\) drops/g)).toHaveLength(1)
    expect(degraded.match(/rule 2 \(line 6\) logs patch of /g)).toHaveLength(1)
    const below = (start: string, end: string): string =>
      degraded.slice(degraded.indexOf(start), degraded.indexOf(end))
    expect(below('rule 1', 'rule 2')).toMatch(/^ {6}A02 {2}/m)
    expect(below('rule 1', 'rule 2')).toMatch(/^ {6}G02 {2}/m)
    expect(below('rule 2', 'TECHNIQUES')).toMatch(/^ {6}C04 {2}.*: pod\.hostPID and /m)
    expect(below('rule 2', 'TECHNIQUES')).toMatch(/^ {6}C01 {2}.*privileged and /m)
  })

  test('has every key in its JSON', async () => {
    const args = ['--rule', 'E08', '--format', 'json']
    const { output } = await run(['policy', 'coverage', policyFile(NO_EVENTS), ...args])
    const { totals, rules, techniques } = JSON.parse(output)
    expect(totals).toEqual({ rules: 1, active: 0, degraded: 0, blind: 1, unproven: 0 })
    expect(rules[0]).toMatchObject({ state: 'blind', detection: 'E08', doubt: null })
    expect(rules[0].losses).toEqual([
      {
        ...{ rule: 0, line: 4, level: 'None', omitStages: [], effect: 'nothing', fields: [] },
        requests: [
          {
            verbs: ['delete', 'deletecollection'],
            of: ['events', 'events.events.k8s.io'],
            ...{ users: null, places: null },
          },
        ],
      },
    ])
    expect(rules[0].cases.lost[0]).toMatchObject({ got: 'not logged', rule: 0, line: 4 })
    expect(techniques).toEqual([{ technique: 'T1070', state: 'blind', rules: [rules[0].id] }])
  })
})

describe('a rule of your own', () => {
  const RULE = `title: Mine
id: 0c8f5f0e-35a4-4a8e-9d3c-1d9d6b2f4a77
logsource: { product: kubernetes, service: audit }
detection: { sel: { request.resource: widgets }, condition: sel }
level: low
`
  const CASES = `cases:
  - title: one is read
    kind: match
    event:
      kind: Event
      apiVersion: audit.k8s.io/v1
      level: Metadata
      auditID: 6adc4faf-c394-461e-b62d-25ca135d289d
      stage: ResponseComplete
      requestURI: /apis/example.com/v1/namespaces/shop/widgets/one
      verb: get
      user: { username: alice, groups: [ 'system:authenticated' ] }
      objectRef: { resource: widgets, namespace: shop, name: one, apiGroup: example.com }
      responseStatus: { metadata: {}, code: 200 }
      requestReceivedTimestamp: '2026-11-20T22:00:00.000000Z'
      stageTimestamp: '2026-11-20T22:00:00.012000Z'
`
  const stateOf = async (): Promise<string> => {
    const rules = ['--rules', join(folder, 'mine.yaml'), '--rule', '0c8f5f0e', '--format', 'json']
    const { output } = await run(['policy', 'coverage', policyFile('- level: Metadata'), ...rules])
    return JSON.parse(output).rules[0].state
  }

  test('is unproven until it has a case beside it', async () => {
    writeFileSync(join(folder, 'mine.yaml'), RULE)
    expect(await stateOf()).toBe('unproven')
    writeFileSync(join(folder, 'mine.cases.yaml'), CASES)
    expect(await stateOf()).toBe('active')
  })
})

describe('policy minimal', () => {
  test('writes a policy that loads, has no fault, and lets the rules see', async () => {
    const made = await run(['policy', 'minimal', '--rule', 'B01', '--rule', 'D20'])
    expect([made.exit, made.errors]).toEqual([0, ''])
    expect(made.output).toContain('# For B01 (Command run in a pod).')
    const file = join(folder, 'minimal.yaml')
    writeFileSync(file, made.output)
    const loaded = loadPolicy(readFileSync(file), file)
    const lints = lintPolicy(loaded, made.output)
    expect(lints.filter((one) => gradeOf(one) === 'error')).toEqual([])
    const args = ['--rule', 'B01', '--rule', 'D20']
    const { exit, output } = await run(['policy', 'coverage', file, ...args])
    expect([exit, output.split('\n').find((line) => line.includes('detections'))]).toEqual([
      0,
      expect.stringContaining('4 of 4 detections see all'),
    ])
  })

  test('says what it would have cost on a log', async () => {
    const args = ['policy', 'minimal', '--rule', 'B01', '--format', 'json']
    expect(JSON.parse((await run(args)).output)).toMatchObject({ byPlan: [], cost: null })
    const { cost, yaml } = JSON.parse((await run([...args, '--events', LOG])).output)
    expect(cost.recorded.events).toBeGreaterThan(cost.logged.events)
    expect(yaml).toContain('# On the log given')
  })

  test('has nothing to write for rules about the log itself', async () => {
    const { exit, errors } = await run(['policy', 'minimal', '--rule', 'E27'])
    expect(exit).toBe(2)
    expect(errors).toContain('these rules need no policy')
  })
})
