import type { Clock } from '../../base/clock.ts'
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
  const rows = await store.query(REMOVED_LINKS, { cluster: ofCluster, monday })
  const when = timeOfStore(clock.nowUs())
  return rows.map((row) => {
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
      events: Number(row.removed),
      link: String(row.last_link),
      why,
      when,
    }
    const document = JSON.stringify(tombstone)
    return { ...of, document, signature: sign(Buffer.from(document)), made_at: when }
  })
}

// A link says how many events its batch had; where fewer are in this week, the others are not.
const REMOVED_LINKS = `
SELECT instance, cluster, server, way, min(number) AS first, max(number) AS last,
  sum(here) AS removed, argMax(link, number) AS last_link,
  arraySort(groupArrayIf(number, here < events)) AS partly
FROM links
GLOBAL INNER JOIN (
  SELECT instance, cluster, server, toString(way) AS way, batch, count() AS here
  FROM events WHERE cluster = {cluster:String} AND toMonday(arrived_at) = {monday:Date}
  GROUP BY instance, cluster, server, way, batch
) AS removed USING (instance, cluster, server, way, batch)
GROUP BY instance, cluster, server, way
ORDER BY instance, cluster, server, way`

const numbers = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.map(Number) : []
