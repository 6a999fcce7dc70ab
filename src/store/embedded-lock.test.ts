import { spawnSync } from 'node:child_process'
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
