import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { newSealKeys } from '../../store/seal.ts'
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

test('serve does not start with a seal key that is none, or that is the private one', async () => {
  const { privateKey } = newSealKeys(randomBytes)
  const keys = [
    ['garbage', 'no key in PEM'],
    [privateKey, 'a private key, which belongs on another machine'],
  ] as const
  for (const [text, why] of keys) {
    const key = join(folder, 'seal.pem')
    writeFileSync(key, text)
    const data = join(folder, 'never')
    const options = ['--data', data, '--webhook', '127.0.0.1:8443', '--seal-key', key]
    const { exit, errors } = await run(['serve', ...options])
    expect(exit).toBe(3)
    expect(errors).toContain(why)
    expect(errors).toContain('deckwatch evidence keygen')
    expect(existsSync(data)).toBe(false)
  }
})
