import type { FilePosition, LogSource } from '../../model/delivery.ts'
import type { ByteRange } from '../../source/import.ts'
import type { KnownBody } from '../../source/webhook/sender.ts'
import type { Store, StoreRecord } from '../../store/store.ts'
import type { LinkReading } from './store-batch.ts'

/** When a log source was heard last, in µs. */
export interface HeardSource {
  readonly source: LogSource
  readonly lastArrivedUs: number
}

/**
 * Up to where each file has been stored, the one that was read last at the end. A file has a link
 * for every second in which it grew, so the store looks through them, and only answers are read.
 */
export const positionsStored = async (
  store: Store,
  instance: string,
  nowUs: number,
): Promise<readonly FilePosition[]> => {
  const found: FilePosition[] = []
  const rows = store.stream(
    `WITH ${FILES} SELECT cluster, server, way, file.2 AS fingerprint, max((batch, at)) AS newest, ` +
      'argMax((file.1, file.4, file.5), (batch, at)) AS place ' +
      'FROM links ARRAY JOIN files AS file, arrayEnumerate(files) AS at ' +
      "WHERE instance = {instance:String} AND way != 'webhook' " +
      'AND arrived_to >= fromUnixTimestamp64Micro({from:Int64}) ' +
      'GROUP BY cluster, server, way, fingerprint ORDER BY newest',
    { instance, from: nowUs - FILES_US },
  )
  for await (const some of rows) for (const row of some) found.push(positionOf(row))
  return found
}

/** The bodies that were stored lately, in order: they may come again. */
export const bodiesStored = async (
  store: Store,
  instance: string,
  nowUs: number,
): Promise<readonly KnownBody[]> => {
  const found: KnownBody[] = []
  const rows = store.stream(
    'SELECT cluster, server, way, reading FROM links WHERE instance = {instance:String} ' +
      "AND way = 'webhook' AND arrived_to >= fromUnixTimestamp64Micro({from:Int64}) " +
      'ORDER BY batch',
    { instance, from: nowUs - BODIES_US },
  )
  for await (const some of rows) {
    for (const row of some) {
      const source = sourceOf(row)
      // We wrote the text; its chain says whether anybody changed it since.
      const { bodies } = JSON.parse(String(row.reading)) as LinkReading
      for (const sha256 of bodies) found.push({ source, sha256 })
    }
  }
  return found
}

/**
 * What the links of an API server say was read of a content, by whichever way: in order, joined
 * where one range goes on where another one ends.
 */
export const rangesRead = async (
  store: Store,
  of: { readonly cluster: string; readonly server: string; readonly fingerprint: string },
): Promise<readonly ByteRange[]> => {
  const found: { from: number; to: number }[] = []
  const rows = store.stream(
    `WITH ${FILES} SELECT toUInt64(file.3) AS begin, toUInt64(file.4) AS end ` +
      'FROM links ARRAY JOIN files AS file ' +
      'WHERE cluster = {cluster:String} AND server = {server:String} ' +
      'AND position(reading, {fingerprint:String}) > 0 AND file.2 = {fingerprint:String} ' +
      'ORDER BY begin',
    of,
  )
  for await (const some of rows) {
    for (const row of some) {
      const [from, to] = [Number(row.begin), Number(row.end)]
      const last = found.at(-1)
      if (last === undefined || from > last.to) found.push({ from, to })
      else last.to = Math.max(last.to, to)
    }
  }
  return found
}

/** When each log source was heard last, of those that were heard lately. */
export const heardStored = async (
  store: Store,
  instance: string,
  nowUs: number,
): Promise<readonly HeardSource[]> => {
  const rows = await store.query(
    'SELECT cluster, server, way, toUnixTimestamp64Micro(max(arrived_to)) AS heard_us ' +
      'FROM links WHERE instance = {instance:String} ' +
      "AND arrived_to >= fromUnixTimestamp64Micro(if(way = 'webhook', {bodies:Int64}, " +
      '{files:Int64})) GROUP BY cluster, server, way',
    { instance, bodies: nowUs - BODIES_US, files: nowUs - FILES_US },
  )
  return rows.map((row) => ({ source: sourceOf(row), lastArrivedUs: Number(row.heard_us) }))
}

/** The log source that a row is about. */
export const sourceOf = ({ cluster, server, way }: StoreRecord): LogSource => ({
  cluster: String(cluster),
  server: String(server),
  // The column is an enumeration of these.
  way: way as LogSource['way'],
})

/** What a link says of files: see LinkReading. */
const FILES =
  "JSONExtract(reading, 'files', 'Array(Tuple(String, String, UInt64, UInt64, String))') AS files"

/** How long a body that comes again is recognised: longer than an API server tries. */
const BODIES_US = 7_200_000_000
/** Files that were not read for so long are not resumed. */
const FILES_US = 90 * 86_400_000_000

const positionOf = (row: StoreRecord): FilePosition => {
  const [path, offset, lastTime] = placeOf(row.place)
  const position = { source: sourceOf(row), path, fingerprint: String(row.fingerprint), offset }
  return lastTime === '' ? position : { ...position, lastTime }
}

/** A tuple of the store is an array, or an object by the numbers of its parts. */
const placeOf = (place: unknown): readonly [string, number, string] => {
  const parts = typeof place === 'object' && place !== null ? Object.values(place) : []
  const [path = '', offset = 0, lastTime = ''] = parts
  return [String(path), Number(offset), String(lastTime)]
}
