import { LIMIT } from '../../base/limit.ts'
import type { WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import type { StoredSignal } from '../../detect/live/stored-signal.ts'
import type { FilePosition, LinesDelivery, LogSource } from '../../model/delivery.ts'
import type { Finding } from '../../model/finding.ts'
import type { ByteRange } from '../../source/import.ts'
import type { KnownBody } from '../../source/webhook/sender.ts'
import type { ChainHead } from '../../store/evidence/chain.ts'
import type { Store, StoreRecord } from '../../store/store.ts'
import type { LeftBehind } from './live-findings.ts'
import { type BatchBounds, type FromUs, readRecord } from './records.ts'
import type { RangesStored } from './running.ts'
import {
  bodiesStored,
  type HeardSource,
  heardStored,
  positionsStored,
  rangesRead,
  sourceOf,
} from './stored-links.ts'

/** Where the store and the log say that this data directory stopped. */
export interface Before {
  /** The last batch that the store has whole, and its last sequence; 0: none. */
  readonly lastBatch: number
  readonly lastSequence: number
  /** Boundaries in the log of batches that the store may have in part. */
  readonly planned: readonly BatchBounds[]
  readonly heads: readonly ChainHead[]
  readonly positions: readonly FilePosition[]
  readonly bodies: readonly KnownBody[]
  /** Lines that are in the log and not in the store. */
  readonly pending: readonly PendingLines[]
  /** Ids of findings that were told, so that they are not told again. */
  readonly told: ReadonlySet<string>
  /** From when on windows of clusters are not judged, although the store says so. */
  readonly reopened: ReadonlyMap<string, number>
  /** When each source was last heard. */
  readonly heard: readonly HeardSource[]
}

/** Lines on their way to the store. */
export interface PendingLines {
  readonly source: LogSource
  readonly fingerprint: string
  readonly range: ByteRange
}

/** Reads where an instance stopped: from its store, and from what the log holds beyond it. */
export const readBefore = async (
  store: Store,
  log: WriteAheadLog,
  instance: string,
  nowUs: number,
): Promise<Before> => {
  const last = await lastBatchOf(store, instance)
  const heads = await headsOf(store, instance, last.number)
  const beyond = await readBeyond(log, last)
  const positions = new Map<string, FilePosition>()
  const place = (position: FilePosition): void => {
    const key = positionKey(position.source, position.fingerprint)
    // In the order in which they were kept.
    positions.delete(key)
    positions.set(key, position)
  }
  for (const position of await positionsStored(store, instance, nowUs)) place(position)
  for (const { source, path, fingerprint, offset, length, lastTime } of beyond.lines) {
    const position = { source, path, fingerprint, offset: offset + length }
    place(lastTime === undefined ? position : { ...position, lastTime })
  }
  const bodies = await bodiesStored(store, instance, nowUs)
  return {
    lastBatch: last.number,
    lastSequence: last.sequence,
    planned: beyond.planned,
    heads,
    positions: [...positions.values()],
    bodies: [...bodies, ...beyond.bodies],
    pending: beyond.lines.map(({ source, fingerprint, offset, length }) => ({
      source,
      fingerprint,
      range: { from: offset, to: offset + length },
    })),
    told: beyond.told,
    reopened: beyond.reopened,
    heard: await heardStored(store, instance, nowUs),
  }
}

interface LastBatch {
  readonly number: number
  readonly sequence: number
}

const lastBatchOf = async (store: Store, instance: string): Promise<LastBatch> => {
  const [row] = await store.query(
    'SELECT max(number) AS number, max(last_sequence) AS sequence FROM batches ' +
      'WHERE instance = {instance:String}',
    { instance },
  )
  return { number: Number(row?.number ?? 0), sequence: Number(row?.sequence ?? 0) }
}

const headsOf = async (
  store: Store,
  instance: string,
  lastBatch: number,
): Promise<readonly ChainHead[]> => {
  const rows = await store.query(
    'SELECT cluster, server, way, max(number) AS newest, argMax(link, number) AS head ' +
      'FROM links WHERE instance = {instance:String} AND batch <= {lastBatch:UInt64} ' +
      'GROUP BY cluster, server, way',
    { instance, lastBatch },
  )
  return rows.map((row) => ({
    source: sourceOf(row),
    number: Number(row.newest),
    link: String(row.head),
  }))
}

const positionKey = (source: LogSource, fingerprint: string): string =>
  JSON.stringify([source.cluster, source.server, source.way, fingerprint])

/** What the log holds that the store does not. */
interface Beyond {
  readonly planned: BatchBounds[]
  readonly lines: LinesDelivery[]
  readonly bodies: KnownBody[]
  readonly told: Set<string>
  readonly reopened: Map<string, number>
}

const readBeyond = async (log: WriteAheadLog, last: LastBatch): Promise<Beyond> => {
  const beyond: Beyond = {
    planned: [],
    lines: [],
    bodies: [],
    told: new Set(),
    reopened: new Map(),
  }
  for await (const record of log.read(log.firstSequence)) {
    const said = readRecord(record)
    if (said.kind === 'told') for (const id of said.ids) beyond.told.add(id)
    if (said.kind === 'reopened') addReopened(beyond.reopened, said.fromUs)
    if (said.kind === 'batch' && said.bounds.number > last.number) beyond.planned.push(said.bounds)
    if (said.kind !== 'delivery' || said.sequence <= last.sequence) continue
    if (said.delivery.kind === 'body') beyond.bodies.push(said.delivery)
    if (said.delivery.kind === 'lines') beyond.lines.push(said.delivery)
  }
  return beyond
}

const addReopened = (to: Map<string, number>, all: FromUs): void => {
  for (const [cluster, fromUs] of all) {
    to.set(cluster, Math.min(fromUs, to.get(cluster) ?? Number.POSITIVE_INFINITY))
  }
}

/** Which ranges of a content are stored or on their way, whichever way they came. */
export const rangesStored =
  (store: Store, pending: readonly PendingLines[]): RangesStored =>
  async ({ cluster, server }, fingerprint) => {
    const stored = await rangesRead(store, { cluster, server, fingerprint })
    const waiting = pending.filter(
      (one) =>
        one.source.cluster === cluster &&
        one.source.server === server &&
        one.fingerprint === fingerprint,
    )
    return [...stored, ...waiting.map(({ range }) => range)]
  }

/**
 * What live detection goes on from: of each cluster the signals that its windows may still need,
 * at most `LIMIT.signalsRestoredMax`, the newest of them.
 */
export const readLeftBehind = async (
  store: Store,
  instance: string,
  { reachUs, reopened }: { readonly reachUs: number } & Pick<Before, 'reopened'>,
  nowUs: number,
): Promise<LeftBehind> => {
  const { stored, committedUs } = await judgedBy(store, instance)
  const judged = new Map(stored)
  for (const [cluster, fromUs] of reopened) {
    judged.set(cluster, Math.min(fromUs, stored.get(cluster) ?? fromUs))
  }
  const signals: StoredSignal[] = []
  const coversFromUs = new Map<string, number>()
  for (const [cluster, judgedUs] of judged) {
    const fromUs = Math.max(0, judgedUs - reachUs)
    const some = await newestSignals(store, cluster, fromUs)
    addAll(signals, some)
    const isCut = some.length >= LIMIT.signalsRestoredMax
    coversFromUs.set(cluster, isCut ? (some.at(-1)?.timeUs ?? fromUs) : fromUs)
  }
  const findings = await findingsSince(store, Math.min(nowUs - TOLD_US, committedUs))
  return { findings, signals, judged, coversFromUs }
}

const newestSignals = async (
  store: Store,
  cluster: string,
  fromUs: number,
): Promise<readonly StoredSignal[]> => {
  const found: StoredSignal[] = []
  const rows = store.stream(
    `${SIGNALS} WHERE cluster = {cluster:String} ` +
      'AND time >= fromUnixTimestamp64Micro({from:Int64}) ORDER BY time DESC LIMIT {most:UInt32}',
    { cluster, from: Math.trunc(fromUs), most: LIMIT.signalsRestoredMax },
  )
  for await (const some of rows) addAll(found, some.map(signalOf))
  return found
}

const findingsSince = async (
  store: Store,
  fromUs: number,
): Promise<{ readonly finding: Finding; readonly act: string }[]> => {
  const found: { readonly finding: Finding; readonly act: string }[] = []
  const rows = store.stream(
    'SELECT act, document FROM findings FINAL WHERE NOT withdrawn ' +
      'AND told_at >= fromUnixTimestamp64Micro({from:Int64}) ' +
      'ORDER BY told_at DESC LIMIT {most:UInt32}',
    { from: fromUs, most: LIMIT.toldRememberedMax },
  )
  for await (const some of rows) {
    for (const row of some) {
      // What we wrote ourselves.
      found.push({
        finding: JSON.parse(String(row.document)) as Finding,
        act: String(row.act),
      })
    }
  }
  return found.reverse()
}

const addAll = <T>(to: T[], from: readonly T[]): void => {
  for (const one of from) to.push(one)
}

/** Findings told within so long, or since the last batch, are known as told. */
const TOLD_US = 86_400_000_000

interface JudgedBy {
  readonly stored: ReadonlyMap<string, number>
  /** When the last batch was committed. */
  readonly committedUs: number
}

const judgedBy = async (store: Store, instance: string): Promise<JudgedBy> => {
  const [row] = await store.query(
    'SELECT argMax(judged, number) AS judged, ' +
      'toUnixTimestamp64Micro(argMax(committed_at, number)) AS committed_us ' +
      'FROM batches WHERE instance = {instance:String}',
    { instance },
  )
  const text = String(row?.judged ?? '')
  if (text === '') return { stored: new Map(), committedUs: Number.POSITIVE_INFINITY }
  const stored = new Map(JSON.parse(text) as [string, number][])
  return { stored, committedUs: Number(row?.committed_us) }
}

/**
 * Stored signals in a span of time, of these clusters and rules; acts that count no longer name no
 * rule, and are among them.
 */
export const signalsBetween = async (
  store: Store,
  fromUs: number,
  toUs: number,
  of: { readonly clusters: readonly string[]; readonly rules: readonly string[] },
): Promise<readonly StoredSignal[]> => {
  const rows = await store.query(
    `${SIGNALS} WHERE time >= fromUnixTimestamp64Micro({from:Int64}) ` +
      'AND time <= fromUnixTimestamp64Micro({to:Int64}) ' +
      'AND cluster IN {clusters:Array(String)} ' +
      'AND (empty(rules) OR hasAny(rules, {rules:Array(String)}))',
    { from: Math.trunc(fromUs), to: Math.trunc(Math.min(toUs, TIME_MAX_US)), ...of },
  )
  return rows.map(signalOf)
}

const SIGNALS =
  'SELECT act, cluster, toUnixTimestamp64Micro(time) AS time_us, rules, document FROM signals FINAL'

const signalOf = (row: StoreRecord): StoredSignal => ({
  act: String(row.act),
  cluster: String(row.cluster),
  timeUs: Number(row.time_us),
  rules: Array.isArray(row.rules) ? row.rules.map(String) : [],
  document: String(row.document),
})

/** The last moment that a column of times holds: the year 2299. */
const TIME_MAX_US = 10_413_791_999_000_000
