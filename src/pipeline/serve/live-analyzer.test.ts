import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { LiveAnalyzer } from './live-analyzer.ts'
import type { LiveJob } from './live-job.ts'

const OPTIONS = {
  ...{ rules: [], lists: [], proxies: [], clusterRanges: [], sealKey: undefined },
  instance: 'one',
  fingerprintKey: new Uint8Array(32),
}

const item = (n: number, idOf: (n: number) => string): string =>
  JSON.stringify({
    level: 'Metadata',
    auditID: idOf(n),
    stage: 'ResponseComplete',
    requestURI: '/api/v1/pods',
    verb: 'list',
    user: { username: 'alice' },
    sourceIPs: ['10.0.0.1'],
    objectRef: { resource: 'pods', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
    stageTimestamp: '2026-11-20T10:00:00.000000Z',
    annotations: { filler: String(n).padStart(500, 'x') },
  })

const jobOf = (count: number, idOf = (n: number): string => `id-${n}`): LiveJob => {
  const items = Array.from({ length: count }, (_, n) => item(n, idOf)).join(',')
  const head = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":['
  const bytes = Uint8Array.from(Buffer.from(`${head}${items}]}\n`))
  const source = { cluster: 'prod', server: 'a', way: 'webhook' } as const
  const delivery = { source, arrivedUs: 1, sha256: '00'.repeat(32), length: bytes.length }
  return { sequence: 1, batch: 1, delivery: { kind: 'body', ...delivery }, bytes }
}

test('LIMIT.analyzedBytesMax: a huge body is analyzed in pieces, and each event of it once', () => {
  const count = 14_000
  const analyzer = new LiveAnalyzer(OPTIONS)
  const job = jobOf(count)
  expect(job.bytes.length).toBeGreaterThan(LIMIT.analyzedBytesMax)
  const results = [...analyzer.analyze(job)]
  expect(results.length).toBeGreaterThan(4)
  expect(results.map(({ last }) => last)).toEqual(results.map((_, at) => at === results.length - 1))
  const events = results.reduce((sum, { observation }) => sum + observation.events, 0)
  expect(events).toBe(count)
  const batch = analyzer.close(1)
  expect(batch.shares.map((share) => share.events)).toEqual([count])
  expect(new Set(leavesOf(batch.shares[0]?.leaves ?? new Uint8Array())).size).toBe(count)
})

test('an ordinary body is one piece', () => {
  const results = [...new LiveAnalyzer(OPTIONS).analyze(jobOf(3))]
  expect(results.map(({ last, observation }) => [last, observation.events])).toEqual([[true, 3]])
})

test('LIMIT.namedPerDelivery: of canaries, and of ids that are given twice, some are named', () => {
  const count = LIMIT.namedPerDelivery * 2
  const analyzer = new LiveAnalyzer(OPTIONS)
  const named = (idOf: (n: number) => string): readonly (readonly [number, number])[] =>
    [...analyzer.analyze(jobOf(count, idOf))].map(({ canaries, reused }) => {
      return [canaries.length, reused.length]
    })
  expect(named((n) => `deckwatch-canary-${n}`)).toEqual([[LIMIT.namedPerDelivery, 0]])
  expect(named(() => 'always the same')).toEqual([[0, LIMIT.namedPerDelivery]])
})

test('an id that nobody can ask for is no canary, however long a client makes it', () => {
  const ids = ['deckwatch-canary-1f', `deckwatch-canary-${'1'.repeat(100_000)}`]
  const results = new LiveAnalyzer(OPTIONS).analyze(jobOf(2, (n) => ids[n] ?? ''))
  expect([...results].flatMap(({ canaries }) => canaries)).toEqual(['deckwatch-canary-1f'])
})

const leavesOf = (bytes: Uint8Array): readonly string[] =>
  Array.from({ length: bytes.length / 32 }, (_, n) =>
    Buffer.from(bytes.subarray(n * 32, n * 32 + 32)).toString('hex'),
  )
