import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { run } from '../testing/memory-shell.ts'

const DEMO = fileURLToPath(new URL('../../../demo/shop-cluster/audit-c.log.zst', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'deckwatch-store-'))
const data = ['--data', join(folder, 'data')]
afterAll(() => rmSync(folder, { recursive: true }))

/** Does something that deckwatch does not, in the same engine. */
const putBeside = async (sql: string): Promise<void> => {
  const { store, close } = await openEmbedded({ folder: join(folder, 'data'), clock: systemClock })
  await store.command(sql)
  await close()
}

test('a store that is imported into can be looked at, held and released', async () => {
  const imported = await run(['replay', DEMO, ...data, '--source', 'shop/c=*'])
  expect(imported.errors).toContain('stored 334 events')
  const status = await run(['store', 'status', ...data])
  expect(status.exit).toBe(0)
  expect(status.output).toContain('334 events')
  expect(status.output).toContain('no legal holds')
  await putBeside('CREATE DATABASE other')
  await putBeside(
    'CREATE TABLE other.events ENGINE = MergeTree ORDER BY () AS SELECT randomString(20000000)',
  )
  const beside = JSON.parse((await run(['store', 'status', ...data, '--format', 'json'])).output)
  expect(beside.bytes).toBeGreaterThan(0)
  expect(beside.bytes).toBeLessThan(10_000_000)
  const hold = ['store', 'hold', 'case-17', '--cluster', 'shop', '--since', '2026-11-01', ...data]
  expect((await run([...hold, '--reason', 'inquiry'])).output).toContain('in force: case-17')
  const again = await run(hold)
  expect(again.exit).toBe(3)
  expect(again.errors).toContain('is in force already')
  const held = JSON.parse((await run(['store', 'status', ...data, '--format', 'json'])).output)
  expect(held.weeks).toMatchObject([{ cluster: 'shop', events: 334, logs: 1 }])
  expect(held.holds).toMatchObject([
    { id: 'case-17', cluster: 'shop', from: '2026-11-01T00:00:00.000000Z', to: null },
  ])
  expect((await run(['store', 'release', 'case-17', ...data])).output).toBe('released: case-17\n')
  const gone = await run(['store', 'release', 'case-17', ...data])
  expect(gone.exit).toBe(3)
  expect(gone.errors).toContain('no hold "case-17" is in force')
}, 60_000)

test('a folder in which nothing was ever kept is told, and stays as it is', async () => {
  const { exit, errors } = await run(['store', 'status', '--data', join(folder, 'nowhere')])
  expect(exit).toBe(3)
  expect(errors).toContain('nothing was ever kept')
})
