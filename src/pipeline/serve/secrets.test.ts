import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import {
  canariesIn,
  type PlantedSecret,
  plantedSecrets,
} from '../../decode/testing/planted-secrets.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { newSealKeys, openSealed } from '../../store/seal.ts'
import type { ServeOptions } from './running.ts'
import { bodyOf, LINE_HEAD, live, optionsFor, post, until } from './testing/live.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-secrets-'))
const data = join(folder, 'data')
const keys = newSealKeys((bytes) => new Uint8Array(bytes).fill(7))
const planted = plantedSecrets()
const canaries = planted.map(({ canary }) => canary)
/** Whole lines, as an API server writes them. */
const native = planted.filter(({ line }) => line.startsWith(LINE_HEAD) && isJson(line))
const said: string[] = []
const told: string[] = []

afterAll(() => rmSync(folder, { recursive: true }))

/**
 * One line of each secret by the webhook, all of them in a file, and some in a body of no shape.
 */
beforeAll(async () => {
  const log = join(folder, 'audit.log')
  writeFileSync(log, '')
  const options: ServeOptions = {
    ...optionsFor(data, {
      files: [{ path: log, cluster: 'shop-cluster', server: 'f', from: 'start' }],
    }),
    sealKey: keys.publicKey,
  }
  const life = await live(options, async (instance) => {
    writeFileSync(log, planted.map(({ line }) => `${oneLine(line)}\n`).join(''))
    expect(await post(instance, 'w', bodyOf(native.map(({ line }) => line)))).toBe(200)
    expect(await post(instance, 'w', `no JSON ${native.map(({ line }) => line).join(' ')}`)).toBe(
      200,
    )
    await until(async () => eventsIn(await instance.status.metrics()) > planted.length)
    told.push(JSON.stringify(await instance.status.sources()), await instance.status.metrics())
  })
  said.push(...life.logged)
}, 60_000)

/** Events that were taken, by the metrics. */
const eventsIn = (metrics: string): number =>
  [...metrics.matchAll(/^deckwatch_events_total{.*} (\d+)/gm)]
    .map(([, count]) => Number(count))
    .reduce((sum, count) => sum + count, 0)

test('no planted secret is in any column of any table, in any writing of it', async () => {
  const found = new Map<string, readonly string[]>()
  let events = 0
  const { store, close } = await openEmbedded({ folder: data, clock: systemClock })
  try {
    const columns = await store.query(
      'SELECT table, name FROM system.columns WHERE database = currentDatabase() ' +
        "AND NOT (table = 'events' AND name = 'sealed') ORDER BY table, position",
    )
    expect(columns.length).toBeGreaterThan(200)
    for (const { table, name } of columns) {
      const rows = store.stream(`SELECT \`${name}\` AS value FROM \`${table}\``)
      for await (const some of rows) {
        if (table === 'events' && name === 'raw') events += some.length
        // Each value by itself: one long text would be read as another writing.
        const bytes = Buffer.from(some.map(({ value }) => JSON.stringify(value)).join('\n'))
        const there = canariesIn(bytes, canaries)
        if (there.length > 0) found.set(`${table}.${name}`, there.map(placeOf))
      }
    }
  } finally {
    await close()
  }
  expect(events).toBeGreaterThan(planted.length)
  expect(Object.fromEntries(found)).toEqual({})
})

test('none is in any file of the data directory: log, quarantine, spool, keys, anchor', () => {
  const files = filesBelow(data).filter((path) => !path.includes('/engine/store/'))
  expect(files.length).toBeGreaterThan(5)
  for (const path of files) {
    expect({ path, found: canariesIn(readFileSync(path), canaries).map(placeOf) }).toEqual({
      path,
      found: [],
    })
  }
})

test('none was said in the log of the program, its metrics or its list of sources', () => {
  expect(said.length).toBeGreaterThan(0)
  expect(canariesIn(Buffer.from([...said, ...told].join('\n')), canaries).map(placeOf)).toEqual([])
})

test('the originals are there for the owner of the key, and for nobody else', async () => {
  const { store, close } = await openEmbedded({ folder: data, clock: systemClock })
  try {
    const rows = await store.query(
      'SELECT lower(hex(sealed)) AS sealed, lower(hex(event_id)) AS id, ' +
        "lower(hex(original)) AS original FROM events WHERE sealed != '' AND way = 'webhook'",
    )
    const open = openSealed(keys.privateKey)
    const opened = rows.map(({ sealed, id }) =>
      open(Buffer.from(String(sealed), 'hex'), Buffer.from(String(id), 'hex')),
    )
    expect(opened.length).toBeGreaterThan(100)
    const there = new Set(canariesIn(Buffer.concat(opened), canaries))
    expect(native.filter(({ canary }) => !there.has(canary)).map(({ place }) => place)).toEqual([])
  } finally {
    await close()
  }
})

const placeOf = (canary: string): string =>
  planted.find((one: PlantedSecret) => one.canary === canary)?.place ?? canary

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false // Torn, or two glued together.
  }
}

const oneLine = (line: string): string => line.replaceAll('\n', ' ')

const filesBelow = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((each) => statSync(each).isFile())
