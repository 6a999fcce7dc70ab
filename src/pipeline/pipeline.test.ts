import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Report } from '../model/finding.ts'
import type { HuntOptions } from './hunt-options.ts'
import { hunt } from './pipeline.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-hunt-'))
afterAll(() => rmSync(folder, { recursive: true }))

const RULE = JSON.stringify({
  title: 'Secrets listed',
  id: '11111111-1111-4111-8111-111111111111',
  logsource: { product: 'kubernetes', service: 'audit' },
  tags: ['attack.t1552.007', 'detection.f01'],
  level: 'high',
  summary: '{actor.name} listed secrets in {objectRef.namespace}',
  detection: {
    selection: { verb: 'list', 'objectRef.resource': 'secrets', outcome: 'allowed' },
    condition: 'selection',
  },
})

const options = (paths: readonly string[], changes: Partial<HuntOptions> = {}): HuntOptions => ({
  paths,
  sources: [],
  rules: [{ file: 'rule.yaml', text: RULE }],
  lists: [],
  since: undefined,
  until: undefined,
  proxies: [],
  clusterRanges: [],
  strict: false,
  sha256: false,
  threads: 0,
  tool: 'test',
  ...changes,
})

const run = (paths: readonly string[], changes: Partial<HuntOptions> = {}): Promise<Report> =>
  hunt(options(paths, changes), {}, new AbortController().signal)

interface Line {
  readonly auditID: string
  readonly stage: string
  readonly resource?: string
  readonly namespace?: string
  readonly second?: number
  readonly user?: string
}

const line = ({ auditID, stage, resource, namespace, second, user }: Line): string => {
  const time = `2026-11-20T10:00:${String(second ?? 0).padStart(2, '0')}.000000Z`
  const kind = resource ?? 'secrets'
  const done = stage === 'RequestReceived' ? {} : { responseStatus: { code: 200 } }
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID,
    stage,
    requestURI: `/api/v1/namespaces/${namespace ?? 'shop'}/${kind}`,
    verb: 'list',
    user: { username: user ?? 'bob', groups: ['ops'] },
    sourceIPs: ['10.0.0.9'],
    objectRef: { resource: kind, namespace: namespace ?? 'shop', apiVersion: 'v1' },
    ...done,
    requestReceivedTimestamp: time,
    stageTimestamp: time,
    ...(stage === 'RequestReceived'
      ? {}
      : { annotations: { 'authorization.k8s.io/decision': 'allow' } }),
  })
}

const ID = '3f2c1a52-6f0e-4f0e-9d0f-1d8e1c9a7b11'
const write = (name: string, lines: readonly string[]): string => {
  const file = join(folder, name)
  writeFileSync(file, lines.map((text) => `${text}\n`).join(''))
  return file
}

