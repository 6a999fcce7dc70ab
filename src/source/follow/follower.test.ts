import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Fault } from '../../base/fault.ts'
import type { Keep } from '../../model/delivery.ts'
import type { Positions, RunningSource } from '../source.ts'
import { type Folder, makeFolder } from '../testing/folder.ts'
import { eventLine, Kept, row, SOURCE } from '../testing/followed.ts'
import { HandClock } from '../testing/hand-clock.ts'
import { openFollower } from './follower.ts'

const folders: Folder[] = []
const running: RunningSource[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
  for (const folder of folders.splice(0)) folder.remove()
})

const newFolder = (): Folder => {
  const folder = makeFolder()
  folders.push(folder)
  return folder
}

interface Choice {
  readonly path: string
  readonly keep: Keep
  readonly clock: HandClock
  readonly from?: 'start' | 'end'
  readonly positions?: Positions
}

const open = async (choice: Choice): Promise<RunningSource> => {
  const { path, keep, clock, from = 'start', positions = [] } = choice
  const { cluster, server } = SOURCE
  const logs = [{ path, cluster, server, from }]
  const follower = await openFollower({ logs }, positions, keep, clock)
  running.push(follower)
  return follower
}

/** Waits until so many loops have nothing to do but sleep. */
const quiet = async (clock: HandClock, loops: number): Promise<void> => {
  while (clock.sleepers < loops) await new Promise((resolve) => setImmediate(resolve))
}

const look = async (clock: HandClock, loops = 1, ms = 250): Promise<void> => {
  await quiet(clock, loops)
  clock.move(ms)
  await quiet(clock, loops)
}

