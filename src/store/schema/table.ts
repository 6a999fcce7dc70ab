import type { Column } from '../../base/native-block.ts'

/** A column as a table has it. */
export interface TableColumn extends Column {
  /** How it is compressed, such as `Delta(8), ZSTD(1)`; absent: as the table says. */
  readonly codec?: string
  /** Settings of this column alone. */
  readonly settings?: string
  /** What a row has that is inserted without it. */
  readonly default?: string
  /** An expression over the other columns: nothing is stored, and nobody inserts it. */
  readonly alias?: string
}

/** A table, from which its statements are made for one node and for a cluster. */
export interface Table {
  readonly name: string
  /** What it is for, in a sentence. */
  readonly about: string
  readonly columns: readonly TableColumn[]
  /**
   * Rows with the same sorting key are one: the one with the greatest of this column, or for an
   * empty name the one that was inserted last.
   */
  readonly latestBy?: string
  readonly partitionBy?: string
  readonly orderBy: string
  /** Of the sorting key, if that is longer than what is worth keeping in memory. */
  readonly primaryKey?: string
  readonly indices?: readonly string[]
  /** When rows go, or are compressed anew. */
  readonly ttl?: readonly string[]
  readonly settings?: Readonly<Record<string, string | number>>
  /** What spreads the rows over the shards of a cluster. */
  readonly shardBy: string
}
