import { afterEach, beforeEach, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { LiveCrew } from './live-crew.ts'
import type { LiveJob } from './live-job.ts'

const OPTIONS = {
  ...{ rules: [], lists: [], proxies: [], clusterRanges: [], sealKey: undefined },
  instance: 'one',
  fingerprintKey: new Uint8Array(32),
}

let crew: LiveCrew
beforeEach(() => {
  crew = new LiveCrew(OPTIONS)
})
afterEach(() => crew.stop())

const jobOf = (sequence: number, length: number): LiveJob => {
  const bytes = new Uint8Array(length).fill(0x20)
  const source = { cluster: 'prod', server: 'a', way: 'webhook' } as const
  const delivery = { source, arrivedUs: 1, sha256: '00'.repeat(32), length }
  return { sequence, batch: 1, delivery: { kind: 'body', ...delivery }, bytes }
}

/** Hands over so many deliveries; gives how many were in hand after each, in their order. */
const inHandAfter = async (count: number, length: number): Promise<readonly number[]> => {
  const done: number[] = []
  const inHand: number[] = []
  for (let n = 1; n <= count; n += 1) {
    await crew.take(jobOf(n, length), ({ sequence, last }) => {
      if (last) done.push(sequence)
    })
    inHand.push(n - done.length)
  }
  await crew.close(1)
  expect(done).toEqual(Array.from({ length: count }, (_, n) => n + 1))
  return inHand
}

test('LIMIT.workerDeliveriesMax: the worker has some deliveries at a time, and gets all', async () => {
  const inHand = await inHandAfter(LIMIT.workerDeliveriesMax * 4, 10)
  expect(Math.max(...inHand)).toBe(LIMIT.workerDeliveriesMax - 1)
})

test('LIMIT.workerBytesMax: a long delivery goes alone', async () => {
  const long = await inHandAfter(3, LIMIT.workerBytesMax)
  expect(long).toEqual([0, 0, 0])
  const half = await inHandAfter(4, LIMIT.workerBytesMax / 2)
  expect(Math.max(...half)).toBe(1)
})

test('other rules are switched to between two deliveries, however close these are', async () => {
  const said: string[] = []
  const take = (sequence: number): Promise<void> =>
    crew.take(jobOf(sequence, 10), () => said.push(`delivery ${sequence}`))
  // Nobody waits for an answer before the next order.
  const orders = [take(1), crew.reload(OPTIONS, () => said.push('switched')), take(2)]
  await Promise.all([...orders, crew.close(1)])
  expect(said).toEqual(['delivery 1', 'switched', 'delivery 2'])
})
