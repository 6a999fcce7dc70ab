import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { type Folder, makeFolder } from '../testing/folder.ts'
import { eventLine, followed, Kept } from '../testing/followed.ts'
import { HandClock } from '../testing/hand-clock.ts'
import type { FollowedLog } from './followed-log.ts'

const folders: Folder[] = []
const logs: FollowedLog[] = []
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close()
  for (const folder of folders.splice(0)) folder.remove()
})

const scene = (): { folder: Folder; path: string; kept: Kept; log: FollowedLog } => {
  const folder = makeFolder()
  folders.push(folder)
  const path = join(folder.path, 'audit.log')
  const kept = new Kept()
  const log = followed({ path, clock: new HandClock(), kept })
  logs.push(log)
  return { folder, path, kept, log }
}

const SECRET = 'root:$6$salt:19000:0:99999:7:::\n'
const ONE = eventLine(1, 0)
const TWO = eventLine(2, 0)
const THREE = eventLine(3, 0)

describe('what stands where a log should (A14)', () => {
  test('a link to another file is not followed, from the first on or swapped in later', async () => {
    const { folder, path, kept, log } = scene()
    const secret = folder.write('shadow', SECRET)
    symlinkSync(secret, path)
    await log.poll()
    expect(log.problem).toBe(`${path} is a symbolic link: give the path it leads to`)
    rmSync(path)
    writeFileSync(path, ONE)
    await log.poll()
    expect(log.problem).toBeUndefined()
    rmSync(path)
    symlinkSync(secret, path)
    symlinkSync(secret, join(folder.path, 'audit-2026-11-20T22-01-40.626.log'))
    symlinkSync(secret, join(folder.path, 'audit.log.1'))
    await log.poll()
    expect(log.problem).toBe(`${path} is no regular file any more`)
    expect(kept.text()).toBe(ONE)
    rmSync(path)
    writeFileSync(path, TWO)
    await log.poll()
    expect(kept.text()).toBe(ONE + TWO)
  })

  test.each([
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a device', (path: string) => symlinkSync('/dev/zero', path)],
  ])('%s is not opened', async (_, make) => {
    const { folder, path, kept, log } = scene()
    make(path)
    make(join(folder.path, 'audit.log.1'))
    await log.poll()
    expect(log.problem).toMatch(/is no regular file|is a symbolic link/)
    expect(kept.order).toEqual([])
  })

  test('a compressed file', async () => {
    const { path, kept, log } = scene()
    writeFileSync(path, gzipSync(ONE))
    await log.poll()
    expect(log.problem).toBe(`${path} is compressed: it can only be imported`)
    expect(kept.order).toEqual([])
  })

  test('a bomb among the rotated files ends as damaged', async () => {
    const clock = new HandClock()
    const { folder, path, kept } = scene()
    const bomb = gzipSync(Buffer.concat([Buffer.from(ONE), Buffer.alloc(90_000_000, 'x')]))
    folder.write('audit.log.1.gz', bomb)
    writeFileSync(path, TWO)
    const log = followed({ path, clock, kept })
    logs.push(log)
    for (let tries = 0; tries < 3; tries += 1) {
      await log.poll()
      clock.move(20_000)
    }
    expect(kept.gaps).toMatchObject([{ kind: 'damaged-file' }])
    expect(kept.order.at(-1)).toBe(TWO)
  })

  test.skipIf(process.getuid?.() === 0)('no permission (not as root)', async () => {
    const { path, kept, log } = scene()
    writeFileSync(path, ONE)
    chmodSync(path, 0)
    await log.poll()
    expect(log.problem).toBe(`${path} may not be read: permission denied`)
    chmodSync(path, 0o600)
    const rotated = `${path}.1`
    writeFileSync(rotated, TWO)
    chmodSync(rotated, 0)
    await log.poll()
    expect(kept.text()).toBe(ONE)
    expect(log.problem).toBe(`${rotated} may not be read: permission denied`)
    chmodSync(rotated, 0o600)
    renameSync(path, `${path}.0`)
    writeFileSync(path, THREE)
    await log.poll()
    expect(log.problem).toBeUndefined()
    expect(kept.text()).toBe(ONE + TWO + THREE)
  })

  test('nothing yet: the file, and even its folder, may come later', async () => {
    const { folder, path: above } = scene()
    const path = join(folder.path, 'later', 'audit.log')
    const kept = new Kept()
    const log = followed({ path, clock: new HandClock(), kept, from: 'end' })
    logs.push(log)
    await log.poll()
    expect(log.problem).toBe(`there is no file ${path}`)
    mkdirSync(join(folder.path, 'later'))
    await log.poll()
    writeFileSync(path, ONE)
    await log.poll()
    expect(log.problem).toBeUndefined()
    expect(kept.text()).toBe(ONE)
    expect(above).not.toBe(path)
  })
})

describe('another file in its place', () => {
  test('with the same first line and what was read: it is the same log', async () => {
    const { folder, path, kept, log } = scene()
    writeFileSync(path, ONE + TWO)
    await log.poll()
    renameSync(folder.write('copy', ONE + TWO + THREE), path)
    await log.poll()
    expect(kept.text()).toBe(ONE + TWO + THREE)
    expect(kept.gaps).toEqual([])
  })

  test('with the same first line and something else behind it: told as a gap', async () => {
    const { folder, path, kept, log } = scene()
    writeFileSync(path, ONE + TWO)
    await log.poll()
    const other = ONE + TWO.replace('"2"', '"8"') + THREE
    renameSync(folder.write('copy', other), path)
    await log.poll()
    expect(kept.gaps).toMatchObject([{ kind: 'truncated-file', place: path }])
    expect(kept.order.at(-1)).toBe(THREE)
  })

  test('with the same first line and shorter', async () => {
    const { folder, path, kept, log } = scene()
    writeFileSync(path, ONE + TWO + THREE)
    await log.poll()
    renameSync(folder.write('copy', ONE + TWO), path)
    await log.poll()
    expect(kept.text()).toBe(ONE + TWO + THREE)
    expect(kept.gaps).toMatchObject([{ kind: 'truncated-file', place: path }])
  })

  test('an old file put back and written to again', async () => {
    const { path, kept, log } = scene()
    writeFileSync(path, ONE)
    await log.poll()
    renameSync(path, `${path}.1`)
    writeFileSync(path, TWO)
    await log.poll()
    rmSync(path)
    renameSync(`${path}.1`, path)
    writeFileSync(path, THREE, { flag: 'a' })
    await log.poll()
    expect(kept.text()).toBe(ONE + TWO + THREE)
  })

  test('names that only look like rotated ones are left alone', async () => {
    const { folder, path, kept, log } = scene()
    for (const name of [
      'audit.log.bak',
      'audit.log~',
      'audit-1.log',
      'xaudit.log.1',
      'audit.log.1.xz',
    ]) {
      folder.write(name, 'no\n')
    }
    writeFileSync(path, ONE)
    await log.poll()
    expect(kept.text()).toBe(ONE)
  })
})
