import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SourceReport, SourcesReport } from '../../model/source-health.ts'
import { emptyReport } from '../../pipeline/completeness/sources-report.ts'
import { troublesOf } from '../../pipeline/completeness/troubles.ts'
import { parseConfig } from '../serve-config/parse-config.ts'
import { run } from '../testing/memory-shell.ts'

const healthy: SourceReport = {
  ...emptyReport({ cluster: 'prod', server: 'master-1', way: 'file' }),
  events: 27_786,
  bytes: 104_024_341,
  lastEvent: '2026-11-20T21:53:13.000000Z',
  eventsPerSecond: 12.25,
  delaySeconds: 0.4,
  lagBytes: 0,
  budgetSeconds: 40_000,
  duplicates: 0,
  linked: 27_000,
  policy: {
    levels: { Metadata: 20_000, Request: 0, RequestResponse: 5_000 },
    hiddenShare: 0.31,
    receivedStage: false,
    neverSeen: [],
  },
}

const ill: SourceReport = {
  ...healthy,
  server: 'master-2\u001b[31m',
  budgetSeconds: 500,
  silentSeconds: 320,
  usualSilenceSeconds: 8,
  skewSeconds: -7.4,
  truncated: 3,
  orphans: 1,
  gaps: [{ kind: 'retention', count: 2, events: undefined, last: undefined }],
}

const report = (...sources: readonly SourceReport[]): SourcesReport => ({
  at: '2026-11-20T22:00:00.000000Z',
  live: true,
  sources: sources.map((one) => ({ ...one, troubles: troublesOf(one) })),
})

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** An instance that answers this. */
const instance = async (body: string, status = 200): Promise<string> => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/sources' ? status : 404
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const ask = async (answer: SourcesReport, ...more: readonly string[]) =>
  run(['sources', '--status', await instance(JSON.stringify(answer)), ...more])

describe('deckwatch sources', () => {
  it('shows each log in a row, and what the policy shows', async () => {
    const { exit, output } = await ask(report(healthy))
    expect(exit).toBe(0)
    expect(output).toMatch(
      /prod\/master-1 +file +6 min ago +27,786 +12 +400 ms +0 B +11 h +0 +0 +27,000\n/,
    )
    expect(output).toContain('80 % Metadata, 20 % RequestResponse; no RequestReceived')
    expect(output).toContain('31 % hidden')
    expect(output).toContain('1 source, all as it should be (as of 2026-11-20 22:00:00 UTC)')
  })

  it('says what is wrong, and exits with 1', async () => {
    const { exit, output } = await ask(report(healthy, ill))
    expect(exit).toBe(1)
    expect(output).not.toContain('\u001b')
    const text = output.replace(/\s+/g, ' ')
    expect(text).toContain('rotation deletes what is not read in 8 min')
    expect(text).toContain('nothing has come for 320 s')
    expect(text).toContain('parts of the log are lost: 2 × retention')
    expect(text).toContain("the API server's clock is 7.4 s behind ours")
    expect(text).toContain('2 sources, 1 source to look at')
  })

  it('fits its width', async () => {
    const { output } = await ask(report(healthy, ill))
    expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it('writes JSON for machines', async () => {
    const { exit, output } = await ask(report(ill), '--format', 'json')
    expect(exit).toBe(1)
    expect(JSON.parse(output)).toMatchObject({
      live: true,
      sources: [{ budgetSeconds: 500, gaps: [{ kind: 'retention', count: 2 }] }],
    })
  })

  it('says that nothing came in yet', async () => {
    expect(await ask(report())).toMatchObject({ exit: 0, output: 'nothing has come in yet\n' })
  })

  it.each([
    ['no JSON', '<html>'],
    ['no report', '{}'],
    ['a source without a name', JSON.stringify({ at: '', sources: [{ events: 1 }] })],
    [
      'a count that is a text',
      JSON.stringify({ ...report(healthy), sources: [{ ...healthy, duplicates: 'x' }] }),
    ],
    [
      'troubles that are no texts',
      JSON.stringify({ ...report(healthy), sources: [{ ...healthy, troubles: [5] }] }),
    ],
  ])('refuses %s', async (_, body) => {
    const { exit, errors } = await run(['sources', '--status', await instance(body)])
    expect(exit).toBe(3)
    expect(errors).toContain('is not deckwatch')
  })

  it('says that nothing answers, and what to do', async () => {
    const url = await instance('', 500)
    const { exit, errors } = await run(['sources', '--status', url])
    expect(exit).toBe(3)
    expect(errors).toContain('it answers 500')
    expect(errors).toContain('start deckwatch serve')
    expect((await run(['sources', '--status', 'http://127.0.0.1:1'])).exit).toBe(3)
    expect((await run(['sources', '--status', 'nonsense'])).exit).toBe(3)
  })

  it('names a data directory that is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sources-'))
    open.push(() => rmSync(folder, { recursive: true }))
    const { exit, errors } = await run(['sources', '--data', folder])
    expect(exit).toBe(3)
    expect(errors).toContain('nothing was ever kept')
    const both = await run(['sources', '--data', folder, '--status', 'http://127.0.0.1:1'])
    expect(both.exit).toBe(3)
  }, 30_000)
})

describe('the guide to what can be lost', () => {
  const guide = readFileSync(
    new URL('../../../docs/guide/what-can-be-lost.md', import.meta.url),
    'utf8',
  )

  it('shows a configuration that is accepted', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? ''
    expect(yaml).toContain('metricsScrape')
    expect(parseConfig(`data: data\n${yaml}`, 'deckwatch.yaml').issues).toEqual([])
  })
})
