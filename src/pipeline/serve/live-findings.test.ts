import { beforeEach, expect, test } from 'vitest'
import type { Clock } from '../../base/clock.ts'
import { compileRules } from '../../detect/compile.ts'
import { RULES, SECOND, START_US } from '../../detect/live/testing.ts'
import { timeText } from '../../detect/time.ts'
import { Completeness } from '../completeness/completeness.ts'
import { LiveAnalyzer } from './live-analyzer.ts'
import { type AskStore, LiveFindings } from './live-findings.ts'
import type { LiveJob } from './live-job.ts'

const FILES = [{ file: 'rules.yaml', text: RULES }]
const HOUR = 3_600

const analyzer = new LiveAnalyzer({
  ...{ rules: FILES, lists: [], proxies: [], clusterRanges: [], sealKey: undefined },
  instance: 'one',
  fingerprintKey: new Uint8Array(32),
})

let nowUs = 0
const clock: Clock = {
  nowUs: () => nowUs,
  elapsedMs: () => nowUs / 1_000,
  sleep: () => Promise.resolve(),
}

let told: string[] = []

beforeEach(() => {
  nowUs = START_US + HOUR * SECOND
  told = []
})

const findingsWith = (ask: AskStore): LiveFindings =>
  new LiveFindings(compileRules(FILES, []), {
    completeness: new Completeness(),
    clock,
    onTold: ({ finding }) => told.push(finding.rule.id),
    onGap: () => {},
    ask,
  })

let sequence = 0

/** A read so many seconds after the beginning. */
const eventOf = (second: number, user: string): string => {
  const time = timeText(START_US + second * SECOND)
  return JSON.stringify({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata' },
    ...{ auditID: `${user} ${second}`, stage: 'ResponseComplete', verb: 'get' },
    requestURI: '/api/v1/namespaces/shop/pods/web',
    user: { username: user },
    sourceIPs: ['10.0.0.1'],
    objectRef: { resource: 'pods', apiVersion: 'v1', namespace: 'shop', name: 'web' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
  })
}

const jobOf = (second: number, users: readonly string[]): LiveJob => {
  sequence += 1
  const lines = users.map((user) => `${eventOf(second, user)}\n`)
  const bytes = Uint8Array.from(Buffer.from(lines.join('')))
  const source = { cluster: 'prod', server: 'a', way: 'import' } as const
  const place = { path: 'audit.log', fingerprint: `f${sequence}`, offset: 0, length: bytes.length }
  const delivery = { kind: 'lines', source, arrivedUs: nowUs, ...place } as const
  return { sequence, batch: 1, delivery, bytes }
}

const take = (live: LiveFindings, second: number, users: readonly string[] = ['alice']): void => {
  const job = jobOf(second, users)
  for (const result of analyzer.analyze(job)) live.take(job.delivery, result)
}

/** Some time goes on, and what is asked from the store is answered. */
const tick = async (live: LiveFindings): Promise<void> => {
  for (let n = 0; n < 5; n += 1) {
    nowUs += 2 * SECOND
    live.tick(nowUs)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** So many that of late acts between them nothing is kept in memory. */
const OTHERS = Array.from({ length: 400 }, (_, n) => `user-${n}`)

/** Windows that have been judged for an hour. */
const takeNew = async (live: LiveFindings): Promise<void> => {
  take(live, HOUR)
  nowUs += 600 * SECOND
  await tick(live)
}

test('an act that is on its way to the store is known to one that comes late', async () => {
  const live = findingsWith(async () => [])
  await takeNew(live)
  take(live, 0, OTHERS)
  take(live, 1)
  take(live, 2)
  take(live, 2, OTHERS)
  await tick(live)
  const extras = live.drain()
  expect(extras.signals).toHaveLength(3 + 2 * OTHERS.length)
  // The store takes its time.
  take(live, 3)
  await tick(live)
  expect(told).toEqual(['many-reads'])
  live.stored(extras)
})

test('what came to light while the store was asked is known, also if it is stored by then', async () => {
  let answer = (): void => {}
  let isHeld = false
  const live = findingsWith(async () => {
    if (isHeld) await new Promise<void>((resolve) => (answer = resolve))
    return []
  })
  await takeNew(live)
  take(live, 0, OTHERS)
  await tick(live)
  isHeld = true
  take(live, 1)
  await tick(live)
  take(live, 2)
  take(live, 3)
  take(live, 3, OTHERS)
  await tick(live)
  live.stored(live.drain())
  isHeld = false
  answer()
  await tick(live)
  expect(told).toEqual(['many-reads'])
})

test('what live detection could not keep to the letter is an issue', async () => {
  const live = findingsWith(async () => undefined)
  await takeNew(live)
  take(live, 1)
  await tick(live)
  const issues = live.drain().issues.map(({ code, count }) => ({ code, count }))
  expect(issues).toEqual([{ code: 'detect/live-late', count: 1 }])
  expect(live.drain().issues).toEqual([])
})
