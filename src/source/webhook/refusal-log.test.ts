import { expect, test } from 'vitest'
import { HandClock } from '../testing/hand-clock.ts'
import { RefusalLog } from './refusal-log.ts'

test('a flood of refused requests is told of now and then, and counted', () => {
  const clock = new HandClock()
  const told: unknown[] = []
  const log = new RefusalLog(clock, ({ status }, from, count) => told.push([status, from, count]))
  for (let i = 0; i < 1_000; i += 1) log.add({ status: 401, reason: 'none' }, '10.0.0.1')
  log.add({ status: 403, reason: 'other' }, '10.0.0.2')
  clock.move(10_000)
  log.add({ status: 401, reason: 'none' }, '10.0.0.3')
  expect(told).toEqual([
    [401, '10.0.0.1', 1],
    [403, '10.0.0.2', 1],
    [401, '10.0.0.3', 1_000],
  ])
})
