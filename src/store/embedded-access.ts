import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { connectStore, DATABASE } from './clickhouse.ts'
import { openEmbedded } from './embedded.ts'
import { readAccess } from './engine-access.ts'
import type { Store } from './store.ts'

/** A store that was reached, whoever runs it. */
export interface ReachedStore {
  readonly store: Store
  /** Whether an instance is running on the data directory. */
  readonly running: boolean
  close(): Promise<void>
}

/**
 * The embedded store of a data directory: that of the instance that runs on it, or else one that is
 * started for the caller. Rejects with the Faults of `openEmbedded`.
 */
export const reachEmbedded = async (folder: string, clock: Clock): Promise<ReachedStore> => {
  try {
    const { store, close } = await openEmbedded({ folder, clock })
    return { store, running: false, close }
  } catch (error) {
    const access = readAccess(join(folder, 'engine'))
    if (!(error instanceof Fault) || error.code !== 'store/locked' || access === undefined) {
      throw error
    }
    const store = await connectStore({
      url: `http://write@engine/${DATABASE}`,
      password: access.secrets.write,
      reader: { user: 'read', password: access.secrets.read },
      socketPath: access.socket,
    })
    return { store, running: true, close: () => store.close() }
  }
}
