import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { HandClock } from '../../source/testing/hand-clock.ts'
import { readAnchor } from '../../store/evidence/anchor.ts'
import { Chains } from '../../store/evidence/chain.ts'
import { Anchoring } from './anchoring.ts'
import type { DataFolder } from './data-folder.ts'
import type { ServeHooks } from './running.ts'

const path = mkdtempSync(join(tmpdir(), 'deckwatch-anchor-'))
afterAll(() => rmSync(path, { recursive: true }))

const { privateKey } = generateKeyPairSync('ed25519')
const publicKey = createPublicKey(privateKey)
// Only these members are read.
const folder = { path: join(path, 'data'), instance: 'one', evidenceKey: privateKey } as DataFolder
const source = { cluster: 'prod', server: 'a', way: 'webhook' } as const

const chainsOf = (batches: number): Chains => {
  const chains = new Chains([])
  for (let batch = 1; batch <= batches; batch += 1) grow(chains, batch)
  return chains
}

const grow = (chains: Chains, batch: number): void =>
  chains.accept(chains.next(source, { batch, events: 1, leaves: '00', reading: '{}' }))

const hooksTo = (said: string[]): ServeHooks => ({
  finding: () => {},
  log: (_, message) => said.push(message),
})

test('heads that moved are appended, signed, at most every ten seconds, and at the end', async () => {
  const [file, said, clock, chains] = [join(path, 'a.ndjson'), [], new HandClock(), chainsOf(1)]
  const anchoring = new Anchoring(file, folder, chains, clock, hooksTo(said))
  anchoring.begin()
  await anchoring.finish()
  grow(chains, 2)
  anchoring.begin()
  grow(chains, 3)
  await anchoring.finish()
  await anchoring.finish()
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const numbers = lines.map((line) => readAnchor(line, publicKey)?.heads[0]?.number)
  expect(numbers).toEqual([1, 3])
  expect(said).toEqual([])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readAnchor(lines[0]?.replace('"one"', '"two"') ?? '', publicKey)).toBeUndefined()
})

test('an anchor within the data is warned of, and one that cannot be written is said once', async () => {
  const said: string[] = []
  const chains = chainsOf(1)
  const anchoring = new Anchoring(undefined, folder, chains, new HandClock(), hooksTo(said))
  expect(said[0]).toContain('--anchor FILE on another disk')
  await anchoring.finish()
  grow(chains, 2)
  await anchoring.finish()
  expect(said).toHaveLength(2)
  expect(said[1]).toContain('the anchor cannot be written')
})

test('an address takes each line with a POST', async () => {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    request.on('data', (chunk) => bodies.push(String(chunk)))
    request.on('end', () => response.writeHead(bodies.length === 1 ? 503 : 204).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const said: string[] = []
    const url = `http://127.0.0.1:${port}/anchor`
    const anchoring = new Anchoring(url, folder, chainsOf(1), new HandClock(), hooksTo(said))
    await anchoring.finish()
    expect(said.join()).toContain('answers 503')
    await anchoring.finish()
    expect(readAnchor(bodies[1]?.trimEnd() ?? '', publicKey)?.instance).toBe('one')
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
