/** Rows of a table in ClickHouse's Native format, as base/native-block.ts makes them. */
export interface Rows {
  /** Blocks of the same columns, one after the other. */
  readonly blocks: readonly Uint8Array[]
  readonly count: number
}

/** Values of `{name:Type}` in a query. */
export type QueryParameters = Readonly<Record<string, unknown>>

/** How far a query may go; a query has defaults for all of them. */
export interface QueryLimits {
  readonly seconds?: number
  readonly memoryBytes?: number
  readonly resultRows?: number
  readonly signal?: AbortSignal
}

/**
 * ClickHouse, by its HTTP interface: embedded or a cluster, the caller cannot tell. Everything
 * rejects with a Fault: `store/unreachable` and `store/overloaded` are transient, `store/refused`
 * is not.
 */
export interface Store {
  /** The version that the server says. */
  readonly version: string
  /**
   * Inserts rows exactly once: a second call with the same token and the same rows changes nothing,
   * within the table's deduplication window.
   */
  insert(table: string, token: string, columns: readonly string[], rows: Rows): Promise<void>
  /** Inserts objects, column by name: for the small tables. */
  insertRecords(table: string, token: string, records: readonly StoreRecord[]): Promise<void>
  /** The rows of an answer, which is read whole: 64-bit numbers are text. */
  query(sql: string, parameters?: QueryParameters, limits?: QueryLimits): Promise<StoreRecord[]>
  /** The rows of an answer of any size. */
  stream(
    sql: string,
    parameters?: QueryParameters,
    limits?: QueryLimits,
  ): AsyncIterable<readonly StoreRecord[]>
  /** A statement without an answer: DDL. */
  command(sql: string, parameters?: QueryParameters): Promise<void>
  /** Resolves to true when it answers at all. */
  ping(): Promise<boolean>
  close(): Promise<void>
}

/** A row by the names of its columns. */
export type StoreRecord = Readonly<Record<string, unknown>>
