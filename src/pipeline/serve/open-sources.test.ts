import { expect, test } from 'vitest'
import { Fault } from '../../base/fault.ts'
import type { Keep } from '../../model/delivery.ts'
import { HandClock } from '../../source/testing/hand-clock.ts'
import type { InstanceParts } from './instance-parts.ts'
import { openSources } from './open-sources.ts'
import type { ServeHooks, ServeOptions } from './running.ts'
import { optionsFor } from './testing/live.ts'

const delivery = {
  kind: 'lines',
  source: { cluster: 'prod', server: 'a', way: 'import' },
  arrivedUs: 1,
  ...{ path: 'audit.log', fingerprint: 'f', offset: 0, length: 2 },
} as const

const importWith = async (keep: Keep, clock: HandClock, said: string[]): Promise<void> => {
  const options: ServeOptions = {
    ...optionsFor('', { webhook: undefined }),
    clock,
    importing: (kept) => kept(delivery, new Uint8Array(2)),
  }
  // Only these members are read.
  const parts = { keep, before: {}, store: {} } as InstanceParts
  const hooks: ServeHooks = { finding: () => {}, log: (_, message) => said.push(message) }
  const sources = await openSources(options, parts, hooks, { disk: { fraction: 0, state: 'ok' } })
  await sources.untilDone(new AbortController().signal, new Promise(() => {}))
}

test('an import waits while the log is full', async () => {
  const [clock, said, kept]: [HandClock, string[], number[]] = [new HandClock(), [], []]
  const keep: Keep = async ({ arrivedUs }) => {
    if (said.length < 3) throw new Fault('log/full', 'no room', { transient: true })
    kept.push(arrivedUs)
  }
  const importing = importWith(keep, clock, said)
  for (const ms of [200, 400, 800]) {
    while (clock.sleepers === 0) await Promise.resolve()
    clock.move(ms)
  }
  await importing
  expect(kept).toEqual([1])
  expect(said).toEqual([200, 400, 800].map((ms) => `the import: no room; again in ${ms} ms`))
})

test('an import ends with a fault that lasts', async () => {
  const keep: Keep = () => Promise.reject(new Fault('log/broken', 'the disk is gone'))
  await expect(importWith(keep, new HandClock(), [])).rejects.toThrow('the disk is gone')
})
