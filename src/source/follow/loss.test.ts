import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { eventLine, followed } from '../testing/followed.ts'
import { LogStage, type StageOptions } from '../testing/log-stage.ts'
import type { FollowedLog } from './followed-log.ts'

const stages: LogStage[] = []
const logs: FollowedLog[] = []
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close()
  for (const { folder } of stages.splice(0)) folder.remove()
})

const stageOf = (options: StageOptions = {}): LogStage => {
  const stage = new LogStage(options)
  stages.push(stage)
  return stage
}

const follow = (stage: LogStage, resumed = false, lastTime?: string): FollowedLog => {
  const { path, clock, kept } = stage
  const positions = resumed ? kept.positions() : []
  const timed = lastTime === undefined ? positions : positions.map((one) => ({ ...one, lastTime }))
  const log = followed({ path, clock, kept, positions: timed })
  logs.push(log)
  return log
}

const time = (stage: LogStage, number: number): string | undefined =>
  /"stageTimestamp":"([^"]+)"/.exec(stage.written().split('\n')[number] ?? '')?.[1]

describe('emptied in place, copytruncate (F11)', () => {
  test('shorter than what was read: a gap, then the new content from its beginning', async () => {
    const stage = stageOf()
    const log = follow(stage)
    stage.write(20)
    await log.poll()
    const size = stage.log.size()
    truncateSync(stage.path, 0)
    stage.write(3)
    await log.poll()
    expect(stage.lost()).toEqual([])
    expect(stage.kept.gaps).toEqual([
      {
        kind: 'truncated-file',
        message: expect.stringContaining('emptied in place'),
        place: stage.path,
        fromByte: size,
        toByte: undefined,
        fromTime: time(stage, 19),
        toTime: time(stage, 20),
        events: undefined,
      },
    ])
    expect(stage.kept.order.at(-2)).toBe('gap truncated-file')
  })

  test('emptied and grown past the old place between two looks: told by its beginning', async () => {
    const stage = stageOf()
    const log = follow(stage)
    stage.write(5)
    await log.poll()
    stage.write(4)
    truncateSync(stage.path, 0)
    stage.write(50)
    await log.poll()
    expect(stage.lost()).toEqual([5, 6, 7, 8])
    expect(stage.kept.gaps).toMatchObject([
      { kind: 'truncated-file', fromTime: time(stage, 4), toTime: time(stage, 9) },
    ])
    expect(stage.kept.lines.at(-1)?.delivery.offset).toBe(0)
  })

  test('emptied and grown to the very same size', async () => {
    const stage = stageOf()
    const log = follow(stage)
    stage.write(5)
    await log.poll()
    truncateSync(stage.path, 0)
    stage.write(5)
    await log.poll()
    expect(stage.lost()).toEqual([])
    expect(stage.kept.gaps).toHaveLength(1)
  })

  test('200 times, at any place: the copy is read to its end, and what is lost is told', async () => {
    const stage = stageOf()
    const log = follow(stage)
    await log.poll()
    for (let turn = 0; turn < 200; turn += 1) {
      stage.write(1 + (turn % 4))
      if (turn % 3 !== 1) await log.poll()
      stage.write(turn % 2)
      rmSync(`${stage.path}.1`, { force: true })
      if (turn % 3 !== 0) copyFileSync(stage.path, `${stage.path}.1`)
      // What is written now is in no copy.
      if (turn % 5 === 0) stage.write(1)
      truncateSync(stage.path, 0)
      if (turn % 7 === 0) await log.poll()
      stage.write(2)
      await log.poll()
    }
    expect(stage.kept.gaps).toHaveLength(200)
    const written = stage.written().split('\n')
    expect(new Set(stage.kept.text().split('\n')).size).toBe(stage.kept.text().split('\n').length)
    for (const line of stage.kept.text().split('\n')) expect(written).toContain(line)
    const gapTimes = stage.kept.gaps.map(({ fromTime, toTime }) => [fromTime, toTime])
    for (const number of stage.lost()) {
      const at = time(stage, number) ?? ''
      const isTold = gapTimes.some(([from, to]) => (from ?? '') <= at && at <= (to ?? ''))
      expect(isTold, `${number}`).toBe(true)
    }
  })

  test('shortened, the beginning stays: nothing is read twice', async () => {
    const stage = stageOf()
    const log = follow(stage)
    stage.write(6)
    await log.poll()
    truncateSync(stage.path, Math.floor(stage.log.size() / 2) - 40)
    stage.write(2)
    await log.poll()
    // What is left of the third event stands before the next one, on one line: decode parts them.
    const lines = stage.kept.text().split('\n')
    expect(lines).toHaveLength(9)
    expect(lines[6]).toMatch(/^{"kind".*{"kind".*"auditID":"6"/)
    expect(stage.lost()).toEqual([])
    expect(stage.kept.gaps).toMatchObject([
      { kind: 'truncated-file', fromTime: time(stage, 5), toTime: time(stage, 6) },
    ])
  })

  test('the machine crashed, and the end of the file with it: what was written since is read', async () => {
    for (const written of [1, 3, 30]) {
      const stage = stageOf()
      stage.write(6)
      await follow(stage).poll()
      truncateSync(stage.path, stage.log.size() - 301)
      stage.write(written)
      await follow(stage, true, time(stage, 5)).poll()
      expect(stage.lost()).toEqual([])
      expect(stage.kept.gaps).toMatchObject([{ kind: 'truncated-file' }])
    }
  })

  test('emptied while nobody looked: the copy is found by its content', async () => {
    const stage = stageOf()
    stage.write(6)
    await follow(stage).poll()
    stage.write(3)
    copyFileSync(stage.path, `${stage.path}.1`)
    truncateSync(stage.path, 0)
    stage.write(2)
    const size = stage.log.size()
    await follow(stage, true).poll()
    expect(stage.kept.text()).toBe(stage.written())
    // What was written between copying and emptying is in neither.
    expect(stage.kept.gaps).toMatchObject([
      { kind: 'truncated-file', fromByte: stage.kept.bytes().length - size },
    ])
    expect(stage.kept.order[2]).toBe('gap truncated-file')
  })
})

describe('rotation deletes ahead of the reader (F12)', () => {
  test('20 times: what was waiting, and what was never seen, is a gap with its times', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const stage = stageOf({ maxBytes: 2_000, maxBackups: 3 })
      const log = follow(stage)
      stage.write(5 + turn)
      await log.poll()
      stage.write(150 + turn)
      stage.log.mill()
      await log.poll()
      expect(stage.lost().length).toBeGreaterThan(10)
      expect(stage.kept.gaps).toMatchObject([{ kind: 'retention' }])
      const [gap] = stage.kept.gaps
      const [first = 0] = stage.lost()
      expect(gap?.fromTime).toBe(time(stage, first - 1))
      expect(gap?.toTime).toBe(time(stage, (stage.lost().at(-1) ?? 0) + 1))
    }
  })

  test('the file being read is deleted: it is read to its end all the same', async () => {
    const stage = stageOf({ maxBytes: 2_000, maxBackups: 1 })
    const log = follow(stage)
    stage.write(5)
    await log.poll()
    stage.write(28)
    stage.log.mill()
    await log.poll()
    expect(stage.lost()).toEqual([])
    expect(stage.kept.gaps).toHaveLength(1)
    expect(stage.kept.gaps[0]?.message).toContain('possibly whole files')
  })

  test('the oldest file that waits is deleted alone: the times on both sides tell', async () => {
    const stage = stageOf({ maxBytes: 2_000 })
    const log = follow(stage)
    stage.write(5)
    await log.poll()
    stage.write(40)
    const [, second = ''] = stage.log.backups()
    rmSync(join(stage.folder.path, second))
    await log.poll()
    expect(stage.lost().length).toBeGreaterThan(5)
    const [first = 0] = stage.lost()
    const last = stage.lost().at(-1) ?? 0
    expect(stage.kept.gaps).toMatchObject([
      { kind: 'retention', fromTime: time(stage, first - 1), toTime: time(stage, last + 1) },
    ])
  })

  test('one in the middle of those that wait is deleted alone', async () => {
    const stage = stageOf({ maxBytes: 2_000 })
    const log = follow(stage)
    stage.write(5)
    await log.poll()
    stage.write(100)
    rmSync(join(stage.folder.path, stage.log.backups()[3] ?? ''))
    await log.poll()
    const [first = 0] = stage.lost()
    const last = stage.lost().at(-1) ?? 0
    expect(last - first).toBeGreaterThan(5)
    expect(stage.kept.gaps).toMatchObject([
      { kind: 'retention', fromTime: time(stage, first - 1), toTime: time(stage, last + 1) },
    ])
  })

  test('deleted after it was seen: its bytes are known (LIMIT.rotatedFilesHeld are held)', async () => {
    const stage = stageOf({ maxBytes: 400 })
    const log = follow(stage)
    stage.write(2 * (LIMIT.rotatedFilesHeld + 6))
    const backups = [...stage.log.backups()].reverse()
    expect(backups.length).toBeGreaterThan(LIMIT.rotatedFilesHeld + 4)
    let deleted = false
    stage.kept.onKept = () => {
      if (deleted) return
      deleted = true
      for (const name of backups) rmSync(join(stage.folder.path, name))
    }
    const sizes = backups.map((name) => readFileSync(join(stage.folder.path, name)).length)
    await log.poll()
    const gaps = stage.kept.gaps.filter(({ toByte }) => toByte !== undefined)
    expect(gaps.map(({ place }) => place)).toEqual(
      backups.slice(LIMIT.rotatedFilesHeld).map((name) => join(stage.folder.path, name)),
    )
    expect(gaps.map(({ toByte }) => toByte)).toEqual(sizes.slice(LIMIT.rotatedFilesHeld))
    expect(gaps[0]?.fromTime).toBe(time(stage, stage.lost()[0] ?? 0))
    expect(stage.kept.bytes().length + sum(gaps.map(({ toByte = 0 }) => toByte))).toBe(
      stage.written().length,
    )
  })

  test('deleted while nobody looked', async () => {
    const stage = stageOf({ maxBytes: 2_000, maxBackups: 2 })
    stage.write(15)
    await follow(stage).poll()
    const reached = stage.kept.positions().at(-1)
    const lastTime = time(stage, 14)
    stage.write(60)
    stage.log.mill()
    const log = follow(stage, true, lastTime)
    await log.poll()
    const lost = stage.lost()
    expect(lost.length).toBeGreaterThan(20)
    expect(stage.kept.gaps).toMatchObject([
      {
        kind: 'retention',
        place: stage.path,
        fromByte: reached?.offset,
        fromTime: lastTime,
        toTime: time(stage, (lost.at(-1) ?? 0) + 1),
      },
    ])
    await log.poll()
    expect(stage.kept.gaps).toHaveLength(1)
  })

  test('deleted while nobody looked, and nothing missed: no gap', async () => {
    const stage = stageOf({ maxBytes: 2_000, maxBackups: 3 })
    stage.write(60)
    stage.log.mill()
    await follow(stage).poll()
    const kept = stage.kept.bytes().length
    stage.write(20)
    stage.log.mill()
    await follow(stage, true).poll()
    expect(stage.kept.gaps).toEqual([])
    expect(stage.written().endsWith(stage.kept.text())).toBe(true)
    expect(stage.kept.bytes().length).toBeGreaterThan(kept)
  })
})

