import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openLog } from './open-log.ts'
import { type Failure, MemoryFiles } from './testing/memory-files.ts'
import { outcomeOf, readAll, readBodies, StoppedClock, textRecord } from './testing/records.ts'
import type { WriteAheadLog } from './write-ahead-log.ts'

/** What a writer knows: by number, what was acknowledged; and all that it ever offered. */
interface Oracle {
  readonly acknowledged: Map<number, string>
  readonly offered: Set<string>
  released: number
  faults: string[]
}

const newOracle = (): Oracle => {
  return { acknowledged: new Map(), offered: new Set(), released: 1, faults: [] }
}

const open = (files: MemoryFiles, clock = new StoppedClock()): Promise<WriteAheadLog> =>
  openLog({
    folder: 'wal',
    bytesMax: 1_000_000_000,
    segmentBytes: 3_000,
    clock,
    files,
    random: (bytes) => new Uint8Array(bytes > 8 ? 64 : bytes).fill(files.calls),
  })

/** Offers some bodies at once and notes what became of them. */
const offer = async (log: WriteAheadLog, oracle: Oracle, bodies: string[]): Promise<void> => {
  await Promise.all(
    bodies.map(async (body) => {
      oracle.offered.add(body)
      try {
        oracle.acknowledged.set(await log.append(textRecord(body)), body)
      } catch (error) {
        oracle.faults.push(
          error instanceof Error && 'code' in error ? String(error.code) : `${error}`,
        )
      }
    }),
  )
}

/**
 * Every acknowledged body that is not released is there, and nothing that nobody offered; and what
 * a reader has seen is still there when power is lost.
 */
const check = async (files: MemoryFiles, oracle: Oracle, mayBeDamaged = false): Promise<void> => {
  const found = await readBodies(await open(files))
  files.crash(() => false)
  const log = await open(files)
  expect(await readBodies(log)).toEqual(found)
  if (!mayBeDamaged) expect(log.damage).toEqual([])
  for (const [sequence, body] of oracle.acknowledged) {
    if (sequence >= oracle.released)
      expect([sequence, found.get(sequence)]).toEqual([sequence, body])
  }
  for (const body of found.values()) expect(oracle.offered.has(body)).toBe(true)
  expect(log.nextSequence).toBeGreaterThan(Math.max(0, ...oracle.acknowledged.keys()))
  const sequence = await log.append(textRecord('afterwards'))
  expect((await readBodies(log)).get(sequence)).toBe('afterwards')
  await log.close()
}

/** A day in the life of a log; ends at the first failure that is for ever. */
const live = async (files: MemoryFiles, oracle: Oracle): Promise<void> => {
  const log = await open(files)
  for (let round = 0; round < 12; round += 1) {
    const bodies = Array.from({ length: 1 + (round % 3) }, (_, i) => `${round}.${i}`.repeat(200))
    await offer(log, oracle, bodies)
    if (round % 2 === 1) {
      const before = Math.max(1, log.nextSequence - 2)
      oracle.released = before
      await outcomeOf(log.release(before))
    }
  }
  await log.close()
}

describe('F2: the N-th call fails', () => {
  const failures: readonly Failure[] = ['EIO', 'ENOSPC', 'EINTR', 'short']
  const seed = 20_261

  it.each(failures)('with %s: what was acknowledged is there', async (failure) => {
    const random = randomOf(seed)
    const clean = new MemoryFiles()
    await live(clean, newOracle())
    expect(clean.calls).toBeGreaterThan(100)
    for (let n = 1; n <= clean.calls; n += 1) {
      for (const isPowerLoss of [false, true]) {
        const files = new MemoryFiles()
        const oracle = newOracle()
        files.failure = (_, number) => (number === n ? failure : undefined)
        const outcome = await outcomeOf(live(files, oracle))
        expect([n, outcome]).toEqual([n, expect.stringMatching(/^(?:kept|log\/|EIO|ENOSPC|EINTR)/)])
        files.failure = () => undefined
        if (isPowerLoss) files.crash(() => random() < 0.5)
        await check(files, oracle, isPowerLoss)
      }
    }
  })

  it('never acknowledges after a failed sync, and never syncs that file again', async () => {
    const files = new MemoryFiles()
    const log = await open(files)
    const oracle = newOracle()
    await offer(log, oracle, ['a'])
    let syncs = 0
    files.failure = (call) => {
      syncs += call === 'sync' ? 1 : 0
      return call === 'sync' && syncs === 1 ? 'EIO' : undefined
    }
    await offer(log, oracle, ['b', 'c'])
    await offer(log, oracle, ['d'])
    expect(oracle.faults).toEqual(['log/broken', 'log/broken', 'log/broken'])
    expect(await outcomeOf(log.release(2))).toBe('log/broken')
    expect(syncs).toBe(1)
    await check(files, oracle)
  })

  it('keeps nothing of a group that found no room, and takes the next one', async () => {
    const files = new MemoryFiles()
    const log = await open(files)
    const oracle = newOracle()
    await offer(log, oracle, ['a'])
    files.quota = files.used + 100
    await offer(log, oracle, ['b'.repeat(200), 'c'])
    expect(oracle.faults).toEqual(['log/full', 'log/full'])
    files.quota = Number.POSITIVE_INFINITY
    await offer(log, oracle, ['d'])
    expect([...(await readBodies(log)).values()]).toEqual(['a', 'd'])
    await check(files, oracle)
  })
})

