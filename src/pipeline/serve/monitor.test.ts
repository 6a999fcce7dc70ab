import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { Delivery } from '../../model/delivery.ts'
import { HandClock } from '../../source/testing/hand-clock.ts'
import type { InstanceParts } from './instance-parts.ts'
import type { LiveResult } from './live-job.ts'
import { Meters } from './meters.ts'
import { Monitor } from './monitor.ts'

const delivery: Delivery = {
  kind: 'body',
  source: { cluster: 'prod', server: 'a', way: 'webhook' },
  arrivedUs: 1,
  sha256: 'ab'.repeat(32),
  length: 100,
}

const monitorOf = (): Monitor => {
  // Only this member is used.
  const parts = { meters: new Meters('1') } as InstanceParts
  return new Monitor(parts, { finding: () => {}, log: () => {} }, new HandClock())
}

const seen = (sequence: number, canaries: readonly string[]): LiveResult => {
  // Only these members are read.
  const rest = { block: { issueCounts: {} }, observation: { events: 1 } } as LiveResult
  return { ...rest, sequence, canaries }
}

const batch = (first: number, last: number) => ({ number: first, first, last })

test('a canary is stored once the batch is that it lies in, and not one before', () => {
  const monitor = monitorOf()
  monitor.analyzed(delivery, seen(3, ['one']))
  monitor.analyzed(delivery, seen(7, ['two']))
  expect(monitor.canary('one')?.stage).toBe('decoded')
  monitor.committed(batch(1, 5))
  expect(monitor.canary('one')).toEqual({ stage: 'stored', ...delivery.source })
  expect(monitor.canary('two')?.stage).toBe('decoded')
  monitor.committed(batch(6, 9))
  expect(monitor.canary('two')?.stage).toBe('stored')
  expect(monitor.canary('three')).toBeUndefined()
})

test('LIMIT.canariesRememberedMax: the oldest canaries are forgotten', () => {
  const monitor = monitorOf()
  for (let n = 0; n <= LIMIT.canariesRememberedMax; n += 1) {
    monitor.analyzed(delivery, seen(n, [`canary-${n}`]))
  }
  expect(monitor.canary('canary-0')).toBeUndefined()
  expect(monitor.canary('canary-1')).toBeDefined()
  monitor.committed(batch(0, LIMIT.canariesRememberedMax))
  expect(monitor.canary('canary-1')?.stage).toBe('stored')
})
