import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto'
import { type Clock, systemClock } from '../../base/clock.ts'
import { linkDigest } from '../../store/evidence/chain.ts'
import type { Store } from '../../store/store.ts'
import { retain } from '../../store/upkeep/retention.ts'

/** A change to a store that nobody may make, and what must be said of it. */
export interface StoreTamper {
  readonly title: string
  readonly by: (of: TamperedStore) => Promise<void>
  /** Parts of what is told. */
  readonly told: readonly string[]
}

/** A store whose tables are changed, and put back as they were. */
export class TamperedStore {
  readonly store: Store
  /** The private key of the instance. */
  readonly key: KeyObject
  readonly #changed = new Set<string>()

  constructor(store: Store, key: KeyObject) {
    this.store = store
    this.key = key
  }

  /** Remembers how everything is. */
  async keep(): Promise<void> {
    for (const table of TABLES) {
      await this.store.command(`CREATE TABLE kept_${table} AS ${table}`)
      await this.store.command(`INSERT INTO kept_${table} SELECT * FROM ${table}`)
    }
  }

  async putBack(): Promise<void> {
    for (const table of this.#changed) {
      await this.store.command(`TRUNCATE TABLE ${table}`)
      await this.store.command(
        `INSERT INTO ${table} SELECT * FROM kept_${table} SETTINGS insert_deduplicate = 0`,
      )
    }
    this.#changed.clear()
  }

  async command(table: string, sql: string): Promise<void> {
    this.#changed.add(table)
    await this.store.command(sql)
  }

  async change(table: string, what: string): Promise<void> {
    await this.command(table, `ALTER TABLE ${table} ${what} SETTINGS mutations_sync = 1`)
  }

  async empty(): Promise<void> {
    for (const table of TABLES) await this.command(table, `TRUNCATE TABLE ${table}`)
  }

  /** A row as another one is, but for what replaces some of it. */
  async addRow(replacing: string, position: number): Promise<void> {
    await this.command(
      'events',
      `INSERT INTO events SELECT * REPLACE(${replacing}) FROM ` +
        `(SELECT * FROM kept_events WHERE ${LAST_OF_A} AND position = ${position}) ` +
        'SETTINGS insert_deduplicate = 0',
    )
  }

  /** Says that the events of the first link of server a were removed. */
  async addTombstone(key: KeyObject): Promise<void> {
    const [row] = await this.store.query(
      "SELECT instance, link FROM kept_links WHERE server = 'a' AND number = 1",
    )
    const of = { instance: row?.instance, cluster: 'prod', server: 'a', way: 'webhook' }
    const when = '2026-11-21T00:00:00.000000Z'
    const document = JSON.stringify({
      format: 'deckwatch-tombstone-1',
      ...of,
      ...{
        from: 1,
        to: 1,
        partly: [],
        leaves: [],
        events: 20,
        link: row?.link,
        why: 'retention',
        when,
      },
    })
    const signature = sign(null, Buffer.from(document), key).toString('base64')
    this.#changed.add('tombstones')
    const record = { ...of, document, signature, made_at: when }
    await this.store.insertRecords('tombstones', `t-${signature}`, [record])
  }

  /** As if some events of a link had arrived in another, long past week. */
  async moveToPast(where: string): Promise<void> {
    const past = "toDateTime64('2020-01-06 10:00:00', 6, 'UTC') AS arrived_at"
    await this.command(
      'events',
      `INSERT INTO events SELECT * REPLACE(${past}) FROM ` +
        `(SELECT * FROM kept_events WHERE ${where}) SETTINGS insert_deduplicate = 0`,
    )
    await this.change('events', `DELETE WHERE ${where} AND arrived_at > '2021-01-01 00:00:00'`)
  }

  /** Lets retention drop that week. */
  async retainPast(): Promise<void> {
    await this.#retain(systemClock, 400)
  }

  /** Lets retention drop everything, as if it were long ago. */
  async retainAll(): Promise<void> {
    const clock = { ...systemClock, nowUs: () => systemClock.nowUs() + 60 * 86_400e6 }
    await this.#retain(clock, 1)
  }

  async #retain(clock: Clock, days: number): Promise<void> {
    this.#changed.add('events').add('tombstones')
    const signed = (bytes: Uint8Array): string => sign(null, bytes, this.key).toString('base64')
    const parts = { store: this.store, shape: { kind: 'single' }, clock, sign: signed } as const
    await retain(parts, [{ days }])
  }
}

const TABLES = ['events', 'links', 'batches', 'tombstones']

const LAST_OF_A = "server = 'a' AND batch = 3"

