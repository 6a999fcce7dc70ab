import { Fault } from '../../base/fault.ts'
import type { QueryParameters, Store } from '../../store/store.ts'

/** Which events are asked for. What is left out does not narrow. */
export interface Selection {
  readonly cluster?: string
  /** Of the event's own time, in µs since 1970; the end is not in it. */
  readonly sinceUs?: number
  readonly untilUs?: number
  /** The events behind this finding, by its id. */
  readonly finding?: string
}

/** A selection as a store is asked. */
export interface SelectionSql {
  /** A condition on a row of the table of events. */
  readonly condition: string
  readonly parameters: QueryParameters
  /** Whether it is all there is of the clusters in it. */
  readonly isWhole: boolean
  /** The finding that was named, as it is stored. */
  readonly finding: string | undefined
}

/** Looks up what a selection means. Rejects with the Fault `export/no-such-finding`. */
export const selectionSql = async (store: Store, selection: Selection): Promise<SelectionSql> => {
  const { cluster, sinceUs, untilUs, finding } = selection
  const conditions: string[] = []
  const parameters: Record<string, unknown> = {}
  const only = (condition: string, name: string, value: unknown): void => {
    conditions.push(condition)
    parameters[name] = value
  }
  if (cluster !== undefined) only('cluster = {onlyCluster:String}', 'onlyCluster', cluster)
  if (sinceUs !== undefined) {
    only('ifNull(received_at >= fromUnixTimestamp64Micro({since:Int64}), 0)', 'since', sinceUs)
  }
  if (untilUs !== undefined) {
    only('ifNull(received_at < fromUnixTimestamp64Micro({until:Int64}), 0)', 'until', untilUs)
  }
  const found = finding === undefined ? undefined : await findingIn(store, finding)
  if (found !== undefined) {
    // The first narrows; the second is what identifies.
    only('place_offset IN {offsets:Array(UInt64)}', 'offsets', found.offsets)
    only('lower(hex(event_id)) IN {ids:Array(String)}', 'ids', found.ids)
  }
  return {
    condition: conditions.length === 0 ? '1' : conditions.join(' AND '),
    parameters,
    isWhole: sinceUs === undefined && untilUs === undefined && finding === undefined,
    finding: found?.document,
  }
}

interface FoundFinding {
  readonly document: string
  readonly ids: readonly string[]
  readonly offsets: readonly number[]
}

const findingIn = async (store: Store, id: string): Promise<FoundFinding> => {
  const rows = await store.query(
    'SELECT document FROM findings FINAL WHERE toString(id) = {id:String} LIMIT 1',
    { id },
  )
  const document = rows[0]?.document
  if (typeof document !== 'string') {
    throw new Fault('export/no-such-finding', `no finding ${id} is stored`)
  }
  // We wrote it; what somebody made of it since is looked at as far as it is used.
  const { events } = JSON.parse(document) as { readonly events?: unknown }
  const refs = (Array.isArray(events) ? events : []).flatMap(refIn)
  return { document, ids: refs.map((ref) => ref.id), offsets: refs.map((ref) => ref.offset) }
}

const refIn = (value: unknown): readonly { readonly id: string; readonly offset: number }[] => {
  if (typeof value !== 'object' || value === null || !('id' in value && 'offset' in value))
    return []
  const { id, offset } = value
  return typeof id === 'string' && typeof offset === 'number' ? [{ id, offset }] : []
}
