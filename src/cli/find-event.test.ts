import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { run } from './testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-event-'))
afterAll(() => rmSync(folder, { recursive: true }))

const logs = fileURLToPath(new URL('testing/logs', import.meta.url))
const log = join(logs, 'shop/audit-a.log')

const explain = (id: string, ...where: string[]): ReturnType<typeof run> =>
  run(['explain', '--rule', 'C01', '--event', id, ...where])

test('decode --format text shows how an audit id begins, and that names the event', async () => {
  const shown = (await run(['decode', log, '--format', 'text'])).output
  expect(shown.split('\n')[0]).toMatch(/^\S+Z [\da-f]{8} ResponseComplete /)
  expect((await explain('38d70345', logs)).output).toContain('Verdict: match')
  expect((await explain('38d7034', logs)).errors).toContain('there is no event "38d7034"')
})

test('of audit ids that begin alike none is taken, but for the whole one', async () => {
  const [line = ''] = readFileSync(log, 'utf8').split('\n')
  const named = (id: string): string => JSON.stringify({ ...JSON.parse(line), auditID: id })
  const path = join(folder, 'two-ids.log')
  writeFileSync(path, `${named('38d70345-a')}\n${named('38d70345-ab')}\n`)
  const { exit, errors } = await explain('38d70345', path)
  expect(exit).toBe(2)
  expect(errors).toContain('name one whole, such as 38d70345-a or 38d70345-ab')
  expect((await explain('38d70345-a', path)).errors).toBe('')
})
