import type { Clock } from '../../base/clock.ts'
import type { Store } from '../store.ts'
import { timeOfStore } from './store-time.ts'

/** A legal hold: what arrived then is not removed, whatever retention says. */
export interface Hold {
  readonly id: string
  /** Empty text: of all clusters. */
  readonly cluster: string
  /** Of arrival, in µs since 1970; the end is not in it. */
  readonly fromUs: number
  readonly toUs: number
  readonly reason: string
  /** Who asked for it. */
  readonly by: string
}

/** Puts a hold in force; one with the same id is replaced. */
export const addHold = (store: Store, clock: Clock, hold: Hold): Promise<void> =>
  writeHold(store, clock, hold, false)

/** Ends a hold. False: none with that id is in force. */
export const releaseHold = async (store: Store, clock: Clock, id: string): Promise<boolean> => {
  const hold = (await listHolds(store)).find((one) => one.id === id)
  if (hold === undefined) return false
  await writeHold(store, clock, hold, true)
  return true
}

/** The holds in force, by their ids. */
export const listHolds = async (store: Store): Promise<readonly Hold[]> => {
  const rows = await store.query(
    'SELECT id, cluster, toUnixTimestamp64Micro(held_from) AS from_us, ' +
      'toUnixTimestamp64Micro(held_to) AS to_us, reason, `by` ' +
      'FROM holds FINAL WHERE NOT released ORDER BY id',
  )
  return rows.map((row) => ({
    id: String(row.id),
    cluster: String(row.cluster),
    fromUs: Number(row.from_us),
    toUs: Number(row.to_us),
    reason: String(row.reason),
    by: String(row.by),
  }))
}

/** Whether a hold keeps anything of a cluster that arrived from one moment up to another. */
export const isHeld = (
  holds: readonly Hold[],
  cluster: string,
  fromUs: number,
  toUs: number,
): boolean =>
  holds.some(
    (hold) =>
      (hold.cluster === '' || hold.cluster === cluster) && hold.fromUs < toUs && hold.toUs > fromUs,
  )

const writeHold = async (
  store: Store,
  clock: Clock,
  { id, cluster, fromUs, toUs, reason, by }: Hold,
  released: boolean,
): Promise<void> => {
  const changedUs = await changeTime(store, clock, id)
  const row = {
    id,
    cluster,
    held_from: timeOfStore(fromUs),
    held_to: timeOfStore(toUs),
    reason,
    by,
    changed_at: timeOfStore(changedUs),
    released,
  }
  await store.insertRecords('holds', `hold-${id}-${changedUs}`, [row])
}

/** Now, or just after the last change: a clock that is behind must not undo what is said now. */
const changeTime = async (store: Store, clock: Clock, id: string): Promise<number> => {
  const [row] = await store.query(
    'SELECT toUnixTimestamp64Micro(max(changed_at)) AS us FROM holds WHERE id = {id:String}',
    { id },
  )
  return Math.max(clock.nowUs(), Number(row?.us ?? 0) + 1)
}
