import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { BodyDelivery } from '../../model/delivery.ts'
import { setAside } from './aside.ts'
import { Quarantine } from './quarantine.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckwatch-quarantine-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const BODY = Buffer.from('no JSON')
const delivery: BodyDelivery = {
  kind: 'body',
  source: { cluster: 'prod', server: 'a', way: 'webhook' },
  arrivedUs: 1,
  sha256: 'ab'.repeat(32),
  length: BODY.length,
  quarantine: 'unparsable',
}

/** A file of holes: it has the size, and takes no room. */
const leave = (name: string, bytes: number): void => {
  const file = openSync(join(folder, name), 'w')
  ftruncateSync(file, bytes)
  closeSync(file)
}

test('a body is kept for its owner alone, and the gap says where', async () => {
  const gap = await setAside(delivery, BODY, await Quarantine.open(folder))
  const place = gap?.gap.place ?? ''
  expect(readFileSync(place, 'utf8')).toBe('no JSON')
  expect(statSync(place).mode & 0o777).toBe(0o600)
  expect(gap?.gap).toMatchObject({ kind: 'quarantine', toByte: BODY.length })
  expect(gap?.gap.message).toContain('is no JSON; it is kept')
})

test('LIMIT.quarantineFolderBytesMax: what has no room is a gap that says so', async () => {
  leave('earlier.body', LIMIT.quarantineFolderBytesMax - 4_096)
  const quarantine = await Quarantine.open(folder)
  expect(await quarantine.keep('00', BODY)).toBe(join(folder, '00.body'))
  const gap = await setAside(delivery, BODY, quarantine)
  expect(gap?.gap.place).toBeUndefined()
  expect(gap?.gap.message).toContain('the quarantine has no room for it')
  expect(readdirSync(folder).sort()).toEqual(['00.body', 'earlier.body'])
})

test('a body that was kept before a crash has its room, and is whole afterwards', async () => {
  leave('earlier.body', LIMIT.quarantineFolderBytesMax - 4_096)
  leave('00.body', 3)
  const quarantine = await Quarantine.open(folder)
  for (let n = 0; n < 3; n += 1) expect(await quarantine.keep('00', BODY)).toBeDefined()
  expect(readFileSync(join(folder, '00.body'), 'utf8')).toBe('no JSON')
  expect(await quarantine.keep('01', BODY)).toBeUndefined()
})

test('a disk that does not take it is a transient fault', async () => {
  const quarantine = await Quarantine.open(folder)
  rmSync(folder, { recursive: true })
  const fault = { code: 'data/quarantine', transient: true }
  await expect(quarantine.keep('00', BODY)).rejects.toMatchObject(fault)
  await expect(Quarantine.open(folder)).rejects.toMatchObject({ code: 'data/unusable' })
})
