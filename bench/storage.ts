import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constants, zstdCompressSync } from 'node:zlib'
import { Session } from 'chdb'
import { decodeBlock } from '../src/decode/decode.ts'
import { enrich } from '../src/enrich/enrich.ts'
import type { AuditEvent } from '../src/model/event.ts'
import { EventBatch, INSERTED_COLUMNS, type StoredEvent } from '../src/pipeline/event-table.ts'
import { EVENT_TABLE_COLUMNS } from '../src/pipeline/event-table-columns.ts'
import { createTable } from '../src/store/schema/ddl.ts'
import { storeTables } from '../src/store/schema/tables.ts'
import { type Corpus, META, makeCorpus } from './corpus.ts'
import { FIGURES, type Figure, type Measured } from './figure.ts'
import { deviationOf, isRestless, median } from './measure.ts'

/** How much is stored, and how often inserting is measured. */
export interface StorageEffort {
  readonly corpusBytes: number
  readonly rounds: number
}

/**
 * What a stored event takes on disk, against its bytes compressed as hard as zstd can; and what it
 * costs to insert, against the same rows as JSON, which ClickHouse has to parse.
 */
export const measureStorage = ({ corpusBytes, rounds }: StorageEffort): readonly Measured[] => {
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-bench-'))
  const session = new Session(join(folder, 'engine'))
  try {
    const batches = toBatches(makeCorpus(META, corpusBytes))
    return [
      ...measureDisk(session, folder, batches),
      measureInsert(session, folder, batches, rounds),
    ]
  } finally {
    session.close()
    rmSync(folder, { recursive: true })
  }
}

/** Events of one insert: about what a busy cluster sends in some seconds. */
const BATCH_EVENTS = 15_000

/** Events of a batch, decoded and enriched: what both sides of a comparison begin with. */
interface Batch {
  readonly events: readonly { readonly event: AuditEvent; readonly stored: StoredEvent }[]
  readonly bytes: Buffer
}

interface Corpora {
  readonly batches: readonly Batch[]
  readonly events: number
  readonly bytes: Buffer
}

function toBatches({ bytes, events }: Corpus): Corpora {
  const source = { cluster: 'bench', server: 'a', file: '/var/log/kubernetes/audit.log' }
  const found: AuditEvent[] = []
  const sink = {
    event: (event: AuditEvent): void => {
      found.push(event)
    },
    issue: (): void => {},
    shape: (): void => {},
  }
  decodeBlock(bytes, 0, source, { strict: false }, sink)
  if (found.length !== events) throw new Error(`decoded ${found.length} events, not ${events}`)
  const batches: Batch[] = []
  for (let at = 0; at < found.length; at += BATCH_EVENTS) {
    const some = found.slice(at, at + BATCH_EVENTS)
    batches.push({
      events: some.map((event) => ({ event, stored: storedOf(event, bytes) })),
      bytes,
    })
  }
  return { batches, events, bytes }
}

/** It arrives in deliveries of a fifth of a second. */
function storedOf({ origin, stageTimestamp }: AuditEvent, bytes: Buffer): StoredEvent {
  const arrivedUs = (Math.floor(Date.parse(stageTimestamp) / 200) + 1) * 200_000
  const raw = bytes.subarray(origin.offset, origin.offset + origin.length)
  return { way: 'file', arrivedUs, fingerprint: 'ab'.repeat(16), copy: false, raw }
}

function measureDisk(session: Session, folder: string, corpora: Corpora): readonly Measured[] {
  const zstd = zstdBytes(corpora.bytes) / corpora.events
  createEvents(session)
  corpora.batches.forEach((batch, number) => {
    insertNative(session, writeNative(folder, batch, number))
  })
  checkEvents(session, corpora.events)
  session.query('OPTIMIZE TABLE events FINAL')
  const hot = bytesOf(session, corpora.events)
  // The same as in the table, but due at once.
  const due = 'toDateTime(arrived_at) + INTERVAL 1 SECOND RECOMPRESS CODEC(ZSTD(15))'
  session.query(`ALTER TABLE events MODIFY TTL ${due}`)
  session.query('OPTIMIZE TABLE events FINAL')
  const old = bytesOf(session, corpora.events)
  checkEvents(session, corpora.events)
  const ratio = (figure: Figure, bytes: number): Measured => ({
    figure,
    value: bytes / zstd,
    deviation: 0,
    rounds: 1,
    refused: false,
    note: `${bytes.toFixed(0)} bytes an event, zstd ${zstd.toFixed(0)}`,
  })
  return [
    ratio(FIGURES.storedHot, hot.all),
    ratio(FIGURES.storedOld, old.all),
    ratio(FIGURES.storedColumns, hot.all - hot.raw),
  ]
}

