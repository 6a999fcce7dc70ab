import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { openEmbedded } from '../embedded.ts'
import type { Store } from '../store.ts'
import { FEW_EVENT_COLUMNS } from '../testing/event-columns.ts'
import { MIGRATIONS, type Migration, migrate, versionOf } from './migrations.ts'
import { storeTables } from './tables.ts'

/** The tables as version 1 made them, by its own words. */
const V1 = readFileSync(new URL('../testing/tables-v1.sql', import.meta.url), 'utf8')
  .split(';\n')
  .map((statement) => statement.trim())
  .filter((statement) => statement !== '')

const SINGLE = { kind: 'single' } as const

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-migrations-'))
const opened = await openEmbedded({ folder, clock: systemClock })
const { store } = opened
afterAll(async () => {
  await opened.close()
  rmSync(folder, { recursive: true })
})

const columnsOf = async (table: string): Promise<readonly string[]> => {
  const rows = await store.query(
    'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND ' +
      'table = {table:String} ORDER BY name',
    { table },
  )
  return rows.map(({ name, type }) => `${name} ${type}`)
}

const expectCurrent = async (): Promise<void> => {
  for (const { name, columns } of storeTables(FEW_EVENT_COLUMNS)) {
    const expected = columns.map((column) => `${column.name} ${column.type}`)
    expect(await columnsOf(name), name).toEqual(expected.sort())
  }
}

const beginWithV1 = async (): Promise<void> => {
  for (const statement of V1) await store.command(statement)
  await store.insertRecords('migrations', 'v1', [{ version: 1, about: 'the tables' }])
}

const upgrade = (migrations?: readonly Migration[]): Promise<readonly number[]> =>
  migrate(store, SINGLE, FEW_EVENT_COLUMNS, migrations)

describe('putting the tables of this version in force', () => {
  beforeEach(async () => {
    for (const { name } of storeTables(FEW_EVENT_COLUMNS)) {
      await store.command(`DROP TABLE IF EXISTS ${name} SYNC`)
    }
  })

  it('makes all of them where there are none, and then has nothing more to do', async () => {
    expect(await upgrade()).toEqual(MIGRATIONS.map(({ version }) => version))
    await expectCurrent()
    expect(await upgrade()).toEqual([])
    expect(await store.query('SELECT version, about FROM migrations ORDER BY version')).toEqual(
      MIGRATIONS.map(({ version, about }) => ({ version, about })),
    )
  })

  it('goes on from version 1 while a program of that version inserts, and loses no row', async () => {
    await beginWithV1()
    const writer = new OldWriter(store)
    const writing = writer.run()
    await writer.wrote(3)
    expect(await upgrade()).toEqual([2])
    await writer.wrote(writer.batches + 3)
    writer.stop()
    await writing
    await expectCurrent()
    expect(await store.query('SELECT count() AS n, uniqExact(batch) AS b FROM events')).toEqual([
      { n: String(2 * writer.batches), b: String(writer.batches) },
    ])
    expect(await store.query('SELECT DISTINCT instance FROM events')).toEqual([{ instance: '' }])
  }, 20_000)

  it('can be stopped after any step and begun again', async () => {
    await beginWithV1()
    await store.command('ALTER TABLE events ADD COLUMN instance LowCardinality(String)')
    expect(await upgrade()).toEqual([2])
    await store.command('DROP TABLE signals SYNC')
    await store.command('TRUNCATE TABLE migrations')
    expect(await upgrade()).toEqual([1, 2])
    await expectCurrent()
  })

  it('refuses a store that a newer program has changed', async () => {
    await upgrade()
    await store.insertRecords('migrations', 'newer', [{ version: 99, about: 'the future' }])
    await expect(upgrade()).rejects.toMatchObject({ code: 'store/newer-schema' })
    await expect(upgrade()).rejects.toThrow('the store has version 99 of its tables')
    expect(await versionOf(store)).toBe(99)
  })

  it('makes tables that take a batch of more clusters than ClickHouse allows by itself', async () => {
    await upgrade()
    const rows = Array.from({ length: 101 }, (_, at) => ({
      cluster: `cluster-${at}`,
      arrived_at: '2026-11-20T10:00:00Z',
    }))
    await store.insertRecords('events', 'many', rows)
    expect(await store.query('SELECT count() AS n FROM events')).toEqual([{ n: '101' }])
  })

  it('makes a table in which the latest version of a finding counts, weeks later too', async () => {
    await upgrade()
    const finding = { id: 'f'.repeat(32), cluster: 'c', document: '{}' }
    const told = (version: number, day: string, time: string): Promise<void> =>
      store.insertRecords('findings', `f${version}`, [
        { ...finding, version, told_at: `${day}T00:00:00Z`, time },
      ])
    await told(2, '2026-11-20', '2026-11-01T10:00:00.000001Z')
    await told(1, '2026-11-01', 'no time at all')
    const asked = 'SELECT version, toString(received_at) AS at FROM findings'
    expect(await store.query(`${asked} FINAL`)).toEqual([
      { version: '2', at: '2026-11-01 10:00:00.000001' },
    ])
    expect(await store.query(`${asked} WHERE version = 1`)).toEqual([
      { version: '1', at: '1970-01-01 00:00:00.000000' },
    ])
  })

  it('has steps that follow one upon the other', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, at) => at + 1))
  })
})

/** A program of version 1: it names the columns it knows, and inserts on and on. */
class OldWriter {
  batches = 0
  readonly #store: Store
  #stopped = false
  #waiting: (() => void)[] = []

  constructor(store: Store) {
    this.#store = store
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const row = { cluster: 'c', batch: this.batches, arrived_at: '2026-11-20T10:00:00Z' }
      await this.#store.insertRecords('events', `old-${this.batches}`, [row, row])
      this.batches += 1
      for (const wake of this.#waiting.splice(0)) wake()
    }
  }

  async wrote(batches: number): Promise<void> {
    while (this.batches < batches) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }

  stop(): void {
    this.#stopped = true
  }
}
