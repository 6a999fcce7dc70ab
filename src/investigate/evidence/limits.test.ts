import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { Chains, type Link } from '../../store/evidence/chain.ts'
import type { Store, StoreRecord } from '../../store/store.ts'
import { linesOf } from './lines.ts'
import { Problems } from './problem.ts'
import { linkPages, stepsOf } from './stored-chain.ts'
import { verifyExport } from './verify-export.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-limits-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SOURCE = { cluster: 'c', server: 's', way: 'file' } as const

const linksOf = (count: number, events: number): readonly Link[] => {
  const chains = new Chains([])
  return Array.from({ length: count }, (_, at) => {
    const of = { batch: at + 1, events, leaves: '0'.repeat(64), reading: '{}' }
    const link = chains.next(SOURCE, of)
    chains.accept(link)
    return link
  })
}

test('of more problems than LIMIT.evidenceProblemsMax the rest is counted', () => {
  const problems = new Problems()
  const all = LIMIT.evidenceProblemsMax + 5
  for (let at = 0; at < all; at += 1) problems.problem('changed', 'here', `number ${at}`)
  const { problems: kept, problemCount } = problems.done()
  expect(kept).toHaveLength(LIMIT.evidenceProblemsMax)
  expect(problemCount).toBe(all)
})

test('links come in pages of LIMIT.evidenceLinksPerStep, each once', async () => {
  const links = linksOf(LIMIT.evidenceLinksPerStep + 3, 1)
  const asked: number[] = []
  const query: Store['query'] = async (_, parameters = {}) => {
    const after = Number(parameters.number)
    asked.push(after)
    return links
      .slice(after, after + LIMIT.evidenceLinksPerStep)
      .map(({ source, ...of }): StoreRecord => ({ ...source, ...of }))
  }
  const pages: (readonly Link[])[] = []
  const name = { instance: 'one', source: SOURCE }
  // Of a store it asks nothing else.
  const store = { query } as Partial<Store> as Store
  for await (const page of linkPages(store, name, { from: 0, to: 1e9 })) pages.push(page)
  expect(pages.map((page) => page.length)).toEqual([LIMIT.evidenceLinksPerStep, 3])
  expect(pages.flat()).toEqual(links)
  expect(asked).toEqual([0, LIMIT.evidenceLinksPerStep, links.length])
})

test('a link of a number that no program of ours writes is met once, and then the next', async () => {
  const [link] = linksOf(1, 1)
  const row: StoreRecord = { ...link, ...SOURCE, number: '9007199254740993' }
  let asked = 0
  const query: Store['query'] = async (_, parameters = {}) => {
    asked += 1
    return asked < 5 && BigInt(String(parameters.number)) < 9_007_199_254_740_993n ? [row] : []
  }
  const pages: (readonly Link[])[] = []
  const store = { query } as Partial<Store> as Store
  const name = { instance: 'one', source: SOURCE }
  for await (const page of linkPages(store, name, { from: 0, to: 1e9 })) pages.push(page)
  expect(pages).toHaveLength(1)
})

test('links are taken together up to a weight, and each batch belongs to one step', () => {
  const half = LIMIT.evidenceLeavesPerStep / 2
  const [first, second, third, fourth] = linksOf(4, half)
  const links = [first, third, fourth].filter((link) => link !== undefined)
  expect(second).toBeDefined()
  const steps = stepsOf(links, -1, ({ events }) => events, LIMIT.evidenceLeavesPerStep)
  expect(steps.map(({ batches }) => batches)).toEqual([
    { from: 0, to: 3 },
    { from: 4, to: 4 },
  ])
  // One that is heavier than all may be goes alone.
  const alone = stepsOf(links, 0, () => LIMIT.evidenceBytesPerStep + 1, LIMIT.evidenceBytesPerStep)
  expect(alone.map((step) => step.links.length)).toEqual([1, 1, 1])
})

test('a line longer than LIMIT.evidenceLineBytesMax is none of ours', async () => {
  const path = join(folder, 'lines')
  writeFileSync(path, 'one\nand another\nthe last')
  const read = async (bytesMax?: number): Promise<readonly string[]> => {
    const texts: string[] = []
    for await (const { text, ended } of linesOf(path, true, bytesMax))
      texts.push(`${text} ${ended}`)
    return texts
  }
  expect(await read()).toEqual(['one true', 'and another true', 'the last false'])
  expect(await read(11)).toHaveLength(3)
  await expect(read(10)).rejects.toMatchObject({ code: 'export/unreadable' })
  expect(LIMIT.evidenceLineBytesMax).toBeGreaterThanOrEqual(LIMIT.webhookBodyBytesMax)
})

test('a manifest longer than LIMIT.evidenceManifestBytesMax is not read', async () => {
  const export_ = mkdtempSync(join(folder, 'export-'))
  writeFileSync(join(export_, 'public.pem'), 'none')
  writeFileSync(join(export_, 'manifest.json'), '')
  truncateSync(join(export_, 'manifest.json'), LIMIT.evidenceManifestBytesMax + 1)
  const verifying = verifyExport({ folder: export_, keys: [], anchors: [] })
  await expect(verifying).rejects.toMatchObject({ code: 'export/unreadable' })
})
