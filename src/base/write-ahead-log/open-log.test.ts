import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { LIMIT } from '../limit.ts'
import { type LogOptions, openLog } from './open-log.ts'
import { MemoryFiles } from './testing/memory-files.ts'
import {
  outcomeOf,
  readAll,
  readBodies,
  StoppedClock,
  textOf,
  textRecord,
} from './testing/records.ts'
import type { WriteAheadLog } from './write-ahead-log.ts'

const MIB = 1_048_576
const signal = new AbortController().signal

describe('on a real disk', () => {
  let folder = ''
  beforeEach(() => {
    folder = `${mkdtempSync(`${tmpdir()}/log-`)}/wal`
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = (bytesMax = 1024 * MIB): Promise<WriteAheadLog> =>
    openLog({ folder, bytesMax, clock: systemClock })

  it('gives back what was appended, also after it was closed', async () => {
    const log = await open()
    const seven = { kind: 7, head: '{"no":7}', body: [Buffer.from('o'), Buffer.from('ne')] }
    expect(await log.append(seven)).toBe(1)
    expect(await log.append(textRecord('two'))).toBe(2)
    await log.close()
    const again = await open()
    expect(again.firstSequence).toBe(1)
    expect(again.nextSequence).toBe(3)
    expect(
      (await readAll(again)).map(({ kind, head, body }) => [kind, head, textOf(body)]),
    ).toEqual([
      [7, '{"no":7}', 'one'],
      [1, '{}', 'two'],
    ])
    await again.close()
  })

  it('goes on behind a number that somebody has already, and lists that until it is told', async () => {
    const log = await open()
    await log.append(textRecord('old'))
    await log.advance(1, 'nothing')
    expect([log.nextSequence, log.damage]).toEqual([2, []])
    await log.advance(12, 'put back')
    expect([log.firstSequence, log.nextSequence]).toEqual([12, 12])
    const missing = { reason: 'put back', fromSequence: 2, toSequence: 12 }
    expect(log.damage).toEqual([expect.objectContaining(missing)])
    expect(await log.append(textRecord('new'))).toBe(12)
    await log.close()
    const again = await open()
    expect([again.firstSequence, again.nextSequence]).toEqual([12, 13])
    expect(again.damage).toEqual(log.damage)
    expect(await readBodies(again)).toEqual(new Map([[12, 'new']]))
    await again.damageTold()
    expect(again.damage).toEqual([])
    await again.close()
  })

  it('keeps its files to its owner', async () => {
    const log = await open()
    await log.append(textRecord('one'))
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(folder)) {
      expect([name, statSync(`${folder}/${name}`).mode & 0o777]).toEqual([name, 0o600])
    }
    await log.close()
  })

  it('takes a large body in pieces, and gives it back whole', async () => {
    const piece = Buffer.alloc(MIB, 'large ')
    const log = await open()
    await log.append({ kind: 1, head: '{}', body: Array.from({ length: 20 }, () => piece) })
    const body = Buffer.concat(Array.from({ length: 20 }, () => piece))
    expect(body.equals((await readAll(log))[0]?.body ?? new Uint8Array())).toBe(true)
    await log.close()
    const again = await open()
    expect(body.equals((await readAll(again))[0]?.body ?? new Uint8Array())).toBe(true)
    await again.close()
  })

  it('holds nothing that was released once it is closed', async () => {
    const log = await open()
    for (const each of ['secret one', 'secret two']) await log.append(textRecord(each))
    await log.release(3)
    await log.close()
    const again = await open()
    expect([again.firstSequence, again.nextSequence, await readAll(again)]).toEqual([3, 3, []])
    await again.close()
  })
})

describe('a reader', () => {
  it('waits for what comes, and ends when its signal aborts', async () => {
    const { log } = await fresh()
    const stop = new AbortController()
    const seen: string[] = []
    const reading = (async () => {
      for await (const { body } of log.follow(1, stop.signal)) {
        seen.push(textOf(body))
        if (seen.length === 3) stop.abort()
      }
    })()
    for (const each of ['a', 'b', 'c']) await log.append(textRecord(each))
    await reading
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  it('ends when the log is closed, with all that was durable', async () => {
    const { log } = await fresh()
    const follower = log.follow(1, signal)[Symbol.asyncIterator]()
    const first = follower.next()
    await log.append(textRecord('a'))
    expect(textOf((await first).value.body)).toBe('a')
    const second = follower.next()
    await log.close()
    expect((await second).done).toBe(true)
  })

  it('is told when the log broke', async () => {
    const { log, files } = await fresh()
    await log.append(textRecord('a'))
    const follower = log.follow(1, signal)[Symbol.asyncIterator]()
    await follower.next()
    const waiting = outcomeOf(follower.next())
    files.failure = (call) => (call === 'sync' ? 'EIO' : undefined)
    expect(await outcomeOf(log.append(textRecord('b')))).toBe('log/broken')
    expect(await waiting).toBe('log/broken')
  })

  it('may be far behind: the latest come from memory, the others from disk', async () => {
    const { log, files } = await fresh({ segmentBytes: 4 * MIB })
    const body = Buffer.alloc(MIB, 'x')
    const count = LIMIT.logTailBytesMax / MIB + 10
    for (let i = 0; i < count; i += 1) await log.append({ kind: i, head: '{}', body: [body] })
    files.counts.clear()
    const seen = await readAll(log)
    expect(seen.map(({ kind }) => kind)).toEqual(Array.from({ length: count }, (_, i) => i))
    const read = (files.counts.get('read') ?? 0) * MIB
    expect(read).toBeGreaterThan(8 * MIB)
    expect(read).toBeLessThan(26 * MIB)
  })

  it('owns the bodies it is given', async () => {
    const { log } = await fresh()
    const body = Buffer.from('secret')
    await log.append({ kind: 1, head: '{}', body: [body] })
    body.fill('y')
    const [first] = await readAll(log)
    first?.body.fill(42)
    expect(await readBodies(log)).toEqual(new Map([[1, 'secret']]))
  })

  it('begins with the first that is not released, and goes on while others are released', async () => {
    const { log } = await fresh({ segmentBytes: 200 })
    for (const each of ['a', 'b', 'c', 'd']) await log.append(textRecord(each.repeat(50)))
    await log.release(2)
    const seen: number[] = []
    const stop = new AbortController()
    for await (const { sequence } of log.follow(1, stop.signal)) {
      seen.push(sequence)
      if (sequence === 2) await log.release(4)
      if (sequence === 4) stop.abort()
    }
    expect(seen).toEqual([2, 4])
  })
})

describe('syncs', () => {
  it('are shared by all that wait', async () => {
    const { log, files } = await fresh()
    files.counts.clear()
    const first = log.append(textRecord('a'))
    const others = Array.from({ length: 99 }, () => log.append(textRecord('b')))
    expect(await Promise.all([first, ...others])).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 1),
    )
    expect(files.counts.get('sync')).toBe(1)
    await Promise.all([log.append(textRecord('c')), log.append(textRecord('d'))])
    expect(files.counts.get('sync')).toBe(2)
  })

  it('are shared by LIMIT.logGroupBytesMax at most', async () => {
    const { log, files } = await fresh()
    files.counts.clear()
    const body = [Buffer.alloc(LIMIT.logGroupBytesMax / 2)]
    const record = { kind: 1, head: '{}', body }
    await Promise.all([log.append(record), log.append(record), log.append(record)])
    expect(files.counts.get('sync')).toBe(3)
  })
})

describe('bounds', () => {
  it('a full log takes nothing but records without a body, until something is released', async () => {
    const bytesMax = 8 * LIMIT.logReserveBytes
    const { log } = await fresh({ bytesMax })
    const body = Buffer.alloc(MIB / 4 - 100)
    const record = { kind: 1, head: '{}', body: [body] }
    let kept = 0
    while ((await outcomeOf(log.append(record))) === 'kept') kept += 1
    expect(log.bytes).toBeLessThanOrEqual(bytesMax - LIMIT.logReserveBytes)
    expect(kept).toBe(27)
    expect(await outcomeOf(log.append({ ...record, body: [] }))).toBe('kept')
    await log.release(log.nextSequence)
    expect(await outcomeOf(log.append(record))).toBe('kept')
  })

  it('counts what waits as well', async () => {
    const { log } = await fresh({ bytesMax: 8 * MIB })
    const record = { kind: 1, head: '{}', body: [Buffer.alloc(2 * MIB)] }
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, () => outcomeOf(log.append(record))),
    )
    expect(outcomes.filter((each) => each === 'kept').length).toBe(3)
    expect(outcomes.filter((each) => each === 'log/full').length).toBe(3)
  })

  it('begins another segment after LIMIT.logSegmentBytes, and deletes what is released', async () => {
    const { log, files } = await fresh({ bytesMax: LIMIT.logBytesMax })
    const body = [Buffer.alloc(LIMIT.logSegmentBytes / 2)]
    for (let i = 0; i < 3; i += 1) await log.append({ kind: 1, head: '{}', body })
    expect(segmentsOf(files).length).toBe(3)
    await log.release(3)
    expect(segmentsOf(files).length).toBe(1)
  })

  it('deletes what was released after LIMIT.logReleasedMs, while more keeps coming', async () => {
    const { log, files, clock } = await fresh()
    for (const each of ['a', 'b', 'c']) await log.append(textRecord(each))
    await log.release(2)
    expect(segmentsOf(files).length).toBe(1)
    clock.ms += LIMIT.logReleasedMs
    await log.release(3)
    await log.append(textRecord('d'))
    expect(segmentsOf(files).length).toBe(2)
    await log.release(4)
    expect(segmentsOf(files).length).toBe(1)
    expect([...(await readBodies(log))]).toEqual([[4, 'd']])
  })

  it('heads and bodies have a length that a writer must not exceed', async () => {
    const { log } = await fresh()
    const head = 'x'.repeat(LIMIT.logHeadBytesMax)
    expect(await outcomeOf(log.append({ kind: 1, head, body: [] }))).toBe('kept')
    await expect(log.append({ kind: 1, head: `${head}x`, body: [] })).rejects.toThrow('too long')
    const half = Buffer.alloc(LIMIT.logBodyBytesMax / 2)
    const body = [half, half, Buffer.from('x')]
    await expect(log.append({ kind: 1, head: '{}', body })).rejects.toThrow('too long')
  })
})

interface Fresh {
  readonly log: WriteAheadLog
  readonly files: MemoryFiles
  readonly clock: StoppedClock
}

async function fresh(options: Partial<LogOptions> = {}): Promise<Fresh> {
  const files = new MemoryFiles()
  const clock = new StoppedClock()
  const log = await openLog({ folder: 'wal', bytesMax: 1024 * MIB, clock, files, ...options })
  return { log, files, clock }
}

function segmentsOf(files: MemoryFiles): string[] {
  return [...files.contents.keys()].filter((name) => name.endsWith('.log'))
}
