import { Agent } from 'node:http'
import { Readable } from 'node:stream'
import type {
  ClickHouseClient,
  ClickHouseClientConfigOptions,
  ClickHouseSettings,
} from '@clickhouse/client'
import { LIMIT } from '../base/limit.ts'
import { toFault } from './clickhouse-fault.ts'
import { quotedName } from './sql-text.ts'
import type { QueryLimits, QueryParameters, Rows, Store, StoreRecord } from './store.ts'

/** Where a ClickHouse is, and who we are there. */
export interface ConnectOptions {
  /** `https://user@host:8443/database`; without a database it is `deckwatch`. */
  readonly url: string
  /** When the address should not show it. */
  readonly password?: string
  /** Another user for what only reads; the same one when it is left out. */
  readonly reader?: { readonly user: string; readonly password: string }
  /** Certificates to trust, in PEM, when the system does not know who signed the server's. */
  readonly ca?: string
  /** The Unix socket to use instead of the host in the address. */
  readonly socketPath?: string
  /** After so many seconds the outcome of an insert or a statement is unknown. */
  readonly patienceSeconds?: number
}

/** The database we use when nobody says another. */
export const DATABASE = 'deckwatch'

/** Reaches for a ClickHouse and gives it as a store. */
export const connectStore = async (options: ConnectOptions): Promise<Store> => {
  const { createClient, ClickHouseLogLevel } = await import('@clickhouse/client')
  const open = (user?: string, password?: string): ClickHouseClient =>
    createClient({
      ...clientOptions(options, user, password),
      // It would print statements and their parameters; what went wrong is in the fault.
      log: { level: ClickHouseLogLevel.OFF },
    })
  const writer = open()
  const { reader: other } = options
  const reader = other === undefined ? writer : open(other.user, other.password)
  const store = new ClickHouseStore(writer, reader, options.patienceSeconds ?? PATIENCE_SECONDS)
  try {
    await store.connect()
  } catch (error) {
    await store.close()
    throw error
  }
  return store
}

const PATIENCE_SECONDS = 120

const clientOptions = (
  { url, password, socketPath, ca }: ConnectOptions,
  user: string | undefined,
  otherPassword: string | undefined,
): ClickHouseClientConfigOptions => {
  const address = new URL(url)
  const username = user ?? decodeURIComponent(address.username)
  const secret = otherPassword ?? password ?? decodeURIComponent(address.password)
  const database = decodeURIComponent(address.pathname.slice(1))
  address.username = ''
  address.password = ''
  address.pathname = ''
  return {
    url: address,
    username: username === '' ? 'default' : username,
    password: secret,
    database: database === '' ? DATABASE : database,
    application: 'deckwatch',
    // Our own signals end requests: see within().
    request_timeout: LIMIT.storeQuerySecondsMax * 1000,
    max_open_connections: LIMIT.storeConnectionsMax,
    use_multipart_params_auto: true,
    ...(ca === undefined ? {} : { tls: { ca_cert: Buffer.from(ca) } }),
    ...(socketPath === undefined ? {} : { http_agent: socketAgent(socketPath) }),
  }
}

// One for each client: a client ends the sockets it thinks idle, and would end the other's too.
const socketAgent = (socketPath: string): Agent => {
  const options = { keepAlive: true, maxSockets: LIMIT.storeConnectionsMax, socketPath }
  return new Agent(options)
}

class ClickHouseStore implements Store {
  readonly #writer: ClickHouseClient
  readonly #reader: ClickHouseClient
  readonly #patienceSeconds: number
  #version = ''

  constructor(writer: ClickHouseClient, reader: ClickHouseClient, patienceSeconds: number) {
    this.#writer = writer
    this.#reader = reader
    this.#patienceSeconds = patienceSeconds
  }

  get version(): string {
    return this.#version
  }

  async connect(): Promise<void> {
    const [row] = await this.query('SELECT version() AS version')
    this.#version = String(row?.version)
  }

  async insert(
    table: string,
    token: string,
    columns: readonly string[],
    rows: Rows,
  ): Promise<void> {
    if (rows.count === 0) return
    const names = columns.map(quotedName).join(', ')
    await this.#insert(`${tableName(table)} (${names}) FORMAT Native`, token, rows.blocks)
  }

