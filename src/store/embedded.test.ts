import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../base/clock.ts'
import { LIMIT } from '../base/limit.ts'
import { type EmbeddedStore, openEmbedded } from './embedded.ts'
import { reachEmbedded } from './embedded-access.ts'
import { readAccess, writeAccess } from './engine-access.ts'
import type { Store } from './store.ts'
import { codeOf, faultOf, untilDone } from './testing/faults.ts'
import { nativeRows } from './testing/native-rows.ts'

const TABLE = `(id UInt64, text String) ENGINE = MergeTree ORDER BY id
  SETTINGS non_replicated_deduplication_window = 1000`

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-store-'))
let embedded: EmbeddedStore
let store: Store

beforeAll(async () => {
  embedded = await openEmbedded({ folder, clock: systemClock })
  store = embedded.store
})
afterAll(async () => {
  await embedded.close()
  rmSync(folder, { recursive: true })
})

const HOSTILE = 'a\'b\\c\t\n\r\0`"é😀--/*;{x:String}'

describe('rows and answers', () => {
  test('rows come back as they were, and once for a token', async () => {
    await store.command(`CREATE TABLE rows ${TABLE}`)
    const rows = nativeRows([
      [1, HOSTILE],
      [2 ** 52, ''],
    ])
    const twice = { blocks: [...rows.blocks, ...nativeRows([[3, 'x']]).blocks], count: 3 }
    for (const _ of ['first', 'again']) await store.insert('rows', 'a', ['id', 'text'], twice)
    expect(await store.query('SELECT * FROM rows ORDER BY id')).toEqual([
      { id: '1', text: HOSTILE },
      { id: '3', text: 'x' },
      { id: '4503599627370496', text: '' },
    ])
    // One block, one part: the token stands for all of the batch.
    const parts = "SELECT count() AS parts FROM system.parts WHERE table = 'rows' AND active"
    expect(await store.query(parts)).toEqual([{ parts: '1' }])
  })

  test('records come back as they were, and once for a token', async () => {
    await store.command(`CREATE TABLE records ${TABLE}`)
    const records = [{ id: '18446744073709551615', text: HOSTILE }, { text: 'no id' }]
    for (const _ of ['first', 'again']) await store.insertRecords('records', 'a', records)
    expect(await store.query('SELECT * FROM records ORDER BY id DESC')).toEqual([
      { id: '18446744073709551615', text: HOSTILE },
      { id: '0', text: 'no id' },
    ])
    const unknown = store.insertRecords('records', 'b', [{ id: 1, other: 2 }])
    expect(await codeOf(unknown)).toBe('store/refused')
  })

  test('records of any text are taken: no event may stop those beside it', async () => {
    await store.command(
      `CREATE TABLE texts (id UInt64, text String) ENGINE = MergeTree ORDER BY id`,
    )
    const texts = ['\ud800', '\udc00\ud800', 'a\u0000b', '\ud83d\ude00', '\\ud800']
    await store.insertRecords(
      'texts',
      'a',
      [...texts].map((text, id) => ({ id, text })),
    )
    const rows = await store.query('SELECT text FROM texts ORDER BY id')
    expect(rows.map(({ text }) => text)).toEqual(texts.map((text) => text.toWellFormed()))
  })

  test('parameters are values, however long', async () => {
    const long = HOSTILE.repeat(10_000)
    for (const text of [HOSTILE, long]) {
      const sql = 'SELECT {text:String} AS text, {list:Array(String)} AS list'
      const [row] = await store.query(sql, { text, list: [text, ''] })
      expect(row).toEqual({ text, list: [text, ''] })
    }
  })

  test('a stream has all rows, and its error at its end', async () => {
    let rows = 0
    for await (const some of store.stream('SELECT number FROM numbers(200_000)'))
      rows += some.length
    expect(rows).toBe(200_000)
    const failing = async (): Promise<void> => {
      const sql = 'SELECT throwIf(number = 1_000_000) AS x FROM numbers(2_000_000)'
      for await (const some of store.stream(sql)) rows += some.length
    }
    expect((await faultOf(failing())).message).toContain('395 FUNCTION_THROW_IF')
    expect(rows).toBeGreaterThan(200_000)
  })
})

