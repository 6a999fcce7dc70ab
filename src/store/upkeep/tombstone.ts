import type { Clock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import { LEAF_SQL } from '../evidence/leaf.ts'
import type { Store, StoreRecord } from '../store.ts'
import { timeOfStore } from './store-time.ts'
import type { Week } from './week.ts'

/** Signs bytes; the signature in hexadecimal digits. */
export type Sign = (bytes: Uint8Array) => string

/** What a tombstone says: JSON with these members in this order, UTF-8. The signature is of it. */
export interface Tombstone {
  readonly format: 'deckwatch-tombstone-1'
  readonly instance: string
  readonly cluster: string
  readonly server: string
  readonly way: string
  /** The links of which events were removed: from this number up to and with that one. */
  readonly from: number
  readonly to: number
  /** Those of them of which some events remain: they lay in two weeks. */
  readonly partly: readonly number[]
  /** Of each event removed of those: the link, its position in the batch, and its leaf in hex. */
  readonly leaves: readonly (readonly [number, number, string])[]
  /** Events removed. */
  readonly events: number
  /** The digest of link `to`. Links themselves are never removed. */
  readonly link: string
  readonly why: string
  /** RFC 3339. */
  readonly when: string
}

/** The tombstones of a week of events that is about to be removed: one for each chain in it. */
export const tombstonesOf = async (
  store: Store,
  { cluster: ofCluster, monday }: Week,
  why: string,
  clock: Clock,
  sign: Sign,
): Promise<readonly StoreRecord[]> => {
  const rows = await store.query(
    REMOVED_LINKS,
    { cluster: ofCluster, monday },
    { seconds: LIMIT.storeQuerySecondsMax },
  )
  const when = timeOfStore(clock.nowUs())
  const records: StoreRecord[] = []
  for (const row of rows) {
    const { instance, cluster, server, way } = row
    const of = {
      instance: String(instance),
      cluster: String(cluster),
      server: String(server),
      way: String(way),
    }
    const tombstone: Tombstone = {
      format: 'deckwatch-tombstone-1',
      ...of,
      from: Number(row.first),
      to: Number(row.last),
      partly: numbers(row.partly),
      leaves: await leavesOf(store, row, ofCluster, monday),
      events: Number(row.removed),
      link: String(row.last_link),
      why,
      when,
    }
    const document = JSON.stringify(tombstone)
    records.push({ ...of, document, signature: sign(Buffer.from(document)), made_at: when })
  }
  return records
}

/** With them what remains of a link can be verified. */
const leavesOf = async (
  store: Store,
  { instance, server, way, partly, partly_batches: batches }: StoreRecord,
  cluster: string,
  monday: string,
): Promise<Tombstone['leaves']> => {
  const links = numbers(partly)
  if (links.length === 0) return []
  const numberOf = new Map(numbers(batches).map((batch, at) => [batch, links[at] ?? 0]))
  const rows = await store.query(
    LEAVES,
    { instance, cluster, server, way, monday, batches: [...numberOf.keys()] },
    { resultRows: 0, seconds: LIMIT.storeQuerySecondsMax },
  )
  return rows.map(({ batch, position, leaf }) => [
    numberOf.get(Number(batch)) ?? 0,
    Number(position),
    String(leaf),
  ])
}

// A link says how many events its batch had; where fewer are in this week, the others are not.
const REMOVED_LINKS = `
SELECT instance, cluster, server, way, min(number) AS first, max(number) AS last,
  sum(here) AS removed, argMax(link, number) AS last_link,
  arraySort(groupArrayIf(number, here < events)) AS partly,
  arraySort(groupArrayIf(batch, here < events)) AS partly_batches
FROM links
GLOBAL INNER JOIN (
  SELECT instance, cluster, server, toString(way) AS way, batch, count() AS here
  FROM events WHERE cluster = {cluster:String} AND toMonday(arrived_at) = {monday:Date}
  GROUP BY instance, cluster, server, way, batch
) AS removed USING (instance, cluster, server, way, batch)
GROUP BY instance, cluster, server, way
ORDER BY instance, cluster, server, way`

const LEAVES = `
SELECT batch, position, lower(hex(${LEAF_SQL})) AS leaf FROM events
WHERE instance = {instance:String} AND cluster = {cluster:String} AND server = {server:String}
  AND toString(way) = {way:String} AND toMonday(arrived_at) = {monday:Date}
  AND batch IN {batches:Array(UInt64)}
ORDER BY batch, position`

const numbers = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.map(Number) : []
