import { hash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { readNative } from '../base/testing/read-native.ts'
import { decodeBlock } from '../decode/decode.ts'
import { contentDigest, eventId, eventPlace } from '../detect/act.ts'
import { eventColumns, eventRow } from '../detect/columns.ts'
import { microsecondsOf, timeText } from '../detect/time.ts'
import { enrich } from '../enrich/enrich.ts'
import type { AuditEvent, Source } from '../model/event.ts'
import { openEmbedded } from '../store/embedded.ts'
import { createTable } from '../store/schema/ddl.ts'
import { migrate } from '../store/schema/migrations.ts'
import { storeTables } from '../store/schema/tables.ts'
import type { Store } from '../store/store.ts'
import { EventBatch, INSERTED_COLUMNS } from './event-table.ts'
import { EVENT_TABLE_COLUMNS } from './event-table-columns.ts'

const SOURCE: Source = {
  cluster: 'a "b"/c\u0001\u2028é',
  server: "cp'1",
  file: '/var/log/a\\b.log',
}
const FINGERPRINT = 'ab'.repeat(16)
const ARRIVED_US = 1_795_168_800_123_456

interface Read {
  readonly event: AuditEvent
  readonly raw: Uint8Array
}

const eventsIn = (bytes: Buffer): readonly Read[] => {
  const found: Read[] = []
  decodeBlock(
    bytes,
    0,
    SOURCE,
    { strict: false },
    {
      event: (event) => {
        const { offset, length } = event.origin
        found.push({ event, raw: bytes.subarray(offset, offset + length) })
      },
      issue: () => {},
      shape: () => {},
    },
  )
  return found
}

const recording = (): Buffer =>
  zstdDecompressSync(
    readFileSync(new URL('../../demo/shop-cluster/audit-a.log.zst', import.meta.url)),
  )

/** Lines that nobody sends by accident, and an envelope that holds two events. */
const hostile = (): Buffer => {
  const line = (changes: object): object => ({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: '3f2c1a52-6f0e-4f0e-9d0f-1d8e1c9a7b11',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/pods?limit=1',
    verb: 'list',
    user: { username: 'a' },
    requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
    stageTimestamp: '2026-11-20T10:00:00.100000Z',
    ...changes,
  })
  const lines = [
    ...[
      '',
      '{"kind":"Event"',
      'kind',
      'é'.repeat(20),
      '"'.repeat(9),
      '\\'.repeat(9),
      'x'.repeat(999),
    ],
    ...['/api/v1/pods', '2026-11-20T10:00:00', '\ud800'.repeat(9), 'ResponseComplete'],
  ].flatMap((text) => [
    line({ auditID: text }),
    line({ requestURI: text }),
    line({ auditID: text, requestURI: text }),
  ])
  const odd = ['/%2e%2e/a?b', '//x?y?z', '?', '/a&b<c>', '*'].map((requestURI) =>
    line({ requestURI }),
  )
  const list = JSON.stringify({
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    items: [...odd, line({})],
  })
  return Buffer.from([...lines, ...odd].map((one) => `${JSON.stringify(one)}\n`).join('') + list)
}

/** What every row of the store must say of an event, by the functions of this program. */
const saidOf = ({ event, raw }: Read, at: number, masked: boolean): object => ({
  event_id: eventId(event, FINGERPRINT),
  place: eventPlace(event, FINGERPRINT),
  content: contentDigest(raw, event.origin.within ?? 0),
  original: masked ? 'cd'.repeat(32) : hash('sha256', raw),
  raw: Buffer.from(raw).toString('hex'),
  place_length: event.origin.length,
  place_fingerprint: FINGERPRINT,
  request_path: enrich(event).request.path?.toWellFormed() ?? null,
  cluster: SOURCE.cluster,
  server: SOURCE.server,
  place_file: SOURCE.file,
  way: 'file',
  position: at,
  batch: '7',
  instance: 'one',
  copy: at % 5 === 0,
  sealed: masked ? '00ff' : '',
})

const ASKED = `SELECT lower(hex(event_id)) AS event_id, place, lower(hex(content)) AS content,
  lower(hex(original)) AS original, lower(hex(raw)) AS raw, place_length, place_fingerprint,
  request_path, cluster, server, place_file, way, position, batch, instance, copy,
  lower(hex(sealed)) AS sealed FROM events ORDER BY position`

const FACTS = eventColumns().map(({ name }) => name)

/** A row as ClickHouse shows it: times have six decimals, and what is left out is NULL. */
const storedFacts = (row: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(
    eventColumns().map(({ name, type }) => {
      const value = row[name] ?? null
      if (!type.includes('DateTime') || typeof value !== 'string') return [name, value]
      const time = timeText(microsecondsOf(value) ?? 0)
      return [name, time.replace('T', ' ').replace('Z', '')]
    }),
  )

const isMasked = (at: number): boolean => at % 7 === 3

const fill = (batch: EventBatch, events: readonly Read[]): void => {
  events.forEach(({ event, raw }, at) => {
    const masked = isMasked(at) ? { original: 'cd'.repeat(32), sealed: Uint8Array.of(0, 255) } : {}
    const more = { way: 'file', arrivedUs: ARRIVED_US, fingerprint: FINGERPRINT } as const
    batch.add(enrich(event), { ...more, copy: at % 5 === 0, raw, ...masked })
  })
}

describe('the rows of a batch', () => {
  it('have what eventRow says, for every event of a recording', () => {
    const events = eventsIn(recording()).slice(0, 6_000)
    const batch = new EventBatch()
    fill(batch, events)
    expect(batch.count).toBe(events.length)
    const read = readNative(batch.take(1).blocks[0] ?? new Uint8Array())
    const names = eventColumns().filter(({ name }) => read.has(name))
    events.forEach(({ event }, at) => {
      const row = eventRow(enrich(event))
      for (const { name, type } of names) {
        const value = row[name] ?? null
        const isTime = type.includes('DateTime') && typeof value === 'string'
        const expected = isTime ? BigInt(microsecondsOf(value) ?? 0) : value
        // Comparing with expect costs more than all the rest together.
        const found = read.get(name)?.[at]
        if (found !== expected) expect(found, name).toEqual(expected)
      }
    })
    expect(batch.count).toBe(0)
    expect(batch.take(2)).toEqual({ blocks: [], count: 0 })
  })
})

describe('the statements that make the tables', () => {
  it.each([
    ['single', { kind: 'single' }],
    ['cluster', { kind: 'cluster', name: 'main', database: 'deckwatch' }],
  ] as const)('are those of testing/tables-%s.sql', async (name, target) => {
    const statements = storeTables(EVENT_TABLE_COLUMNS).flatMap((one) => createTable(one, target))
    const text = statements.map((one) => `${one};\n`).join('\n')
    await expect(text).toMatchFileSnapshot(`testing/tables-${name}.sql`)
  })
})

describe('the table of events', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-events-'))
  let store: Store
  let close: () => Promise<void>

  beforeAll(async () => {
    const opened = await openEmbedded({ folder, clock: systemClock })
    store = opened.store
    close = () => opened.close()
    await migrate(store, { kind: 'single' }, EVENT_TABLE_COLUMNS)
  }, 30_000)

  afterAll(async () => {
    await close()
    rmSync(folder, { recursive: true })
  })

  it('gives back the bytes, and computes ids and digests as the program does', async () => {
    const events = [...eventsIn(hostile()), ...eventsIn(recording()).slice(0, 1_500)]
    expect(events.length).toBeGreaterThan(1_530)
    const batch = new EventBatch('one')
    fill(batch, events)
    await store.insert('events', 'one-7', INSERTED_COLUMNS, batch.take(7))
    const rows = await store.query(ASKED)
    expect(rows).toEqual(events.map((one, at) => saidOf(one, at, isMasked(at))))
    const facts = await store.query(
      `SELECT ${FACTS.map((name) => `\`${name}\``).join(', ')} FROM events ORDER BY position`,
    )
    expect(facts).toEqual(events.map(({ event }) => storedFacts(eventRow(enrich(event)))))
  }, 30_000)
})