describe('bounds', () => {
  test('of rows and bytes of an answer', async () => {
    const many = store.query(`SELECT number FROM numbers(${LIMIT.storeResultRows + 1})`)
    expect((await faultOf(many)).message).toContain('396 TOO_MANY_ROWS')
    expect(await codeOf(many)).toBe('store/refused')
    const rows = Math.ceil(LIMIT.engineAnswerBytesMax / 1_000_000)
    const wide = `SELECT repeat('x', 1_000_000) AS x FROM numbers(${rows})`
    const large = await faultOf(store.query(wide, {}, { memoryBytes: 2 ** 30 }))
    expect(large.message).toContain('396 TOO_MANY_ROWS_OR_BYTES')
  })

  test('of memory: overloaded, and the engine lives on', async () => {
    const sql = `SELECT length(groupArray(number)) FROM numbers(${LIMIT.storeQueryMemoryBytes / 4})`
    const fault = await faultOf(store.query(sql))
    expect(fault).toMatchObject({ code: 'store/overloaded', transient: true })
    expect(fault.message).toContain('241 MEMORY_LIMIT_EXCEEDED')
    expect(await store.ping()).toBe(true)
  })

  test('of time: overloaded; a caller who gives up is told so', async () => {
    const endless = 'SELECT sum(cityHash64(number)) FROM numbers(1_000_000_000_000)'
    expect(await codeOf(store.query(endless, {}, { seconds: 0.2 }))).toBe('store/overloaded')
    const signal = AbortSignal.timeout(100)
    expect(await codeOf(store.query(endless, {}, { signal }))).toBe('store/cancelled')
  })

  test('of statements at a time', async () => {
    const slow = 'SELECT sum(cityHash64(number)) FROM numbers(1_000_000_000_000)'
    const stop = new AbortController()
    const asked = Array.from({ length: LIMIT.engineStatementsMax + 1 }, () =>
      codeOf(store.query(slow, {}, { signal: stop.signal })),
    )
    expect(await Promise.race(asked)).toBe('store/overloaded')
    stop.abort()
    const codes = await Promise.all(asked)
    expect(codes.filter((code) => code === 'store/cancelled')).toHaveLength(
      LIMIT.engineStatementsMax,
    )
    // The engine stopped what nobody waits for any more.
    await untilDone(async () => void (await store.query('SELECT 1')))
  })

  test('of the size of a statement', async () => {
    const text = 'x'.repeat(LIMIT.engineStatementBytesMax)
    const fault = await faultOf(store.query('SELECT {text:String}', { text }))
    expect(fault).toMatchObject({ code: 'store/refused', transient: false })
    expect(fault.message).toContain('Max query size exceeded')
  })

  test('of the head of a request, and a wrong secret', async () => {
    const socketPath = join(folder, 'engine', 'engine.sock')
    const statusOf = (path: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const asked = request({ socketPath, path, auth: `write:${'0'.repeat(64)}` }, (answer) => {
          answer.resume()
          resolve(answer.statusCode ?? 0)
        })
        asked.on('error', reject).end()
      })
    expect(await statusOf(`/?a=${'x'.repeat(LIMIT.engineHeadBytesMax)}`)).toBe(431)
    expect(await statusOf('/?query=SELECT+1')).toBe(401)
    expect(await statusOf('/ping')).toBe(200)
  })
})

describe('what only reads', () => {
  test.each([
    ["SELECT 1 INTO OUTFILE 'stolen'"],
    ["SELECT file('config.xml')"],
    ["SELECT * FROM file('config.xml', 'LineAsString')"],
    ['SELECT 1 SETTINGS readonly = 0'],
    ['SELECT 1; DROP TABLE rows'],
    ['DROP TABLE rows'],
    ['SELECT * FROM system.processes'],
  ])('may not: %s', async (sql) => {
    expect(await codeOf(store.query(sql))).toBe('store/refused')
    expect(readdirSync(join(folder, 'engine'))).not.toContain('stolen')
  })
})

describe('the data directory', () => {
  test('is for its owner alone', () => {
    const modeOf = (name: string): number => statSync(join(folder, name)).mode & 0o777
    expect(modeOf('lock')).toBe(0o600)
    expect(modeOf('engine')).toBe(0o700)
    for (const name of ['config.xml', 'engine.sock']) {
      expect(modeOf(join('engine', name))).toBe(0o600)
    }
    for (const name of ['data', 'spool']) expect(modeOf(join('engine', name))).toBe(0o700)
  })

  test('that cannot be made is a fault', async () => {
    const under = join(folder, 'lock', 'folder')
    expect(await codeOf(openEmbedded({ folder: under, clock: systemClock }))).toBe('store/folder')
  })

  test('has one owner', async () => {
    const fault = await faultOf(openEmbedded({ folder, clock: systemClock }))
    expect(fault.code).toBe('store/locked')
    expect(fault.message).toContain(`process ${process.pid}`)
  })

  test('has one engine, even if the lock is lost', async () => {
    rmSync(join(folder, 'lock'))
    const hasty: Clock = { ...systemClock, elapsedMs: () => systemClock.elapsedMs() * 1_000 }
    expect(await codeOf(openEmbedded({ folder, clock: hasty }))).toBe('store/locked')
  })

  test('may have a long and odd name', async () => {
    const deep = join(folder, `{a,b}*?'"${'x'.repeat(100)}`)
    const other = await openEmbedded({ folder: deep, clock: systemClock })
    await other.store.command(`CREATE TABLE rows ${TABLE}`)
    await other.store.insert('rows', 'a', ['id', 'text'], nativeRows([[1, 'x']]))
    expect(await other.store.query('SELECT * FROM rows')).toEqual([{ id: '1', text: 'x' }])
    await other.close()
    expect(existsSync(join(deep, 'lock'))).toBe(false)
  })
})

test('what an owner that was killed left of how to reach its engine reaches nobody', async () => {
  const other = mkdtempSync(join(tmpdir(), 'deckwatch-stale-'))
  const engine = join(other, 'engine')
  mkdirSync(engine)
  writeAccess(engine, { socket: 'gone', secrets: { write: 'w', read: 'r' } })
  const opening = openEmbedded({ folder: other, clock: systemClock })
  // It is starting, and has the lock.
  expect(readAccess(engine)).toBeUndefined()
  expect(await codeOf(reachEmbedded(other, systemClock))).toBe('store/locked')
  const opened = await opening
  expect(readAccess(engine)?.socket).toContain(other)
  await opened.close()
  rmSync(other, { recursive: true })
})
