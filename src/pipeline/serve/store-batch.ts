import { hash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import type { StoredSignal } from '../../detect/live/stored-signal.ts'
import { timeText } from '../../detect/time.ts'
import { type GapDelivery, type LogSource, logSourceName } from '../../model/delivery.ts'
import type { Chains, Link } from '../../store/evidence/chain.ts'
import type { Store, StoreRecord } from '../../store/store.ts'
import { INSERTED_COLUMNS } from '../event-table.ts'
import type { ClosedBatch } from './batch-plan.ts'
import { failpoint } from './failpoint.ts'
import type { LiveBatch, SourceShare } from './live-job.ts'
import { type OnRetry, persist } from './persist.ts'
import type { BatchReading, SourceReading } from './reading.ts'
import type { BatchBounds } from './records.ts'
import { findingRecord, gapRecord, issueRecord, signalRecord, type ToldFinding } from './rows.ts'

/** What is stored with a batch besides its events: what came to light since the batch before. */
export interface BatchExtras {
  readonly findings: readonly ToldFinding[]
  readonly signals: readonly StoredSignal[]
  readonly gaps: readonly GapDelivery[]
  readonly issues: readonly Issue[]
  /** Up to when the windows of each cluster are judged, in µs. */
  readonly judged: ReadonlyMap<string, number>
}

/** What committing needs. */
export interface BatchStoreParts {
  readonly store: Store
  readonly chains: Chains
  /** Of the data directory: batches of several of them may share a store. */
  readonly instance: string
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onRetry: OnRetry
}

/** A batch, and all that belongs to it. */
export interface WholeBatch extends ClosedBatch {
  readonly batch: LiveBatch
  readonly reading: BatchReading
  readonly extras: BatchExtras
}

/**
 * Stores a batch: events first, the row that says it is complete last. Each step may be repeated:
 * events and links carry the batch's token, findings and signals replace themselves by their ids.
 */
export const storeBatch = async (
  { bounds, isNew, batch, reading, extras }: WholeBatch,
  parts: BatchStoreParts,
): Promise<void> => {
  const { store, chains, instance, clock } = parts
  // Its bounds are in it: a number alone could come again, were the last batches lost by the store.
  const token = `${instance}-${bounds.number}-${bounds.first}-${bounds.last}`
  const step = (work: () => Promise<void>): Promise<void> => persist(work, parts)
  const { pieces, shares } = batch
  let events = 0
  for (const [at, rows] of pieces.entries()) {
    if (isNew || !(await isThere(bounds, { from: events, count: rows.count }, parts))) {
      await step(() => store.insert('events', `${token}-${at}`, INSERTED_COLUMNS, rows))
    }
    events += rows.count
  }
  failpoint('after-insert')
  const nowUs = clock.nowUs()
  await storeExtras(extras, parts)
  const links = linksOf(bounds, shares, reading, chains)
  if (links.length > 0) {
    const records = links.map((link) => {
      const read = reading.get(logSourceName(link.source))
      return linkRecord(link, instance, read?.arrivedToUs ?? nowUs)
    })
    await step(() => store.insertRecords('links', token, records))
  }
  const whole = {
    instance,
    number: bounds.number,
    first_sequence: bounds.first,
    last_sequence: bounds.last,
    events,
    judged: JSON.stringify([...extras.judged]),
    committed_at: timeText(nowUs),
  }
  await step(() => store.insertRecords('batches', token, [whole]))
  for (const link of links) chains.accept(link)
}

/**
 * Whether these events of a batch are in the store, of which nobody knows since a crash. The token
 * alone would tell, were it certain that the store keeps tokens through a loss of power.
 */
const isThere = async (
  { number }: BatchBounds,
  { from, count }: { readonly from: number; readonly count: number },
  parts: BatchStoreParts,
): Promise<boolean> => {
  const sql =
    'SELECT count() AS events FROM events ' +
    'WHERE instance = {instance:String} AND batch = {number:UInt64} ' +
    'AND position >= {from:UInt32} AND position < {to:UInt32}'
  const values = { instance: parts.instance, number, from, to: from + count }
  const [row] = await persist(() => parts.store.query(sql, values), parts)
  return Number(row?.events) === count
}

/** Stores what came to light, with a batch or while nothing comes. It may be repeated. */
export const storeExtras = async (
  { findings, signals, gaps, issues }: BatchExtras,
  parts: BatchStoreParts,
): Promise<void> => {
  const nowUs = parts.clock.nowUs()
  const tables: readonly [string, readonly StoreRecord[]][] = [
    ['findings', findings.map(findingRecord)],
    ['signals', signals.map(signalRecord)],
    ['gaps', gaps.map(gapRecord)],
    ['issues', issues.map((issue) => issueRecord(issue, nowUs))],
  ]
  for (const [table, records] of tables) {
    for (const some of portionsOf(records)) {
      await persist(() => parts.store.insertRecords(table, tokenOf(some), some), parts)
    }
  }
}

/** Records as they are inserted at a time: one body may bring a hundred thousand to light. */
const portionsOf = (records: readonly StoreRecord[]): readonly (readonly StoreRecord[])[] => {
  const portions: StoreRecord[][] = []
  let characters = Number.POSITIVE_INFINITY
  for (const record of records) {
    if (characters >= LIMIT.recordsPortionCharacters) {
      portions.push([])
      characters = 0
    }
    portions.at(-1)?.push(record)
    characters += JSON.stringify(record).length
  }
  return portions
}

/** What may be inserted again with other content has a token of its content. */
const tokenOf = (records: readonly StoreRecord[]): string =>
  hash('sha256', JSON.stringify(records)).slice(0, 32)

/** One link for each log source that was read, also where nothing in it was an event. */
const linksOf = (
  { number: batch }: BatchBounds,
  shares: readonly SourceShare[],
  reading: BatchReading,
  chains: Chains,
): readonly Link[] => {
  const byName = new Map(shares.map((share) => [logSourceName(share.source), share]))
  return [...reading].map(([name, read]) => {
    const share = byName.get(name)
    const leaves = hash('sha256', share?.leaves ?? new Uint8Array())
    const events = share?.events ?? 0
    return chains.next(read.source, { batch, events, leaves, reading: readingText(read) })
  })
}

/** What a link says of the deliveries behind it. */
export interface LinkReading {
  readonly arrived: readonly [string, string]
  readonly bytes: number
  readonly bodies: readonly string[]
  /** Path, fingerprint, the bytes read from and to, and the time of the last event, if known. */
  readonly files: readonly (readonly [string, string, number, number, string | null])[]
}

const readingText = (read: SourceReading): string => {
  const { arrivedFromUs, arrivedToUs, bytes, bodies, files } = read
  const reading: LinkReading = {
    arrived: [timeText(arrivedFromUs), timeText(arrivedToUs)],
    bytes,
    bodies,
    files: [...files].map(([fingerprint, { path, from, to, lastTime }]) => [
      path,
      fingerprint,
      from,
      to,
      lastTime ?? null,
    ]),
  }
  return JSON.stringify(reading)
}

const linkRecord = (link: Link, instance: string, arrivedToUs: number): StoreRecord => {
  const { source, ...more } = link
  const { cluster, server, way } = source satisfies LogSource
  return { instance, cluster, server, way, arrived_to: timeText(arrivedToUs), ...more }
}
