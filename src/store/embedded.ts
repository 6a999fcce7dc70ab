import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { LIMIT } from '../base/limit.ts'
import { connectStore, DATABASE } from './clickhouse.ts'
import { lockFolder } from './embedded-lock.ts'
import { socketPath } from './embedded-socket.ts'
import { Supervisor, type SupervisorEvent } from './embedded-supervisor.ts'
import { removeAccess, writeAccess } from './engine-access.ts'
import type { Store } from './store.ts'

/** Where the embedded store lives, and how much it may take. */
export interface EmbeddedOptions {
  /** The data directory. The engine's own files are in `engine` within it. */
  readonly folder: string
  /** For everything the engine does; 400 MiB when it is left out. */
  readonly memoryBytes?: number
  readonly clock: Clock
  /** Told when the engine starts, ends, or must be killed. */
  readonly onEvent?: (event: SupervisorEvent) => void
  /** After so many seconds the outcome of an insert or a statement is unknown. */
  readonly patienceSeconds?: number
}

/** ClickHouse in a process of its own that we start, watch and stop. */
export interface EmbeddedStore {
  /** Survives restarts of the engine: until it is back, calls reject with `store/unreachable`. */
  readonly store: Store
  /** Why it is not ready; undefined when it is. */
  notReady(): string | undefined
  /** Of the engine's process, while there is one. */
  pid(): number | undefined
  /** Ends the engine at once; it is started again. For a query that cannot be stopped otherwise. */
  kill(): void
  /** Stops the engine in good order and gives the data directory back. */
  close(): Promise<void>
}

/**
 * Takes the data directory and starts the engine on it. Rejects with the Fault `store/locked` when
 * another process has the directory, `store/folder` when it cannot be written, and when the engine
 * does not start `store/broken`, or `store/not-installed` without the package chdb.
 */
export const openEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedStore> => {
  const folder = resolve(options.folder, 'engine')
  makeFolder(folder)
  const lock = lockFolder(options.folder)
  // An owner that was killed leaves it, and it would send others to an engine that is no more.
  removeAccess(folder)
  const socket = socketPath(folder)
  const secrets = { write: secret(), read: secret() }
  const supervisor = new Supervisor(
    {
      folder,
      socket: socket.path,
      database: DATABASE,
      memoryBytes: options.memoryBytes ?? MEMORY_BYTES,
      stopMs: LIMIT.engineStopMs,
      secrets,
    },
    { clock: options.clock, onEvent: options.onEvent ?? (() => {}), alive: () => alive() },
  )
  let store: Store | undefined
  const alive = async (): Promise<boolean> => store === undefined || (await answers(store))
  const close = async (): Promise<void> => {
    await store?.close()
    await supervisor.close()
    removeAccess(folder)
    socket.remove()
    lock.release()
  }
  try {
    await supervisor.start()
    store = await connectStore({
      url: `http://write@engine/${DATABASE}`,
      password: secrets.write,
      reader: { user: 'read', password: secrets.read },
      socketPath: socket.path,
      ...(options.patienceSeconds === undefined
        ? {}
        : { patienceSeconds: options.patienceSeconds }),
    })
    writeAccess(folder, { socket: socket.path, secrets })
  } catch (error) {
    await close()
    throw error
  }
  return {
    store,
    notReady: () => supervisor.notReady(),
    pid: () => supervisor.pid(),
    kill: () => supervisor.kill(),
    close,
  }
}

const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new Fault('store/folder', `cannot make the folder ${folder}`, { cause: error })
  }
}

const MEMORY_BYTES = 419_430_400

const secret = (): string => randomBytes(32).toString('hex')

const answers = async (store: Store): Promise<boolean> =>
  store.query('SELECT 1', {}, { seconds: 5 }).then(
    () => true,
    // A refusal is an answer too.
    (error: unknown) => error instanceof Fault && error.code !== 'store/unreachable',
  )