describe('hunt', () => {
  test('RequestReceived and ResponseComplete of one request give one finding with both events', async () => {
    const file = write('one.log', [
      line({ auditID: ID, stage: 'RequestReceived' }),
      line({ auditID: ID, stage: 'ResponseComplete' }),
    ])
    const report = await run([file])
    expect(report.totals).toMatchObject({ events: 2, findings: 1 })
    const [finding] = report.findings
    expect(finding?.events.map((event) => event.stage)).toEqual([
      'RequestReceived',
      'ResponseComplete',
    ])
    expect(finding?.reason).toMatch(/^bob listed secrets in shop\. Decided by verb = list; /)
    expect(finding?.rule).toMatchObject({ detection: 'F01', techniques: ['T1552.007'] })
    expect(report.coverage[0]).toMatchObject({ eligible: 1, findings: 1, cannotTell: 0 })
  })

  test('a request whose end was never logged cannot be told, and the reason is its stage', async () => {
    const file = write('open.log', [line({ auditID: ID, stage: 'RequestReceived' })])
    const report = await run([file])
    expect(report.findings).toEqual([])
    expect(report.coverage[0]).toMatchObject({
      eligible: 1,
      cannotTell: 1,
      reasons: { stage: 1 },
    })
  })

  test('a forged auditID neither merges two acts nor hides one', async () => {
    const file = write('forged.log', [
      line({ auditID: 'X', stage: 'ResponseComplete', resource: 'pods' }),
      line({ auditID: 'X', stage: 'ResponseComplete', namespace: 'shop' }),
      line({ auditID: 'X', stage: 'ResponseComplete', namespace: 'kube-system' }),
      line({ auditID: 'X', stage: 'ResponseComplete', namespace: 'shop', user: 'eve' }),
      line({ auditID: 'X', stage: 'ResponseComplete', resource: 'pods', second: 1 }),
    ])
    expect((await run([file])).findings).toHaveLength(3)
  })

  test('nor does it in an envelope, whose events share their bytes', async () => {
    const one = line({ auditID: 'X', stage: 'ResponseComplete' })
    const other = one.replace('{"kind"', '{"userAgent":"x","kind"')
    const envelope = JSON.stringify({ logEvents: [{ message: one }, { message: other }] })
    const report = await run([write('envelope.json', [envelope, envelope])])
    expect(report.findings).toHaveLength(2)
    expect(report.issueCounts['detect/audit-id-collision']).toBe(2)
  })

  test('a key that comes twice is told once for the bytes, and within wrapped text too', async () => {
    const twice = line({ auditID: ID, stage: 'ResponseComplete' }).replace(
      '"verb":"list"',
      '"verb":"get","verb":"list"',
    )
    const log = JSON.stringify({ logEvents: [{ message: twice }] })
    for (const [name, text] of [
      ['twice.log', twice],
      ['wrapped.log', log],
      ['twice-wrapped.log', JSON.stringify({ date: 1, log })],
    ] as const) {
      const report = await run([write(name, [text])])
      expect(report.issueCounts).toEqual({ 'decode/duplicate-key': 1 })
    }
  })

  test('a verb, which is the method that a client chose, is cut and masked', async () => {
    const rule = RULE.replace('"verb":"list"', '"verb|contains":"bearer"')
    const verb = `bearer ${'s3cr3t'.repeat(9)} ${'x'.repeat(9_000)}`
    const text = line({ auditID: ID, stage: 'ResponseComplete' }).replace(
      '"verb":"list"',
      JSON.stringify({ verb }).slice(1, -1),
    )
    const report = await run([write('verb.log', [text])], { rules: [{ file: 'r', text: rule }] })
    expect(report.findings).toHaveLength(1)
    expect(JSON.stringify(report)).not.toContain('s3cr3t')
    expect(JSON.stringify(report).length).toBeLessThan(9_000)
  })

  test('a log and its copy are one log: nothing is found twice', async () => {
    const lines = [line({ auditID: ID, stage: 'ResponseComplete' })]
    const report = await run([write('copy-1.log', lines), write('copy-2.log', lines)])
    expect(report.findings).toHaveLength(1)
    expect(report.findings[0]?.events).toHaveLength(2)
  })

  test('gives the same report for any order of files and any number of workers', async () => {
    const received: string[] = []
    const complete: string[] = []
    for (let n = 0; n < 300; n += 1) {
      const one = { auditID: `id-${n}`, second: n % 60, namespace: `ns-${n % 7}` }
      received.push(line({ ...one, stage: 'RequestReceived' }))
      if (n % 11 !== 0) complete.push(line({ ...one, stage: 'ResponseComplete' }))
    }
    const [a, b] = [write('received.log', received), write('complete.log', complete)]
    const reports = [
      await run([a, b]),
      await run([b, a]),
      await run([a, b], { threads: 2 }),
      await run([b, a], { threads: 1 }),
    ]
    expect(reports[0]?.totals).toMatchObject({ events: 572, findings: 272 })
    expect(reports[0]?.coverage[0]).toMatchObject({ eligible: 300, cannotTell: 28 })
    for (const report of reports) expect(report).toEqual(reports[0])
  })

  test('shows of a very long auditID the beginning, and that it is cut', async () => {
    const auditID = 'x'.repeat(5_000)
    const report = await run([write('long.log', [line({ auditID, stage: 'ResponseComplete' })])])
    expect(report.findings[0]?.events[0]?.auditID).toMatch(/^x{200}…$/)
  })

  test('passes over what lies outside --since and --until', async () => {
    const file = write(
      'window.log',
      [0, 10, 20].map((second) =>
        line({ auditID: `w${second}`, stage: 'ResponseComplete', second }),
      ),
    )
    const report = await run([file], {
      since: '2026-11-20T10:00:05Z',
      until: '2026-11-20T10:00:20Z',
    })
    expect(report.totals).toMatchObject({ events: 1, findings: 1 })
  })

  test('keeps an event without a time in every window, and takes no time from it', async () => {
    const review = readFileSync(
      new URL('../decode/fixtures/admission.ndjson', import.meta.url),
      'utf8',
    )
    const report = await run([write('review.ndjson', [review.trim()])], {
      since: '2026-11-20T10:00:00Z',
    })
    expect(report.totals.events).toBe(review.trim().split('\n').length)
    expect(report.totals.firstTime).toBeUndefined()
  })

  test('stops when asked to, with what was found until then', async () => {
    const file = write('stop.log', [line({ auditID: ID, stage: 'ResponseComplete' })])
    const report = await hunt(options([file]), {}, AbortSignal.abort())
    expect(report.totals.events).toBe(0)
  })
})
