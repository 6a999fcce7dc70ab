import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { followed, row } from '../testing/followed.ts'
import { LogStage, type StageOptions } from '../testing/log-stage.ts'
import type { FollowedLog } from './followed-log.ts'

const stages: LogStage[] = []
const logs: FollowedLog[] = []
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close()
  for (const { folder } of stages.splice(0)) folder.remove()
})

const stageOf = (options: StageOptions): LogStage => {
  const stage = new LogStage(options)
  stages.push(stage)
  return stage
}

const follow = (stage: LogStage, resumed = false): FollowedLog => {
  const { path, clock, kept } = stage
  const positions = resumed ? kept.positions() : []
  const log = followed({ path, clock, kept, positions })
  logs.push(log)
  return log
}

const expectWhole = (stage: LogStage): void => {
  expect(stage.kept.text()).toBe(stage.written())
  expect(stage.kept.gaps).toEqual([])
}

describe('rotation by renaming (F9)', () => {
  test('none, one, or many rotations between two looks: each event once, in order', async () => {
    const stage = stageOf({ maxBytes: 2_000 })
    const log = follow(stage)
    for (const count of [1, 3, 12, 1, 40, 0, 200]) {
      stage.write(count)
      await log.poll()
      expectWhole(stage)
    }
  })

  test('20,000 events, fifty rotations a second, the reader pausing up to ten seconds', async () => {
    const stage = stageOf({ maxBytes: 3_500 })
    const log = follow(stage)
    for (const pauseMs of [20, 250, 1_000, 3_000, 10_000, 250, 5_000, 480]) {
      stage.write(pauseMs)
      await log.poll()
    }
    expect(stage.log.backups().length).toBeGreaterThan(900)
    expect(stage.kept.lines.length).toBeGreaterThan(900)
    expectWhole(stage)
  })

  test('the log rotates while its files are being read', async () => {
    const stage = stageOf({ maxBytes: 2_000 })
    let writes = 60
    stage.kept.onKept = () => {
      if (writes > 0) stage.write(7)
      writes -= 1
    }
    stage.write(30)
    await follow(stage).poll()
    expectWhole(stage)
  })

  test('a restart goes on where it stopped, whatever the file is called by now', async () => {
    const stage = stageOf({ maxBytes: 2_000, compress: true })
    for (const count of [5, 1, 30, 0, 3, 90]) {
      stage.write(count)
      await follow(stage, true).poll()
      expectWhole(stage)
      stage.write(count)
      stage.log.mill()
    }
    await follow(stage, true).poll()
    expectWhole(stage)
  })

  test('a crash before any delivery was kept: the next run begins with that one', async () => {
    for (let crashAt = 0; crashAt < 10; crashAt += 1) {
      const stage = stageOf({ maxBytes: 2_000 })
      stage.write(140)
      stage.kept.failsAt = crashAt
      await expect(follow(stage).poll()).rejects.toThrow('crash')
      stage.write(20)
      await follow(stage, true).poll()
      expectWhole(stage)
    }
  })

  test('a clock that is set back does not hide the files rotated then', async () => {
    const stage = stageOf({ maxBytes: 2_000 })
    const log = follow(stage)
    stage.write(30)
    await log.poll()
    stage.skewMs = -3_600_000
    stage.write(60)
    await log.poll()
    expect(stage.lost()).toEqual([])
    expect(stage.kept.text().length).toBe(stage.written().length)
  })

  test('more rotated files than are queued at once (LIMIT.rotatedFilesQueued)', async () => {
    const stage = stageOf({ maxBytes: 200 })
    stage.write(LIMIT.rotatedFilesQueued + 30)
    expect(stage.log.backups().length).toBeGreaterThan(LIMIT.rotatedFilesQueued)
    await follow(stage).poll()
    expectWhole(stage)
  })

  test('the new file is still empty: the old one may still be written to', async () => {
    const stage = stageOf({})
    const log = follow(stage)
    stage.write(3)
    await log.poll()
    const { path } = stage
    renameSync(path, `${path}.1`)
    writeFileSync(path, '')
    writeFileSync(`${path}.1`, 'late\n', { flag: 'a' })
    await log.poll()
    expect(stage.kept.text()).toBe(`${stage.written()}late\n`)
    writeFileSync(path, row('new'))
    await log.poll()
    expect(stage.kept.text()).toBe(`${stage.written()}late\n${row('new')}`)
    expect(stage.kept.gaps).toEqual([])
  })

  test('logrotate by numbers, and by dates', async () => {
    const stage = stageOf({})
    const { path, kept } = stage
    writeFileSync(`${path}.2`, row('one'))
    writeFileSync(`${path}.1`, row('two'))
    writeFileSync(`${path}.10`, row('zero'))
    writeFileSync(path, row('three'))
    const log = follow(stage)
    await log.poll()
    renameSync(`${path}.2`, `${path}.3`)
    renameSync(`${path}.1`, `${path}.2`)
    writeFileSync(path, row('four'), { flag: 'a' })
    renameSync(path, `${path}.1`)
    writeFileSync(path, row('five'))
    await log.poll()
    renameSync(path, `${path}-20261121`)
    writeFileSync(path, row('six'))
    await log.poll()
    const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six']
    expect(kept.text()).toBe(names.map(row).join(''))
    expect(kept.gaps).toEqual([])
  })
})