/** Every kind of change, of what is stored of `receiveBodies`. */
export const STORE_TAMPERS: readonly StoreTamper[] = [
  {
    title: 'a bit in the bytes of an event',
    by: (of) =>
      of.change(
        'events',
        `UPDATE raw_rest = concat(substring(raw_rest, 1, 20), 'X', substring(raw_rest, 22)) ` +
          `WHERE ${LAST_OF_A} AND position = 5`,
      ),
    told: ['changed prod/a/webhook link 2: bytes of one or more of its events'],
  },
  {
    title: 'what says where an event was read',
    by: async (of) => {
      await of.change('events', `DELETE WHERE ${LAST_OF_A} AND position = 5`)
      await of.addRow('toUInt32(99) AS place_index', 5)
    },
    told: ['changed prod/a/webhook link 2: bytes of one or more of its events, or what it says'],
  },
  {
    title: 'the digest before masking',
    by: (of) =>
      of.change(
        'events',
        `UPDATE masked_from = SHA256('another') WHERE masked_from != toFixedString('', 32)`,
      ),
    told: ['changed prod/b/webhook link 2: bytes of one or more of its events'],
  },
  {
    title: 'a row deleted',
    by: (of) => of.change('events', `DELETE WHERE ${LAST_OF_A} AND position = 7`),
    told: [
      'missing prod/a/webhook link 2: 1 events are missing (batch 3, 20 events) at position 7',
    ],
  },
  {
    title: 'a row inserted beside others',
    by: (of) => of.addRow('toUInt32(99) AS position', 3),
    told: ['added prod/a/webhook link 2: 1 events are there that it does not speak of'],
  },
  {
    title: 'a row that is there twice',
    by: (of) =>
      of.command(
        'events',
        `INSERT INTO events SELECT * FROM kept_events WHERE ${LAST_OF_A} AND position = 3 ` +
          'SETTINGS insert_deduplicate = 0',
      ),
    told: [
      'added prod/a/webhook link 2: 1 events are there that it does not speak of',
      'position 3',
    ],
  },
  {
    title: 'a row inserted in a batch of another log',
    by: (of) => of.addRow('toUInt64(2) AS batch', 3),
    told: ['added prod/a/webhook batch 2: no link speaks of its 1 events'],
  },
  {
    title: 'a row inserted behind everything',
    by: (of) => of.addRow('toUInt64(1000) AS batch', 3),
    told: ['added prod/a/webhook batch 1000: no link speaks of its 1 events'],
  },
  {
    title: 'a row of a log that nobody received',
    by: (of) => of.addRow("'z' AS server", 3),
    told: ['added prod/z/webhook batch 3: no link speaks of its 1 events'],
  },
  {
    title: 'two rows swapped',
    by: (of) =>
      of.change(
        'events',
        `UPDATE position = if(position = 4, 9, 4) WHERE ${LAST_OF_A} AND position IN (4, 9)`,
      ),
    told: ['reordered prod/a/webhook link 2: its events are not in their order'],
  },
  {
    title: 'a batch deleted with its link',
    by: async (of) => {
      await of.change('events', 'DELETE WHERE batch = 1')
      await of.change('links', 'DELETE WHERE batch = 1')
      await of.change('batches', 'DELETE WHERE number = 1')
    },
    told: ['missing prod/a/webhook link 2: before it link 1 of the chain is missing'],
  },
  {
    title: 'the events of a batch deleted',
    by: (of) => of.change('events', 'DELETE WHERE batch = 1'),
    told: ['missing prod/a/webhook link 1: 20 events are missing', 'positions 0, 1, 2'],
  },
  {
    title: 'the tail cut off',
    by: async (of) => {
      await of.change('events', 'DELETE WHERE batch >= 3')
      await of.change('links', 'DELETE WHERE batch >= 3')
      await of.change('batches', 'DELETE WHERE number >= 3')
    },
    told: [
      'rolled-back prod/a/webhook link 2: it was anchored at',
      'rolled-back prod/b/webhook link 2: it was anchored at',
    ],
  },
  {
    title: 'everything put back to nothing',
    by: async (of) => {
      await of.empty()
    },
    told: ['rolled-back prod/a/webhook link 2', 'rolled-back prod/b/webhook link 2'],
  },
  {
    title: 'a batch put back, and another in its place with links that fit',
    by: async (of) => {
      await of.change('events', `DELETE WHERE ${LAST_OF_A}`)
      const [row] = await of.store.query("SELECT * FROM links WHERE server = 'a' AND number = 2")
      const leaves = hash('sha256', '')
      const link = {
        source: { cluster: 'prod', server: 'a', way: 'webhook' },
        ...{ number: 2, batch: 3, events: 0, leaves },
        reading: String(row?.reading),
        previous: String(row?.previous),
      } as const
      await of.change(
        'links',
        `UPDATE events = 0, leaves = '${leaves}', link = '${linkDigest(link)}' ` +
          "WHERE server = 'a' AND number = 2",
      )
    },
    told: ['rolled-back prod/a/webhook link 2: it is not the one that was anchored at'],
  },
  {
    title: 'a link edited',
    by: (of) => of.change('links', `UPDATE reading = concat(reading, ' ') WHERE batch = 1`),
    told: ['changed prod/a/webhook link 1: its digest is not that of what it says'],
  },
  {
    title: 'a link edited with its digest',
    by: (of) =>
      of.change('links', `UPDATE link = '${'a'.repeat(64)}' WHERE server = 'a' AND number = 1`),
    told: ['changed prod/a/webhook link 2: it does not follow link 1 as that is now'],
  },
  {
    title: 'a tombstone that nobody signed',
    by: async (of) => {
      await of.change('events', 'DELETE WHERE batch = 1')
      await of.addTombstone(generateKeyPairSync('ed25519').privateKey)
    },
    told: [
      'forged prod/a/webhook: the signature of a tombstone is not that of the key',
      'missing prod/a/webhook link 1: 20 events are missing',
    ],
  },
  {
    title: 'a signed tombstone that is used for more than it says',
    by: async (of) => {
      await of.change('events', 'DELETE WHERE batch IN (1, 3)')
      await of.addTombstone(of.key)
    },
    told: ['missing prod/a/webhook link 2: 20 events are missing'],
  },
]
