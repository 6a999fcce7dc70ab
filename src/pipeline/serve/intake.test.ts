import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { LIMIT } from '../../base/limit.ts'
import { openLog } from '../../base/write-ahead-log/open-log.ts'
import type { WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import { BatchPlan } from './batch-plan.ts'
import { Intake, type IntakeHooks } from './intake.ts'
import { LiveCrew } from './live-crew.ts'
import type { LiveOptions } from './live-job.ts'
import { type BatchBounds, deliveryRecord } from './records.ts'

const OPTIONS: LiveOptions = {
  ...{ rules: [], lists: [], proxies: [], clusterRanges: [], sealKey: undefined },
  instance: '0'.repeat(32),
  fingerprintKey: Buffer.alloc(32),
}

let folder = ''
let log: WriteAheadLog
let crew: LiveCrew

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deckwatch-intake-'))
  log = await openLog({ folder: join(folder, 'wal'), bytesMax: 2 ** 30, clock: systemClock })
  crew = new LiveCrew(OPTIONS)
})

afterEach(async () => {
  await crew.stop()
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

const keep = async (text: string, more: { readonly quarantine?: 'unparsable' } = {}) => {
  const bytes = Buffer.from(text)
  const source = { cluster: 'shop', server: 'a', way: 'webhook' } as const
  const sha256 = '0'.repeat(64)
  const head = {
    kind: 'body',
    source,
    arrivedUs: 1,
    sha256,
    length: bytes.length,
    ...more,
  } as const
  return log.append(deliveryRecord(head, bytes))
}

const NOTHING: IntakeHooks = {
  analyzed: () => {},
  aside: () => Promise.resolve(),
  tick: () => {},
  commit: () => Promise.resolve(),
  settle: () => Promise.resolve(true),
}

const intakeWith = (
  hooks: Partial<IntakeHooks>,
  bytesMax: number,
  planned: readonly BatchBounds[] = [],
): Intake => {
  const plan = new BatchPlan({ bytesMax, msMax: 100 }, 0, planned)
  const parts = { log, crew, plan, before: { lastSequence: 0 } }
  return new Intake(parts, systemClock, { ...NOTHING, ...hooks })
}

const refused = (): Promise<void> => Promise.reject(new Fault('store/refused', 'not this one'))

test('behind a batch that the store refused nothing is committed, and nothing is released', async () => {
  const committed: number[] = []
  for (let n = 0; n < 4; n += 1) await keep('{}')
  const commit: IntakeHooks['commit'] = async ({ bounds }) => {
    await systemClock.sleep(300)
    committed.push(bounds.number)
    if (bounds.number === 1) await refused()
  }
  // Each delivery is a batch: others are in hand when the first one fails.
  const running = intakeWith({ commit }, 1).run(new AbortController().signal)
  await expect(running).rejects.toThrow('not this one')
  await systemClock.sleep(500)
  expect(committed).toEqual([1])
  expect(log.firstSequence).toBe(1)
})

test('nothing is released while nothing comes after a batch that the store refused', async () => {
  await keep('{}')
  const running = intakeWith({ commit: refused }, 1_000).run(new AbortController().signal)
  await expect(running).rejects.toThrow('not this one')
  await systemClock.sleep(300)
  expect(log.firstSequence).toBe(1)
})

test('a batch is not committed before what it set aside is kept', async () => {
  const said: string[] = []
  await keep('no JSON', { quarantine: 'unparsable' })
  const stop = new AbortController()
  const intake = intakeWith(
    {
      aside: async () => {
        await systemClock.sleep(1_500)
        said.push('kept')
      },
      commit: async () => {
        said.push('committed')
        stop.abort()
      },
    },
    1_000,
  )
  await intake.run(stop.signal)
  expect(said).toEqual(['kept', 'committed'])
})

test('what the log says is not released as long as it is needed', async () => {
  await keep('{}')
  const stop = new AbortController()
  let settled = 0
  const settle = async (): Promise<boolean> => {
    settled += 1
    // The batch is released, and what says where it ended is not.
    if (settled === 3) expect(log.firstSequence).toBe(2)
    if (settled === 5) stop.abort()
    return settled > 3
  }
  await intakeWith({ settle }, 1_000).run(stop.signal)
  expect(log.firstSequence).toBe(3)
})

test('a drain that ran out of time releases nothing that was not taken', async () => {
  const intake = intakeWith({}, 1_000)
  await keep('{}')
  // Nobody runs it: what is in the log was not looked at.
  await intake.drain(0)
  await systemClock.sleep(100)
  expect(log.firstSequence).toBe(1)
})

test('a stop in the middle of a batch that was cut before a crash commits no part of it', async () => {
  for (let n = 0; n < 3; n += 1) await keep('no JSON', { quarantine: 'unparsable' })
  const committed: number[] = []
  const stop = new AbortController()
  const hooks: Partial<IntakeHooks> = {
    aside: async () => stop.abort(),
    commit: async ({ bounds }) => void committed.push(bounds.last),
  }
  await intakeWith(hooks, 1_000, [{ number: 1, first: 1, last: 3 }]).run(stop.signal)
  expect(committed).toEqual([])
  expect(log.firstSequence).toBe(1)
})

test('LIMIT.stopCommitMs: a store that never answers does not hold up a stop', async () => {
  await keep('{}')
  const stop = new AbortController()
  const asked = new AbortController()
  const commit = (): Promise<void> => {
    asked.abort()
    return new Promise(() => {})
  }
  const running = intakeWith({ commit }, 1_000).run(stop.signal)
  await systemClock.sleep(10_000, asked.signal)
  const beganMs = systemClock.elapsedMs()
  stop.abort()
  await running
  expect(systemClock.elapsedMs() - beganMs).toBeLessThan(LIMIT.stopCommitMs + 2_000)
  expect(log.firstSequence).toBe(1)
})

test('without its worker it ends, also while nothing comes', async () => {
  await crew.stop()
  crew = new LiveCrew({ ...OPTIONS, sealKey: 'nonsense' })
  const running = intakeWith({}, 1_000).run(new AbortController().signal)
  await expect(running).rejects.toThrow('no key in PEM')
})