describe('a follower', () => {
  test('reads on as the log grows, and says how it is doing', async () => {
    const path = join(newFolder().path, 'audit.log')
    const [clock, kept] = [new HandClock(), new Kept()]
    const follower = await open({ path, keep: kept.keep, clock })
    await quiet(clock, 1)
    expect(follower.notReady()).toBe(`there is no file ${path}`)
    writeFileSync(path, eventLine(1, 0))
    await look(clock)
    expect(follower.notReady()).toBeUndefined()
    const size = eventLine(1, 0).length
    expect(follower.status()).toEqual([
      {
        source: SOURCE,
        deliveries: 1,
        bytes: size,
        lastArrivedUs: clock.nowUs(),
        duplicates: 0,
        lagBytes: 0,
        budgetSeconds: undefined,
        gaps: {},
      },
    ])
    expect(kept.lines[0]?.delivery).toEqual({
      kind: 'lines',
      source: SOURCE,
      arrivedUs: clock.nowUs(),
      path,
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      offset: 0,
      length: size,
      lastTime: '1970-01-01T00:00:00.000Z',
    })
    writeFileSync(path, '')
    await look(clock)
    expect(follower.status()[0]?.gaps).toEqual({ 'truncated-file': 1 })
  })

  test('from the end: nothing before it, and the next run begins there too', async () => {
    const path = join(newFolder().path, 'audit.log')
    const [clock, kept] = [new HandClock(), new Kept()]
    writeFileSync(path, `${eventLine(1, 0)}${eventLine(2, 0)}{"half`)
    const first = await open({ path, keep: kept.keep, clock, from: 'end' })
    await quiet(clock, 1)
    await first.close()
    expect(kept.bytes().length).toBe(0)
    appendFileSync(path, ' line"}\n')
    const positions = kept.positions()
    await open({ path, keep: kept.keep, clock, from: 'end', positions })
    await quiet(clock, 1)
    expect(kept.text()).toBe('{"half line"}\n')
  })

  test('what cannot be kept now is tried again with the same bytes, and nothing more is read', async () => {
    const path = join(newFolder().path, 'audit.log')
    const [clock, kept] = [new HandClock(), new Kept()]
    const tried: string[] = []
    let isFull = true
    const keep: Keep = async (delivery, bytes) => {
      tried.push(Buffer.from(bytes).toString())
      if (isFull) throw new Fault('log/full', 'the log is full', { transient: true })
      await kept.keep(delivery, bytes)
    }
    writeFileSync(path, eventLine(1, 0))
    const follower = await open({ path, keep, clock })
    await quiet(clock, 1)
    appendFileSync(path, eventLine(2, 0))
    expect(follower.notReady()).toBe('the log is full')
    await look(clock, 1, 1_000)
    expect(tried).toEqual([eventLine(1, 0), eventLine(1, 0)])
    isFull = false
    await look(clock, 1, 1_000)
    expect(follower.notReady()).toBeUndefined()
    await look(clock)
    expect(kept.text()).toBe(eventLine(1, 0) + eventLine(2, 0))
  })

  test('closed while it waits to keep: nothing counts as read', async () => {
    const path = join(newFolder().path, 'audit.log')
    const clock = new HandClock()
    const keep: Keep = async () => {
      throw new Fault('log/full', 'the log is full', { transient: true })
    }
    writeFileSync(path, eventLine(1, 0))
    const follower = await open({ path, keep, clock })
    await quiet(clock, 1)
    await follower.close()
    expect(follower.status()[0]).toMatchObject({ deliveries: 0, bytes: 0 })
  })

  test('a fault that will not pass stops it, and it says so', async () => {
    const path = join(newFolder().path, 'audit.log')
    const clock = new HandClock()
    const keep: Keep = async () => {
      throw new Fault('log/broken', 'the log cannot be written')
    }
    writeFileSync(path, eventLine(1, 0))
    const follower = await open({ path, keep, clock })
    const stopped = 'following files stopped: the log cannot be written'
    while (follower.notReady() !== stopped) await new Promise((resolve) => setImmediate(resolve))
    expect(clock.sleepers).toBe(0)
  })

  test('a glob: each file by itself, those that come later too, rotated ones only as such', async () => {
    const folder = newFolder()
    const [clock, kept] = [new HandClock(), new Kept()]
    const follower = await open({ path: join(folder.path, '*.log'), keep: kept.keep, clock })
    await quiet(clock, 1)
    expect(follower.notReady()).toBe('no file to follow is there yet')
    const path = folder.write('a.log', row('a1'))
    folder.write('a-2026-11-20T22-01-40.626.log', row('a0'))
    clock.move(5_000)
    await quiet(clock, 2)
    folder.write('b.log', row('b1'))
    renameSync(path, join(folder.path, 'a-2026-11-20T23-01-40.626.log'))
    folder.write('a.log', row('a2'))
    clock.move(5_000)
    await quiet(clock, 3)
    expect(kept.order).toEqual([row('a0'), row('a1'), expect.any(String), expect.any(String)])
    expect([...kept.order].sort()).toEqual([row('a0'), row('a1'), row('a2'), row('b1')])
    expect(follower.status()).toHaveLength(1)
    expect(follower.status()[0]).toMatchObject({ deliveries: 4, bytes: 4 * row('a1').length })
  })

  test('how long retention leaves: by what lies there and how fast it grows', async () => {
    const folder = newFolder()
    const path = join(folder.path, 'audit.log')
    const [clock, kept] = [new HandClock(), new Kept()]
    folder.write('audit-2026-11-20T22-01-40.626.log', `{${'x'.repeat(9_998)}\n`)
    writeFileSync(path, row('y'))
    const follower = await open({ path, keep: kept.keep, clock })
    await quiet(clock, 1)
    expect(follower.status()[0]?.budgetSeconds).toBeUndefined()
    for (let second = 0; second < 10; second += 1) {
      appendFileSync(path, `${'y'.repeat(99)}\n`)
      await look(clock, 1, 1_000)
    }
    // About 11,000 bytes lie there, and 100 come each second.
    expect(follower.status()[0]?.budgetSeconds).toBeGreaterThan(90)
    expect(follower.status()[0]?.budgetSeconds).toBeLessThan(125)
  })
})
