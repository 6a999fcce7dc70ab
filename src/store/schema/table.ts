import type { Column } from '../../base/native-block.ts'

/** A column as a table has it. */
export interface TableColumn extends Column {
  /** How it is compressed, such as `Delta(8), ZSTD(1)`. */
  readonly codec?: string
  /** An expression over the other columns: nothing is stored. */
  readonly alias?: string
}
