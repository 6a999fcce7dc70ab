import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { apiserverFlags } from '../../kubernetes/audit-flags/advised-flags.ts'
import { openReceiver } from '../../source/webhook/receiver.ts'
import { run } from '../testing/memory-shell.ts'
import { parseConfig } from './parse-config.ts'
import { keysAt } from './schema.ts'

const guide = readFileSync(
  new URL('../../../docs/guide/connect-an-api-server.md', import.meta.url),
  'utf8',
)
const blocksOf = (language: string): readonly string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (found) => found[1] ?? '',
  )
const [commands = ''] = blocksOf('sh')
const [config = '', , k3s = '', files = ''] = blocksOf('yaml')

describe('the guide to connect an API server', () => {
  test('shows configurations that are accepted', () => {
    expect(parseConfig(config, 'deckwatch.yaml').issues).toEqual([])
    expect(parseConfig(files, 'deckwatch.yaml').issues).toEqual([])
  })

  test('names every key', () => {
    const table = guide.slice(guide.indexOf('## All keys'))
    for (const key of keysAt([])) {
      expect(table).toContain(`\`${key}`)
      for (const step of [[key], [key, 0]]) {
        for (const inner of keysAt(step)) expect(table).toMatch(new RegExp(`[\`. ]${inner}\\b`))
      }
    }
  })

  test('gives k3s the flags that webhook-config prints', () => {
    const shown = [...k3s.matchAll(/^ {2}- (.*)$/gm)].map(([, flag]) => `--${flag}`)
    const printed = apiserverFlags('/etc/kubernetes/audit/webhook.yaml').map(({ flag }) => flag)
    expect(shown).toEqual(printed)
  })
})

const noOpenssl = spawnSync('openssl', ['version']).status !== 0

describe.skipIf(noOpenssl)('its certificates (needs openssl)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-guide-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('connect an API server', async () => {
    // The name in the guide cannot be resolved here.
    const script = commands.replaceAll('deckwatch.example', 'localhost')
    execFileSync('sh', ['-euc', script], { cwd: folder, stdio: 'pipe' })
    const parsed = parseConfig(config, join(folder, 'deckwatch.yaml')).config?.webhook
    if (parsed === undefined) throw new Error('no webhook in the configuration')
    const receiver = await openReceiver(
      { ...parsed, listen: { host: '127.0.0.1', port: 0 } },
      async () => {},
      systemClock,
    )
    const at = (name: string): string => join(folder, name)
    const made = await run([
      ...['source', 'webhook-config', '--cluster', 'prod', '--server', 'master-1'],
      ...['--url', `https://localhost:${receiver.address.port}`, '--ca', at('ca.crt')],
      ...['--cert', at('master-1.crt'), '--key', at('master-1.key')],
    ])
    writeFileSync(at('webhook.yaml'), made.output)
    const checked = await run(['source', 'check', '--webhook-config', at('webhook.yaml')])
    await receiver.close()
    expect(checked.output).toContain('ok    acknowledgement')
    expect(checked.exit).toBe(0)
  })
})