  async insertRecords(
    table: string,
    token: string,
    records: readonly StoreRecord[],
  ): Promise<void> {
    if (records.length === 0) return
    const lines = records.map((record) => `${JSON.stringify(record, wellFormed)}\n`).join('')
    await this.#insert(`${tableName(table)} FORMAT JSONEachRow`, token, [Buffer.from(lines)], {
      date_time_input_format: 'best_effort',
      input_format_skip_unknown_fields: 0,
    })
  }

  async query(
    sql: string,
    parameters: QueryParameters = {},
    limits: QueryLimits = {},
  ): Promise<StoreRecord[]> {
    const { seconds, settings } = limitSettings(limits)
    return guarded(limits.signal, seconds + GRACE_SECONDS, async (signal) => {
      const answer = await this.#reader.query({
        query: sql,
        query_params: { ...parameters },
        format: 'JSONEachRow',
        clickhouse_settings: { ...settings, wait_end_of_query: 1 },
        abort_signal: signal,
      })
      return answer.json<StoreRecord>()
    })
  }

  async *stream(
    sql: string,
    parameters: QueryParameters = {},
    limits: QueryLimits = {},
  ): AsyncIterable<readonly StoreRecord[]> {
    // However many rows, and the time that whoever reads them takes is in it.
    const { settings } = limitSettings({ resultRows: 0, seconds: LONG, ...limits })
    try {
      const answer = await this.#reader.query({
        query: sql,
        query_params: { ...parameters },
        format: 'JSONEachRow',
        clickhouse_settings: settings,
        ...(limits.signal === undefined ? {} : { abort_signal: limits.signal }),
      })
      for await (const rows of answer.stream<StoreRecord>()) yield rows.map((row) => row.json())
    } catch (error) {
      throw toFault(error, limits.signal)
    }
  }

  async command(sql: string, parameters: QueryParameters = {}): Promise<void> {
    await guarded(undefined, this.#patienceSeconds, async (signal) => {
      await this.#writer.command({
        query: sql,
        query_params: { ...parameters },
        clickhouse_settings: { wait_end_of_query: 1 },
        abort_signal: signal,
      })
    })
  }

  async ping(): Promise<boolean> {
    const answer = await this.#writer.ping({ select: false })
    return answer.success
  }

  async close(): Promise<void> {
    await this.#writer.close()
    if (this.#reader !== this.#writer) await this.#reader.close()
  }

  async #insert(
    into: string,
    token: string,
    body: readonly Uint8Array[],
    settings: ClickHouseSettings = {},
  ): Promise<void> {
    await guarded(undefined, this.#patienceSeconds, async (signal) => {
      const { stream } = await this.#writer.exec({
        query: `INSERT INTO ${into}`,
        values: Readable.from(body),
        clickhouse_settings: { ...INSERT_SETTINGS, ...settings, insert_deduplication_token: token },
        abort_signal: signal,
      })
      for await (const _ of stream);
    })
  }
}

// A batch becomes one block and so one part in each partition: then its token stands for all of it.
const INSERT_SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  // A batch may hold events of any number of clusters, and each of them is a partition.
  max_partitions_per_insert_block: '0',
  distributed_foreground_insert: 1,
  wait_end_of_query: 1,
}

// Half a surrogate pair, which JSON may hold, is refused with all the rows beside it.
const wellFormed = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed() : value

const GRACE_SECONDS = 5

const LONG = LIMIT.storeQuerySecondsMax

const limitSettings = (
  limits: QueryLimits,
): { readonly seconds: number; readonly settings: ClickHouseSettings } => {
  const seconds = Math.min(limits.seconds ?? LIMIT.storeQuerySeconds, LIMIT.storeQuerySecondsMax)
  const memoryBytes = limits.memoryBytes ?? LIMIT.storeQueryMemoryBytes
  const settings: ClickHouseSettings = {
    readonly: '2',
    max_execution_time: seconds,
    max_memory_usage: String(memoryBytes),
    max_result_rows: String(limits.resultRows ?? LIMIT.storeResultRows),
    // Beyond half of it, sorting and grouping go on on the disk.
    max_bytes_before_external_group_by: String(Math.floor(memoryBytes / 2)),
    max_bytes_before_external_sort: String(Math.floor(memoryBytes / 2)),
    output_format_json_quote_64bit_integers: 1,
  }
  return { seconds, settings }
}

const guarded = async <T>(
  signal: AbortSignal | undefined,
  seconds: number,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const late = AbortSignal.timeout(seconds * 1000)
  try {
    return await task(signal === undefined ? late : AbortSignal.any([signal, late]))
  } catch (error) {
    throw toFault(error, signal)
  }
}

const tableName = (table: string): string => table.split('.').map(quotedName).join('.')
