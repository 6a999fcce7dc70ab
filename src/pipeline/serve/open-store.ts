import type { Clock } from '../../base/clock.ts'
import { connectStore } from '../../store/clickhouse.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { lockFolder } from '../../store/embedded-lock.ts'
import type { Shape } from '../../store/schema/ddl.ts'
import { migrate } from '../../store/schema/migrations.ts'
import type { Store } from '../../store/store.ts'
import { EVENT_TABLE_COLUMNS } from '../event-table-columns.ts'
import type { StoreChoice } from '../serve-options.ts'
import type { Meters } from './meters.ts'
import { type OnRetry, persist, sayRetry } from './persist.ts'
import type { ServeHooks } from './running.ts'

/** The store of an instance, and the lock on its data directory. */
export interface OpenStore {
  readonly store: Store
  notReady(): string | undefined
  close(): Promise<void>
}

/** What opening a store takes. */
export interface OpenStoreRequest {
  readonly folder: string
  readonly choice: StoreChoice
  readonly password: string | undefined
  readonly ca: string | undefined
  readonly clock: Clock
  readonly hooks: ServeHooks
  readonly meters: Meters
  readonly signal: AbortSignal
}

/**
 * Takes the data directory, opens the store and brings its tables up to date. A ClickHouse that
 * does not answer is waited for; one that refuses is a Fault.
 */
export const openStore = async (request: OpenStoreRequest): Promise<OpenStore> => {
  const opened = await (request.choice.kind === 'embedded' ? embedded(request) : remote(request))
  try {
    const { choice, clock, signal } = request
    await persist(() => migrate(opened.store, shapeOf(choice), EVENT_TABLE_COLUMNS), {
      clock,
      signal,
      onRetry: retryTo(request),
    })
    return opened
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** Where the tables of a store are. */
export const shapeOf = (choice: StoreChoice): Shape =>
  choice.kind === 'url' && choice.clusterName !== undefined
    ? { kind: 'cluster', name: choice.clusterName }
    : { kind: 'single' }

/** Says that the store is waited for. */
export const retryTo =
  ({ hooks, meters }: Pick<OpenStoreRequest, 'hooks' | 'meters'>): OnRetry =>
  (fault, waitMs) => {
    meters.storeRetries.inc()
    sayRetry('the store', hooks)(fault, waitMs)
  }

const embedded = async (request: OpenStoreRequest): Promise<OpenStore> => {
  const { folder, choice, clock, hooks, meters } = request
  const memoryBytes = choice.kind === 'embedded' ? choice.memoryBytes : undefined
  const { store, notReady, close } = await openEmbedded({
    folder,
    clock,
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    onEvent: (event) => {
      if (event.kind === 'ready') return
      if (event.kind === 'ended') meters.engineRestarts.inc()
      hooks.log('warn', `the embedded store: ${event.kind}`, { ...event })
    },
  })
  return { store, notReady, close }
}

const remote = async (request: OpenStoreRequest): Promise<OpenStore> => {
  const { folder, choice, password, ca, clock, signal } = request
  if (choice.kind !== 'url') throw new Error('bug: a store without a URL is embedded')
  const lock = lockFolder(folder)
  const { url } = choice
  const options = {
    url,
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
  }
  const connect = (): Promise<Store> => connectStore(options)
  try {
    const store = await persist(connect, { clock, signal, onRetry: retryTo(request) })
    return {
      store,
      notReady: () => undefined,
      close: async () => {
        await store.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