describe('F3: power is lost', () => {
  it('at any call: what was acknowledged is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 150 }), fc.integer(), async (n, seed) => {
        const random = randomOf(seed)
        const files = new MemoryFiles()
        const oracle = newOracle()
        for (const lives of [1, 2]) {
          const start = files.calls
          files.failure = (_, number) => (number >= start + n * lives ? 'EIO' : undefined)
          await outcomeOf(live(files, oracle))
          files.failure = () => undefined
          const share = random()
          files.crash(() => random() < share)
        }
        await check(files, oracle, true)
      }),
      { numRuns: 200, seed: 3 },
    )
  })
})

describe('any order of appends, releases, time and crashes', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append'), sizes: fc.array(fc.nat(2_500), { maxLength: 4 }) }),
    fc.record({ kind: fc.constant('release'), back: fc.nat(6) }),
    fc.record({ kind: fc.constant('wait'), ms: fc.nat(20_000) }),
    fc.record({ kind: fc.constant('kill'), isClean: fc.boolean() }),
    fc.record({ kind: fc.constant('power'), seed: fc.nat() }),
  )

  it('leaves what was acknowledged and not released', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const files = new MemoryFiles()
        const oracle = newOracle()
        const clock = new StoppedClock()
        let log = await open(files, clock)
        for (const [index, each] of steps.entries()) {
          if (each.kind === 'append') {
            const bodies = each.sizes.map((size, n) => `${index}.${n}.`.padEnd(size, 'x'))
            await offer(log, oracle, bodies)
          } else if (each.kind === 'release') {
            oracle.released = Math.max(oracle.released, log.nextSequence - each.back)
            await log.release(oracle.released)
          } else if (each.kind === 'wait') {
            clock.ms += each.ms
          } else {
            if (each.kind === 'kill' && each.isClean) await log.close()
            const random = each.kind === 'power' ? randomOf(each.seed) : undefined
            if (random !== undefined) files.crash(() => random() < 0.5)
            log = await open(files, clock)
            expect(log.firstSequence).toBe(oracle.released)
            expect(log.damage).toEqual([])
          }
        }
        expect(oracle.faults).toEqual([])
        await check(files, oracle)
      }),
      { numRuns: 150, seed: 8 },
    )
  })
})

describe('F4: the disk is full', () => {
  it('refuses, keeps what it had, and goes on when there is room, twenty times', async () => {
    const files = new MemoryFiles()
    const oracle = newOracle()
    const log = await open(files)
    for (let cycle = 0; cycle < 20; cycle += 1) {
      files.quota = files.used + 5_000
      for (let i = 0; i < 20; i += 1) await offer(log, oracle, [`${cycle}.${i}.`.repeat(100)])
      expect(oracle.faults.length).toBeGreaterThan(0)
      expect(new Set(oracle.faults)).toEqual(new Set(['log/full']))
      oracle.faults = []
      if (cycle % 2 === 0) files.quota = Number.POSITIVE_INFINITY
      oracle.released = log.nextSequence - 1
      await log.release(oracle.released)
      await offer(log, oracle, ['there is room'])
      expect(oracle.faults).toEqual([])
    }
    await log.close()
    await check(files, oracle)
  })

  it('still takes a record without a body', async () => {
    const files = new MemoryFiles()
    const log = await openLog({
      folder: 'wal',
      bytesMax: 100_000_000,
      clock: new StoppedClock(),
      files,
    })
    await log.append(textRecord('a'))
    files.quota = files.used
    const outcomes = await Promise.all([
      outcomeOf(log.append(textRecord('b'))),
      outcomeOf(log.append({ kind: 2, head: 'the batch', body: [] })),
      outcomeOf(log.append(textRecord('c'))),
    ])
    expect(outcomes).toEqual(['log/full', 'kept', 'log/full'])
    expect((await readAll(log)).map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [1, 1],
      [2, 2],
    ])
  })
})

/** mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
