import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder } from './embedded-lock.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckwatch-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a second owner is refused, and told who the first one is', () => {
  const lock = lockFolder(folder)
  expect(() => lockFolder(folder)).toThrow(`belongs to the process ${process.pid}, which runs`)
  lock.release()
  expect(existsSync(join(folder, 'lock'))).toBe(false)
  lockFolder(folder).release()
})

test('the lock of a process that is gone is taken over', () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  writeFileSync(join(folder, 'lock'), `${pid} 1 boot`)
  lockFolder(folder).release()
})

test.skipIf(process.platform !== 'linux')(
  'a process with the number of the owner is not the owner when it began at another time (Linux)',
  () => {
    writeFileSync(join(folder, 'lock'), `${process.pid} 1 boot`)
    lockFolder(folder).release()
  },
)

test.skipIf(process.platform !== 'linux')(
  'a process that has ended and waits for its parent is gone (Linux)',
  async () => {
    // The shell becomes a program that never asks how its child ended.
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: 'pipe' })
    const [pid] = await once(parent.stdout, 'data')
    const stat = (): string => readFileSync(`/proc/${Number(pid)}/stat`, 'utf8')
    const started = stat().split(' ')[21] ?? ''
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    while (!stat().includes(') Z ')) await new Promise(setImmediate)
    writeFileSync(join(folder, 'lock'), `${Number(pid)} ${started} ${boot}`)
    lockFolder(folder).release()
    parent.kill()
  },
)

test('a lock that was never written whole is taken over', () => {
  writeFileSync(join(folder, 'lock'), '')
  const lock = lockFolder(folder)
  expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `))
  lock.release()
})

test('what another one has by now is not released', () => {
  const lock = lockFolder(folder)
  writeFileSync(join(folder, 'lock'), '1 1 1')
  lock.release()
  expect(existsSync(join(folder, 'lock'))).toBe(true)
})

test('a directory that cannot be written is a fault', () => {
  expect(() => lockFolder(join(folder, 'none'))).toThrow('cannot write')
})
