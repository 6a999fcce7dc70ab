/** A column of a table in ClickHouse, and its type there. */
export interface Column {
  readonly name: string
  readonly type: string
}
