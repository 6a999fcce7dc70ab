import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Clock, systemClock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { LIMIT } from '../base/limit.ts'
import { connectStore, DATABASE } from './clickhouse.ts'
import { type EmbeddedStore, openEmbedded } from './embedded.ts'
import { Supervisor, type SupervisorEvent } from './embedded-supervisor.ts'
import type { EngineOptions } from './engine/engine-options.ts'
import type { Store } from './store.ts'
import { type Cut, openCuttingProxy } from './testing/cutting-proxy.ts'
import { codeOf, untilDone } from './testing/faults.ts'
import { nativeRows } from './testing/native-rows.ts'

// Time passes faster: what waits 5 s waits 0.5 s.
const HURRY = 10
const clock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms / HURRY, signal),
}

const TABLE = `CREATE TABLE events (id UInt64, text String) ENGINE = MergeTree ORDER BY id
  SETTINGS non_replicated_deduplication_window = 1000`

const ROWS = 20

const batch = (at: number): Parameters<Store['insert']> => [
  'events',
  `batch-${at}`,
  ['id', 'text'],
  nativeRows(Array.from({ length: ROWS }, (_, row) => [at * ROWS + row, `${at}`])),
]

const counts = async (store: Store): Promise<unknown> =>
  (await store.query('SELECT count() AS rows, uniqExact(id) AS ids FROM events'))[0]

let folder = ''
let embedded: EmbeddedStore | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckwatch-faults-'))
})
afterEach(async () => {
  await embedded?.close()
  embedded = undefined
  rmSync(folder, { recursive: true })
})

test('an engine killed at any moment of an insert loses nothing and doubles nothing', async () => {
  const events: SupervisorEvent[] = []
  embedded = await openEmbedded({ folder, clock, onEvent: (event) => events.push(event) })
  const { store } = embedded
  await store.command(TABLE)
  const kills = 4
  for (let at = 0; at < kills * 3; at += 1) {
    const isKilled = at % 3 === 1
    const first = isKilled ? store.insert(...batch(at)).catch(() => undefined) : undefined
    if (isKilled) {
      await systemClock.sleep(at)
      process.kill(embedded.pid() ?? 0, 'SIGKILL')
    }
    await first
    await untilDone(() => store.insert(...batch(at)))
  }
  expect(await counts(store)).toEqual({ rows: `${kills * 3 * ROWS}`, ids: `${kills * 3 * ROWS}` })
  expect(events.filter(({ kind }) => kind === 'ready')).toHaveLength(kills + 1)
  expect(embedded.notReady()).toBeUndefined()
})

test('an engine that stands still is killed and started again (LIMIT.engineHeartbeatMs)', async () => {
  const events: SupervisorEvent[] = []
  embedded = await openEmbedded({ folder, clock, onEvent: (event) => events.push(event) })
  const { store } = embedded
  await store.command(TABLE)
  await store.insert(...batch(0))
  const began = systemClock.elapsedMs()
  process.kill(embedded.pid() ?? 0, 'SIGSTOP')
  expect(await codeOf(store.insert(...batch(1)))).toBe('store/unreachable')
  const waited = (systemClock.elapsedMs() - began) * HURRY
  expect(waited).toBeGreaterThan(LIMIT.engineHeartbeatMs * LIMIT.engineHeartbeatsMissedMax)
  await untilDone(() => store.insert(...batch(1)))
  expect(await counts(store)).toEqual({ rows: `${2 * ROWS}`, ids: `${2 * ROWS}` })
  const silent = events.filter(({ kind }) => kind === 'silent')
  expect(silent).toHaveLength(LIMIT.engineHeartbeatsMissedMax)
  expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'silent')).toEqual([
    'ready',
    'killed',
    'ended',
    'ready',
  ])
})

test('that an engine does not start again is told each time, and why', async () => {
  const events: SupervisorEvent[] = []
  embedded = await openEmbedded({ folder, clock, onEvent: (event) => events.push(event) })
  const { store } = embedded
  const config = join(folder, 'engine', 'config.xml')
  rmSync(config)
  mkdirSync(config)
  embedded.kill()
  const failed = (): readonly SupervisorEvent[] =>
    events.filter((event) => event.kind === 'ended' && event.said.includes('EISDIR'))
  while (failed().length < 2) await systemClock.sleep(20)
  expect(embedded.notReady()).toMatch(/^the embedded store does not start: .*EISDIR/)
  rmSync(config, { recursive: true })
  await untilDone(() => store.query('SELECT 1'))
  expect(embedded.notReady()).toBeUndefined()
})

