import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { redactBlock } from '../decode/redact-raw.ts'
import type { Report } from '../model/finding.ts'
import { hunt } from './pipeline.ts'

const RULES = new URL('../../content/rules/', import.meta.url)
const DEMO = new URL('../../demo/shop-cluster/', import.meta.url)
const LAB = new URL('../../../shared/corpus/lab/', import.meta.url)

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-redacted-'))
afterAll(() => rmSync(folder, { recursive: true }))

const filesBelow = (place: URL, ending: string): readonly { file: string; text: string }[] =>
  readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending) && !file.endsWith('.cases.yaml'))
    .map((file) => ({ file, text: readFileSync(new URL(file, place), 'utf8') }))

const run = (path: string): Promise<Report> =>
  hunt(
    {
      paths: [path],
      sources: [],
      rules: filesBelow(RULES, '.yaml'),
      lists: [],
      since: undefined,
      until: undefined,
      proxies: [],
      clusterRanges: [],
      strict: false,
      sha256: false,
      threads: 0,
      tool: 'test',
    },
    {},
    new AbortController().signal,
  )

/** Writes the logs of a folder as they are, and with their secrets masked. */
const twoCopies = (
  place: URL,
  ending: string,
  name: string,
): { plain: string; masked: string; count: number } => {
  const [plain, masked] = ['plain', 'masked'].map((kind) => join(folder, kind, name))
  if (plain === undefined || masked === undefined) throw new Error('no folders')
  mkdirSync(plain, { recursive: true })
  mkdirSync(masked, { recursive: true })
  let count = 0
  for (const file of readdirSync(fileURLToPath(place))) {
    if (!file.endsWith(ending)) continue
    const bytes = zstdDecompressSync(readFileSync(new URL(file, place)))
    writeFileSync(join(plain, file.slice(0, -4)), bytes)
    count += redactBlock(bytes).count
    writeFileSync(join(masked, file.slice(0, -4)), bytes)
  }
  return { plain, masked, count }
}

const idsOf = (report: Report): readonly string[] =>
  report.findings.map((one) => `${one.rule.id} ${one.id}`).sort()

/** Findings, and what could not be told, are the same on masked bytes as on those that came. */
const isSame = async (place: URL, ending: string, name: string): Promise<number> => {
  const { plain, masked, count } = twoCopies(place, ending, name)
  const [before, after] = [await run(plain), await run(masked)]
  expect(idsOf(after)).toEqual(idsOf(before))
  expect(after.coverage).toEqual(before.coverage)
  expect(after.totals.events).toBe(before.totals.events)
  expect(before.findings.length).toBeGreaterThan(0)
  return count
}

describe('secrets that are masked change no finding', () => {
  test('the demo', async () => {
    await isSame(DEMO, '.log.zst', 'demo')
  })

  test.skipIf(!existsSync(LAB))(
    'lab/full (needs ../shared/corpus)',
    async () => {
      expect(await isSame(new URL('full/', LAB), '-c.log.zst', 'full')).toBeGreaterThan(200)
    },
    60_000,
  )
})
