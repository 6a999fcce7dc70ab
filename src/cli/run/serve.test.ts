import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { run } from '../testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-serve-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const BAD_RULE = `title: bad
logsource: { product: kubernetes, service: audit }
detection:
  a: { nonsense: 1 }
  condition: a
`

test('serve says at its start which rule cannot be used', async () => {
  const rule = join(folder, 'bad.yaml')
  writeFileSync(rule, BAD_RULE)
  // A file in the place of the data directory: it goes no further than to open it.
  const data = join(folder, 'data')
  writeFileSync(data, '')
  const options = ['--data', data, '--webhook', '127.0.0.1:8443', '--rules', rule]
  const { exit, errors } = await run(['serve', ...options])
  expect(errors).toContain('bad.yaml:4:8: there is no field nonsense')
  expect(errors).toContain('data/unusable')
  expect(exit).toBe(3)
})