test('an engine that stands still for a moment goes on', async () => {
  embedded = await openEmbedded({ folder, clock: systemClock })
  const { store } = embedded
  await store.command(TABLE)
  const pid = embedded.pid() ?? 0
  process.kill(pid, 'SIGSTOP')
  const inserted = store.insert(...batch(0))
  await systemClock.sleep(150)
  process.kill(pid, 'SIGCONT')
  await inserted
  expect(embedded.pid()).toBe(pid)
  expect(await counts(store)).toEqual({ rows: `${ROWS}`, ids: `${ROWS}` })
})

test('the engine of an owner that is killed goes too, and the next owner has all it kept', async () => {
  const path = fileURLToPath(new URL('./testing/owner.ts', import.meta.url))
  const owner = spawn(process.execPath, [path, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const engine = await new Promise<number>((resolve) => {
    owner.stdout.once('data', (text: Buffer) => resolve(Number(text)))
  })
  expect(await codeOf(openEmbedded({ folder, clock }))).toBe('store/locked')
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  embedded = await openEmbedded({ folder, clock: systemClock })
  expect(await embedded.store.query('SELECT id FROM kept')).toEqual([{ id: '1' }])
  expect(embedded.pid()).not.toBe(engine)
})

test('a query that does not end can be ended by force', async () => {
  embedded = await openEmbedded({ folder, clock })
  const asked = codeOf(embedded.store.query('SELECT sum(cityHash64(number)) FROM numbers(1e13)'))
  await systemClock.sleep(100)
  embedded.kill()
  expect(await asked).toBe('store/unreachable')
  await untilDone(async () => await embedded?.store.query('SELECT 1'))
})

test('a statement that goes on though it was told to stop ends the engine (LIMIT.engineStopMs)', async () => {
  const { supervisor, secrets, socket } = await engineAlone(200)
  const first = supervisor.pid()
  const store = await connectStore({
    url: 'http://write@engine',
    password: secrets.write,
    socketPath: socket,
  })
  // One block, and no look up before its end.
  const long = `SELECT editDistance(materialize(repeat('a', 60000)), repeat('b', 60000))`
  const signal = AbortSignal.timeout(100)
  expect(await codeOf(store.query(long, {}, { signal }))).toBe('store/cancelled')
  await untilDone(async () => {
    await store.query('SELECT 1')
    if (supervisor.pid() === first) throw new Fault('test/same', 'not yet', { transient: true })
  })
  await store.close()
  await supervisor.close()
})

test('connections cut anywhere lose nothing and double nothing', async () => {
  const seed = Date.now() % 2 ** 31
  console.info(`seed ${seed}`)
  const random = seeded(seed)
  const { supervisor, secrets, socket } = await engineAlone(LIMIT.engineStopMs)
  let isCutting = false
  const cuts = (): Cut =>
    isCutting && random() < 0.15
      ? { of: random() < 0.5 ? 'request' : 'response', afterBytes: 1 + Math.floor(random() * 900) }
      : undefined
  const proxied = join(folder, 'proxy.sock')
  const proxy = await openCuttingProxy(proxied, socket, cuts)
  const store = await connectStore({
    url: 'http://write@engine',
    password: secrets.write,
    reader: { user: 'read', password: secrets.read },
    socketPath: proxied,
  })
  await store.command(TABLE)
  isCutting = true
  let cut = 0
  const batches = 200
  for (let at = 0; at < batches; at += 1)
    cut += (await untilDone(() => store.insert(...batch(at)))) - 1
  isCutting = false
  expect(cut).toBeGreaterThan(batches * 0.05)
  expect(await counts(store)).toEqual({ rows: `${batches * ROWS}`, ids: `${batches * ROWS}` })
  await store.close()
  await proxy.close()
  await supervisor.close()
})

/** An engine without the store before it, of which the secrets are known. */
const engineAlone = async (stopMs: number): Promise<EngineOptions & { supervisor: Supervisor }> => {
  const options: EngineOptions = {
    folder: join(folder, 'engine'),
    socket: join(folder, 'engine.sock'),
    database: DATABASE,
    memoryBytes: 419_430_400,
    stopMs,
    secrets: { write: 'w', read: 'r' },
  }
  mkdirSync(options.folder)
  const world = { clock, onEvent: () => undefined, alive: async () => true }
  const supervisor = new Supervisor(options, world)
  await supervisor.start()
  return { ...options, supervisor }
}

/** Numbers from 0 to 1, the same ones for a seed. */
const seeded = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}
