import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDataFolder } from './data-folder.ts'

let path = ''
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'deckwatch-data-'))
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

const PUBLIC = 'keys/evidence.pub.pem'

test('what is made once stays, and is for its owner alone', async () => {
  const first = await openDataFolder(path)
  const again = await openDataFolder(path)
  expect(again.instance).toBe(first.instance)
  expect(again.fingerprintKey).toEqual(first.fingerprintKey)
  expect(again.evidenceKey.equals(first.evidenceKey)).toBe(true)
  expect(readdirSync(join(path, 'keys')).sort()).toEqual([
    'evidence.key.pem',
    'evidence.pub.pem',
    'fingerprint.key',
  ])
  for (const name of readdirSync(join(path, 'keys'))) {
    expect(statSync(join(path, 'keys', name)).mode & 0o777).toBe(0o600)
  }
})

test('two that start at once have the same keys', async () => {
  const [a, b] = await Promise.all([openDataFolder(path), openDataFolder(path)])
  expect(a.instance).toBe(b.instance)
  expect(a.evidenceKey.equals(b.evidenceKey)).toBe(true)
})

test('a public key that is missing is written again, of the key that is there', async () => {
  await openDataFolder(path)
  const before = readFileSync(join(path, PUBLIC), 'utf8')
  rmSync(join(path, PUBLIC))
  await openDataFolder(path)
  expect(readFileSync(join(path, PUBLIC), 'utf8')).toBe(before)
})

test('a damaged key is said, and nothing takes its place', async () => {
  await openDataFolder(path)
  for (const name of ['fingerprint.key', 'evidence.key.pem']) {
    const file = join(path, 'keys', name)
    const whole = readFileSync(file)
    writeFileSync(file, 'short')
    await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'data/unusable' })
    expect(readFileSync(file, 'utf8')).toBe('short')
    writeFileSync(file, whole)
  }
})