function zstdBytes(bytes: Buffer): number {
  const params = {
    [constants.ZSTD_c_compressionLevel]: 19,
    [constants.ZSTD_c_windowLog]: 27,
    [constants.ZSTD_c_enableLongDistanceMatching]: 1,
  }
  return zstdCompressSync(bytes, { params }).length
}

function createEvents(session: Session): void {
  session.query('DROP TABLE IF EXISTS events SYNC')
  for (const table of storeTables(EVENT_TABLE_COLUMNS)) {
    if (table.name !== 'events') continue
    for (const statement of createTable(table, { kind: 'single' })) session.query(statement)
  }
}

function writeNative(folder: string, { events }: Batch, number: number): string {
  const batch = new EventBatch('bench')
  for (const { event, stored } of events) batch.add(enrich(event), stored)
  const file = join(folder, `${number}.native`)
  writeFileSync(file, batch.take(number + 1).blocks[0] ?? new Uint8Array())
  return file
}

const NAMES = INSERTED_COLUMNS.join(', ')

function insertNative(session: Session, file: string): void {
  session.query(`INSERT INTO events (${NAMES}) FROM INFILE '${file}' FORMAT Native`)
}

/** Bytes an event: of everything, indices and marks included, and of the raw bytes alone. */
function bytesOf(session: Session, events: number): { readonly all: number; readonly raw: number } {
  const all = numberOf(
    session,
    "SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'events' AND active",
  )
  const raw = numberOf(
    session,
    'SELECT sum(column_data_compressed_bytes) FROM system.parts_columns ' +
      "WHERE table = 'events' AND active AND column = 'raw_rest'",
  )
  return { all: all / events, raw: raw / events }
}

function checkEvents(session: Session, events: number): void {
  const found = numberOf(session, 'SELECT count() FROM events')
  if (found !== events) throw new Error(`stored ${found} events, not ${events}`)
  const bytes = numberOf(session, 'SELECT sum(length(raw)) FROM events')
  const expected = numberOf(session, 'SELECT sum(place_length) FROM events')
  if (bytes !== expected || bytes === 0) throw new Error(`stored ${bytes} bytes, not ${expected}`)
}

function numberOf(session: Session, query: string): number {
  return Number(session.query(query, 'TSV').trim())
}

/** Time of the processor, of all threads: that of our writer is ours, that of parsing is JSON's. */
function measureInsert(
  session: Session,
  folder: string,
  { batches }: Corpora,
  rounds: number,
): Measured {
  const [batch] = batches
  if (batch === undefined) throw new Error('a corpus without events')
  const rows = batch.events.length
  const json = join(folder, 'rows.json')
  const native = writeNative(folder, batch, 0)
  session.query(
    `SELECT * FROM file('${native}', 'Native') INTO OUTFILE '${json}' FORMAT JSONEachRow`,
  )
  const facts = batch.events.map(({ event, stored }) => ({ facts: enrich(event), stored }))
  const writer = new EventBatch('bench')
  const ours = (): void => {
    for (const { facts: of, stored } of facts) writer.add(of, stored)
    writeFileSync(native, writer.take(1).blocks[0] ?? new Uint8Array())
    insertNative(session, native)
  }
  const theirs = (): void => {
    session.query(`INSERT INTO events (${NAMES}) FROM INFILE '${json}' FORMAT JSONEachRow`)
  }
  const a: number[] = []
  const b: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    createEvents(session)
    // What both leave to be merged later is the same, and would fall upon either.
    session.query('SYSTEM STOP MERGES events')
    const [yardstick, subject] = [cpuOf(theirs) / rows, cpuOf(ours) / rows]
    checkEvents(session, 2 * rows)
    // The first of both compiles and warms up.
    if (round === 0) continue
    a.push(yardstick)
    b.push(subject)
  }
  const ratios = b.map((one, at) => one / (a[at] ?? one))
  return {
    figure: FIGURES.insertPath,
    value: median(b) / median(a),
    deviation: deviationOf(ratios),
    rounds,
    refused: isRestless(a),
    note: `${median(b).toFixed(1)} µs a row, JSON ${median(a).toFixed(1)} µs`,
  }
}

/** µs of the processor that the work takes in this process, the engine's threads included. */
function cpuOf(work: () => void): number {
  globalThis.gc?.()
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