describe('lines that are not whole (F13, F14, F18)', () => {
  test('cut at every byte, the next event appended: every byte is handed on as it is', async () => {
    const whole = [1, 2, 3].map((number) => eventLine(number, 0, '"userAgent":"ü€😀",')).join('')
    const bytes = Buffer.from(whole)
    const next = Buffer.from(eventLine(4, 0))
    const stage = stageOf()
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const path = join(stage.folder.path, `${cut}.log`)
      writeFileSync(path, bytes.subarray(0, cut))
      stage.kept.lines.splice(0)
      const log = followed({ path, clock: stage.clock, kept: stage.kept })
      await log.poll()
      const lines = bytes.subarray(0, bytes.subarray(0, cut).lastIndexOf('\n') + 1)
      expect(stage.kept.bytes().equals(lines), `cut at ${cut}`).toBe(true)
      appendFileSync(path, next)
      await log.poll()
      const glued = Buffer.concat([bytes.subarray(0, cut), next])
      expect(stage.kept.bytes().equals(glued), `cut at ${cut}`).toBe(true)
      await log.close()
    }
  })

  test('chunks that end in the middle of a character: the same bytes', async () => {
    const stage = stageOf()
    const text = `${eventLine(1, 0, '"a":"é€😀\\ud800",').repeat(3)}\u{feff}\ufffd\n`
    const bytes = Buffer.concat([Buffer.from(text), Buffer.from([0xf0, 0x9f, 0x0a])])
    writeFileSync(stage.path, bytes)
    for (let chunkBytes = 1; chunkBytes < 90; chunkBytes += 1) {
      stage.kept.lines.splice(0)
      const { path, clock, kept } = stage
      const log = followed({ path, clock, kept, chunkBytes })
      await log.poll()
      expect(kept.bytes().equals(bytes), `${chunkBytes}`).toBe(true)
      expect(kept.lines.every((line) => line.bytes.at(-1) === 0x0a)).toBe(true)
      await log.close()
    }
  })

  test('a line of 99 MB is a gap with its range, and what follows is read', async () => {
    const stage = stageOf()
    const log = follow(stage)
    stage.write(2)
    const from = stage.log.size()
    const piece = Buffer.alloc(11_000_000, 'x')
    for (let at = 0; at < 9; at += 1) {
      appendFileSync(stage.path, piece)
      await log.poll()
      expect(stage.kept.gaps).toEqual([])
    }
    appendFileSync(stage.path, '\n')
    const end = stage.log.size()
    stage.write(1)
    await log.poll()
    expect(stage.kept.text()).toBe(stage.written())
    expect(stage.kept.gaps).toMatchObject([
      { kind: 'oversize', fromByte: from, toByte: end, events: 1, fromTime: time(stage, 1) },
    ])
    expect(end - from).toBeGreaterThan(LIMIT.recordBytesMax)
  })

  test('a line as long as is read (LIMIT.recordBytesMax) is handed on', async () => {
    const stage = stageOf()
    const line = Buffer.alloc(LIMIT.recordBytesMax, 'x')
    line[line.length - 1] = 0x0a
    writeFileSync(stage.path, line)
    const log = follow(stage)
    await log.poll()
    expect(stage.kept.bytes().equals(line)).toBe(true)
    expect(stage.kept.gaps).toEqual([])
  })

  test('NUL, as a crash of the machine leaves it: no event behind it waits', async () => {
    const stage = stageOf()
    const log = follow(stage)
    stage.write(1)
    appendFileSync(stage.path, Buffer.alloc(5_000))
    await log.poll()
    expect(stage.kept.text()).toBe(stage.written())
    stage.write(1)
    await log.poll()
    expect(stage.kept.bytes().length).toBe(stage.log.size())
    appendFileSync(stage.path, Buffer.alloc(70_000_000))
    stage.write(1)
    await log.poll()
    expect(stage.kept.bytes().length).toBe(stage.log.size())
    expect(stage.lost()).toEqual([])
    expect(stage.kept.gaps).toEqual([])
  })

  test('a rotated file that ends within a line is handed on to its last byte', async () => {
    const stage = stageOf()
    const log = follow(stage)
    stage.write(3)
    appendFileSync(stage.path, '{"kind":"Event","torn')
    stage.log.rotate()
    stage.write(1)
    await log.poll()
    expect(stage.kept.order).toHaveLength(3)
    expect(stage.kept.order[1]).toBe('{"kind":"Event","torn')
    expect(stage.lost()).toEqual([])
  })
})

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