describe('compressing rotation (F10)', () => {
  test('200 rotations, the compression interrupted at any place: each event once', async () => {
    const stage = stageOf({ maxBytes: 600, compress: true })
    const log = follow(stage)
    for (let turn = 0; turn < 200; turn += 1) {
      stage.write(3)
      const [newest] = stage.log.backups().filter((name) => name.endsWith('.log'))
      if (newest !== undefined) {
        stage.log.compressBegin(newest, (turn % 11) / 10)
        if (turn % 3 === 0) await log.poll()
        if (turn % 11 === 10) stage.log.compressEnd(newest)
      }
      if (turn % 5 === 0) await log.poll()
      if (turn % 17 === 0) stage.log.mill()
    }
    await log.poll()
    expectWhole(stage)
    expect(readdirSync(stage.folder.path).some((name) => name.endsWith('.gz'))).toBe(true)
    await follow(stage, true).poll()
    expectWhole(stage)
  })

  test('a compressed file that is cut short is tried again, then told as a gap', async () => {
    const stage = stageOf({ maxBytes: 1e9 })
    stage.write(400)
    stage.clock.move(5)
    stage.log.rotate()
    const [name = ''] = stage.log.backups()
    stage.log.compressBegin(name, 0.5)
    stage.log.compressEnd(name)
    stage.write(1)
    const log = follow(stage)
    await log.poll()
    const before = stage.kept.bytes().length
    expect(stage.written().startsWith(stage.kept.text())).toBe(true)
    expect(log.problem).toContain('ends too early')
    stage.clock.move(31_000)
    await log.poll()
    expect(stage.kept.gaps).toMatchObject([
      {
        kind: 'damaged-file',
        fromByte: before,
        fromTime: expect.stringContaining('2026-11-21T20'),
      },
    ])
    expect(stage.lost()).not.toContain(400)
    expect(stage.kept.order.at(-1)).toContain('"auditID":"400"')
  })

  test('a compressed file that is complete after a while is read to its end', async () => {
    const stage = stageOf({ maxBytes: 1e9 })
    stage.write(400)
    stage.clock.move(5)
    stage.log.rotate()
    const [name = ''] = stage.log.backups()
    stage.log.compressBegin(name, 0.5)
    const plain = join(stage.folder.path, name)
    renameSync(plain, join(stage.folder.path, 'aside'))
    stage.write(1)
    const log = follow(stage)
    await log.poll()
    renameSync(join(stage.folder.path, 'aside'), plain)
    stage.log.compressBegin(name, 1)
    rmSync(plain)
    stage.clock.move(6_000)
    await log.poll()
    expectWhole(stage)
  })
})
