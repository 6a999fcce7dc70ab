import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../testing/memory-shell.ts'

test('replay asks where to keep the data, and reads no option that it does not have', async () => {
  const { exit, errors } = await run(['replay', 'audit.log'])
  expect(errors).toContain('it is not said where to keep the data')
  expect(exit).toBe(3)
})

test('replay goes as far as the store', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-replay-'))
  // A file in the place of the data directory: nothing can be opened there.
  const data = join(folder, 'data')
  writeFileSync(data, '')
  const { exit, errors } = await run(['replay', join(folder, 'none.log'), '--data', data])
  expect(errors).toMatch(/^error: /)
  expect(exit).toBe(3)
  expect(existsSync(data)).toBe(true)
  rmSync(folder, { recursive: true })
})
