import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { YES } from '../../base/truth.ts'
import type { Hit } from './hit.ts'
import { bytesOfHit, HitQueue } from './hit-queue.ts'

const hitAt = (timeUs: number, origin = '0'): Hit => ({
  correlation: 0,
  slot: 0,
  key: '0'.repeat(32),
  group: ['x'],
  values: [],
  up: [],
  truth: YES,
  timeUs,
  origin,
})

const timesOf = (released: readonly { readonly hit: Hit }[]): readonly number[] =>
  released.map(({ hit }) => hit.timeUs)

test('hits leave in the order of time, each with its source', () => {
  const queue = new HitQueue<string>({ bytesMax: LIMIT.correlationQueueBytesMax })
  for (const time of [5, 1, 9, 3]) queue.push(hitAt(time), `s${time}`)
  expect(queue.overflow()).toEqual([])
  expect(queue.release(5).map(({ source }) => source)).toEqual(['s1', 's3'])
  queue.push(hitAt(7), 's7')
  expect(timesOf(queue.finish())).toEqual([5, 7, 9])
  expect(queue.late).toBe(0)
})

test('the order does not depend on the order of arrival', () => {
  const hits = fc.array(fc.record({ time: fc.nat(5), origin: fc.constantFrom('a', 'b', 'c') }))
  const property = fc.property(hits, fc.gen(), (random, gen) => {
    const all = random.map(({ time, origin }) => hitAt(time, origin))
    const shuffled = gen(fc.shuffledSubarray, all, { minLength: all.length })
    const release = (some: readonly Hit[]): readonly Hit[] => {
      const queue = new HitQueue<undefined>({ bytesMax: LIMIT.correlationQueueBytesMax })
      for (const hit of some) queue.push(hit, undefined)
      return queue.finish().map(({ hit }) => hit)
    }
    expect(release(shuffled)).toEqual(release(all))
  })
  fc.assert(property, { seed: 7, numRuns: 300 })
})

test('a hit before what was released is late: it is dropped and counted', () => {
  const queue = new HitQueue<undefined>({ bytesMax: LIMIT.correlationQueueBytesMax })
  queue.push(hitAt(5), undefined)
  queue.release(6)
  queue.push(hitAt(5), undefined)
  queue.push(hitAt(6), undefined)
  expect(timesOf(queue.finish())).toEqual([6])
  expect(queue.late).toBe(1)
})

test('when full the earliest leave early, those of one time together', () => {
  const queue = new HitQueue<undefined>({ bytesMax: 8 * bytesOfHit(hitAt(0)) })
  for (const time of [9, 8, 3, 3, 3, 2, 7, 6]) queue.push(hitAt(time), undefined)
  expect(queue.overflow()).toEqual([])
  queue.push(hitAt(5), undefined)
  expect(timesOf(queue.overflow())).toEqual([2, 3, 3, 3])
  expect(queue.early).toBe(4)
  queue.push(hitAt(3), undefined)
  expect(queue.late).toBe(1)
  expect(timesOf(queue.finish())).toEqual([5, 6, 7, 8, 9])
})
