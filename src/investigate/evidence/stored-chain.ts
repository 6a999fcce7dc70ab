import { LIMIT } from '../../base/limit.ts'
import { type LogSource, logSourceName } from '../../model/delivery.ts'
import type { Link } from '../../store/evidence/chain.ts'
import type { QueryLimits, Store, StoreRecord } from '../../store/store.ts'
import type { TombstoneRecord } from './tombstones.ts'

/** The chain of one log source of one data directory. */
export interface ChainName {
  readonly instance: string
  readonly source: LogSource
}

/** Batches from one number up to and with another. */
export interface BatchRange {
  readonly from: number
  readonly to: number
}

/** Every log source of which there are links or events, in order of their names. */
export const chainNames = async (store: Store): Promise<readonly ChainName[]> => {
  const rows = await store.query(
    'SELECT DISTINCT instance, cluster, server, way FROM (' +
      'SELECT DISTINCT instance, cluster, server, way FROM links UNION ALL ' +
      'SELECT DISTINCT instance, cluster, server, toString(way) AS way FROM events) ' +
      'ORDER BY instance, cluster, server, way',
    {},
    PATIENT,
  )
  return rows.map((row) => ({ instance: String(row.instance), source: sourceOf(row) }))
}

/** The last batch of each data directory that is whole. */
export const lastBatches = async (store: Store): Promise<ReadonlyMap<string, number>> => {
  const rows = await store.query(
    'SELECT instance, max(number) AS number FROM batches GROUP BY instance',
  )
  return new Map(rows.map(({ instance, number }) => [String(instance), Number(number)]))
}

/** The links of a chain whose batches lie in a range, in order of their numbers, in pages. */
export async function* linkPages(
  store: Store,
  { instance, source }: ChainName,
  batches: BatchRange,
): AsyncIterable<readonly Link[]> {
  // As text: of a number that somebody made up, rounding may give the one before it, for ever.
  let after: StoreRecord = { number: '0', batch: '0' }
  for (;;) {
    const rows = await store.query(
      `SELECT ${LINK_COLUMNS} FROM links WHERE ${OF_CHAIN} ` +
        'AND (number, batch) > ({number:UInt64}, {after:UInt64}) ' +
        'AND batch BETWEEN {from:UInt64} AND {to:UInt64} ' +
        `ORDER BY number, batch LIMIT ${LIMIT.evidenceLinksPerStep}`,
      { instance, ...source, number: after.number, after: after.batch, ...batches },
    )
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map(linkOf)
    after = last
  }
}

/** The digest of each link of a chain that was asked for. */
export const linksByNumber = async (
  store: Store,
  { instance, source }: ChainName,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, string>> => {
  const rows = await store.query(
    `SELECT number, link FROM links WHERE ${OF_CHAIN} AND number IN {numbers:Array(UInt64)}`,
    { instance, ...source, numbers },
  )
  return new Map(rows.map(({ number, link }) => [Number(number), String(link)]))
}

/** The tombstones of a chain. */
export const tombstonesIn = async (
  store: Store,
  { instance, source }: ChainName,
): Promise<readonly TombstoneRecord[]> => {
  const rows = await store.query(
    `SELECT document, signature FROM tombstones WHERE ${OF_CHAIN} ORDER BY made_at, document`,
    { instance, ...source },
  )
  return rows.map(({ document, signature }) => ({
    document: String(document),
    signature: String(signature),
  }))
}

/** For what asks of all events: of years they are many. */
export const PATIENT: QueryLimits = { seconds: LIMIT.storeQuerySecondsMax }

/** What tells the rows of a chain from others; `way` may be an enumeration. */
export const OF_CHAIN: string =
  'instance = {instance:String} AND cluster = {cluster:String} ' +
  'AND server = {server:String} AND toString(way) = {way:String}'

/**
 * Runs of links that follow each other, each with the batches from behind the run before it, so
 * that rows of batches without a link are met too.
 */
export const stepsOf = (
  links: readonly Link[],
  after: number,
  weightOf: (link: Link) => number,
  weightMax: number,
): readonly LinkStep[] => {
  const steps: LinkStep[] = []
  let some: Link[] = []
  let weight = 0
  let from = after + 1
  const close = (): void => {
    const to = some.at(-1)?.batch ?? 0
    if (some.length > 0) steps.push({ links: some, batches: { from, to } })
    from = Math.max(from, to + 1)
    some = []
    weight = 0
  }
  for (const link of links) {
    if (some.length > 0 && weight + weightOf(link) > weightMax) close()
    some.push(link)
    weight += weightOf(link)
  }
  close()
  return steps
}

/** A run of links, and the batches whose rows belong to it. */
export interface LinkStep {
  readonly links: readonly Link[]
  readonly batches: BatchRange
}

/** The name under which a chain is spoken of. */
export const nameOf = ({ source }: ChainName): string => logSourceName(source)

const LINK_COLUMNS = 'cluster, server, way, number, batch, events, leaves, reading, previous, link'

const linkOf = (row: StoreRecord): Link => ({
  source: sourceOf(row),
  number: Number(row.number),
  batch: Number(row.batch),
  events: Number(row.events),
  leaves: String(row.leaves),
  reading: String(row.reading),
  previous: String(row.previous),
  link: String(row.link),
})

const sourceOf = ({ cluster, server, way }: StoreRecord): LogSource => ({
  cluster: String(cluster),
  server: String(server),
  // Only compared as text: a link of another way has another digest.
  way: way as LogSource['way'],
})
