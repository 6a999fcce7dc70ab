import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { LiveAnalyzer } from './live-analyzer.ts'
import type { LiveJob } from './live-job.ts'

const analyzer = (): LiveAnalyzer =>
  new LiveAnalyzer({
    ...{ rules: [], lists: [], proxies: [], clusterRanges: [], sealKey: undefined },
    instance: '0'.repeat(32),
    fingerprintKey: Buffer.alloc(32),
  })

const jobOf = (items: readonly string[]): LiveJob => {
  const head = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":['
  const bytes = new Uint8Array(Buffer.from(`${head}${items.join(',')}]}`))
  const source = { cluster: 'shop', server: 'a', way: 'webhook' } as const
  const delivery = { kind: 'body', source, arrivedUs: 1, sha256: '0'.repeat(64) } as const
  return { sequence: 1, batch: 7, delivery: { ...delivery, length: bytes.length }, bytes }
}

const event = (name: number, userAgent = ''): string =>
  JSON.stringify({
    level: 'Metadata',
    auditID: String(name),
    stage: 'ResponseComplete',
    requestURI: '/healthz',
    verb: 'get',
    user: { username: 'eve' },
    userAgent,
    requestReceivedTimestamp: '2026-11-21T12:00:00.000000Z',
    stageTimestamp: '2026-11-21T12:00:00.000000Z',
  })

const countsOf = (one: LiveAnalyzer): readonly number[] =>
  one.close(7).pieces.map(({ count }) => count)

test('LIMIT.batchPieceRowsMax: a body of tiny events is inserted in pieces', () => {
  const one = analyzer()
  const items = Array.from({ length: LIMIT.batchPieceRowsMax + 5 }, (_, n) => event(n))
  for (const _ of one.analyze(jobOf(items)));
  expect(countsOf(one)).toEqual([LIMIT.batchPieceRowsMax, 5])
  expect(countsOf(one)).toEqual([])
  for (const _ of one.analyze(jobOf([event(0)])));
  expect(countsOf(one)).toEqual([1])
})

test('LIMIT.batchPieceBytesMax: so are long events', () => {
  const one = analyzer()
  const half = 'x'.repeat(LIMIT.batchPieceBytesMax / 2)
  for (const _ of one.analyze(jobOf([event(0, half), event(1, half), event(2, half), event(3)])));
  expect(countsOf(one)).toEqual([2, 2])
})
