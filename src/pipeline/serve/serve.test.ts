import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import { openImport } from '../../source/import.ts'
import { hunt, serve } from '../pipeline.ts'
import type { ServeHooks, ServeOptions } from './running.ts'
import {
  ask,
  bodyOf,
  DEMO,
  demoLines,
  judging,
  LINE_HEAD,
  live,
  optionsFor,
  post,
  ruleFiles,
  until,
} from './testing/live.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-serve-'))
  folders.push(folder)
  return folder
}

const huntedIds = async (rules = ruleFiles()): Promise<readonly string[]> => {
  const report = await hunt(
    {
      ...judging(rules),
      paths: [DEMO],
      sources: ['a', 'b', 'c'].map((server) => ({
        cluster: 'shop-cluster',
        server,
        glob: `audit-${server}*`,
      })),
      since: undefined,
      until: undefined,
      strict: false,
      sha256: false,
      threads: 0,
      tool: 'test',
    },
    {},
    new AbortController().signal,
  )
  return report.findings.map(({ id, rule }) => `${id} ${rule.title}`).sort()
}

const idOf = (named: string): string => named.split(' ')[0] ?? ''

test('what is received is stored once, byte for byte, and found as by a hunt; a restart goes on', {
  timeout: 60_000,
}, async () => {
  const data = newFolder()
  const bodies = ['a', 'b', 'c'].flatMap((server) => {
    const lines = demoLines(server)
    const half = Math.floor(lines.length / 2)
    return [lines.slice(0, half), lines.slice(half)].map((some) => ({ server, some }))
  })
  const first = await live(optionsFor(data), async (instance) => {
    for (const { server, some } of bodies.slice(0, 3)) {
      expect(await post(instance, server, bodyOf(some))).toBe(200)
      // The API server did not hear the answer, and tries again.
      expect(await post(instance, server, bodyOf(some))).toBe(200)
    }
  })
  const second = await live(optionsFor(data), async (instance) => {
    for (const { server, some } of bodies.slice(2)) {
      expect(await post(instance, server, bodyOf(some))).toBe(200)
    }
    expect(await post(instance, 'a', 'no JSON at all')).toBe(200)
    // Some of it is earlier than what was judged before: that is judged again, when there is time.
    await systemClock.sleep(4_000)
  })
  const lines = bodies.flatMap(({ some }) => some)
  const [counts] = await ask(
    data,
    'SELECT count() AS events, uniqExact(event_id) AS ids, sum(length(raw)) AS bytes, ' +
      "(SELECT count() FROM gaps WHERE kind = 'quarantine') AS gaps, " +
      '(SELECT sum(events) FROM links) AS linked FROM events',
  )
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) - LINE_HEAD.length + 1, 0)
  expect(counts).toEqual({
    events: String(lines.length),
    ids: String(lines.length),
    bytes: String(bytes),
    gaps: '1',
    linked: String(lines.length),
  })
  const stored = await ask(
    data,
    "SELECT id FROM findings FINAL WHERE NOT withdrawn AND server != '' ORDER BY id",
  )
  const hunted = await huntedIds()
  const ids = new Set(stored.map(({ id }) => String(id)))
  expect(hunted.filter((one) => !ids.has(idOf(one)))).toEqual([])
  // What was found before the restart is not told again as new.
  const again = [...second.told].filter(([id, how]) => how === 'new' && first.told.has(id))
  expect(again).toEqual([])
})

test('an import is stored once, however often it is asked for, and beside a webhook it is linked', {
  timeout: 60_000,
}, async () => {
  const [data, logs] = [newFolder(), newFolder()]
  const lines = demoLines('c')
  writeFileSync(join(logs, 'audit.log'), lines.map((line) => `${line}\n`).join(''))
  await live(optionsFor(data), async (instance) => {
    expect(await post(instance, 'c', bodyOf(lines))).toBe(200)
  })
  const names = [{ cluster: 'shop-cluster', server: 'c', glob: '*' }]
  const options: ServeOptions = {
    ...optionsFor(data, { webhook: undefined }),
    importing: async (keep, stored, signal) => {
      const reading = { paths: [logs], names, stored, clock: systemClock, signal }
      for await (const { delivery, bytes } of await openImport(reading)) await keep(delivery, bytes)
    },
  }
  const hooks: ServeHooks = { finding: () => {}, log: () => {} }
  for (let n = 0; n < 2; n += 1) await serve(options, hooks, new AbortController().signal)
  const rows = await ask(
    data,
    'SELECT way, count() AS events, uniqExact(content) AS contents, countIf(copy) AS copies ' +
      'FROM events GROUP BY way ORDER BY way',
  )
  const all = String(lines.length)
  expect(rows.map(({ way, events, contents }) => ({ way, events, contents }))).toEqual([
    { way: 'webhook', events: all, contents: all },
    { way: 'import', events: all, contents: all },
  ])
  const [linked] = await ask(data, 'SELECT uniqExact(content) AS contents FROM events')
  expect(linked).toEqual({ contents: all })
})

test('rules are loaded again between two deliveries, and findings follow them', {
  timeout: 60_000,
}, async () => {
  const data = newFolder()
  const exec = ruleFiles().filter(({ file }) => file.endsWith('pod-exec.yaml'))
  expect(exec).toHaveLength(1)
  const lines = demoLines('a')
  const life = await live({ ...optionsFor(data), judging: judging([]) }, async (instance, so) => {
    expect(await post(instance, 'a', bodyOf(lines.slice(0, 50)))).toBe(200)
    await until(async () => (await instance.status.metrics()).includes('way="webhook"} 50'))
    await instance.reload(judging(exec))
    expect(so.told.size).toBe(0)
    expect(await post(instance, 'a', bodyOf(lines.slice(50)))).toBe(200)
  })
  const hunted = await huntedIds(exec)
  expect(life.told.size).toBeGreaterThan(0)
  for (const id of life.told.keys()) expect(hunted.map(idOf)).toContain(id)
})

test('LIMIT.drainMs, LIMIT.signalsRestoredMax and the other bounds of serve are bounds of time and of memory', () => {
  expect(LIMIT.drainMs).toBeLessThan(30_000)
  expect(LIMIT.contentsRememberedMax).toBeGreaterThan(LIMIT.toldRememberedMax)
  expect(LIMIT.signalsRestoredMax).toBeGreaterThan(LIMIT.liveWaitingActsMax)
})
