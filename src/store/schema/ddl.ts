import { quotedName, quotedText } from '../sql-text.ts'
import type { Table, TableColumn } from './table.ts'

/** On what the tables are: one node, or every node of a ClickHouse cluster of that name. */
export type Shape =
  | { readonly kind: 'single' }
  | { readonly kind: 'cluster'; readonly name: string }

/** The same, and in which database: what is said on every node names it. */
export type Target =
  | { readonly kind: 'single' }
  | { readonly kind: 'cluster'; readonly name: string; readonly database: string }

/** The statements that make a table where there is none. */
export const createTable = (table: Table, target: Target): readonly string[] => {
  if (target.kind === 'single') {
    return [statement(`CREATE TABLE IF NOT EXISTS ${quotedName(table.name)}`, table, engine(table))]
  }
  const local = quotedName(`${table.name}_local`)
  const database = quotedName(target.database)
  const on = `ON CLUSTER ${quotedName(target.name)}`
  const path = `/clickhouse/tables/{shard}/${target.database}/${table.name}_local`
  const replicated = `Replicated${engine(table, `${quotedText(path)}, '{replica}'`)}`
  const distributed =
    `Distributed(${quotedText(target.name)}, ${quotedText(target.database)}, ` +
    `${quotedText(`${table.name}_local`)}, ${table.shardBy})`
  return [
    statement(`CREATE TABLE IF NOT EXISTS ${database}.${local} ${on}`, table, replicated, true),
    `CREATE TABLE IF NOT EXISTS ${database}.${quotedName(table.name)} ${on} AS ${database}.${local}\n` +
      `ENGINE = ${distributed}`,
  ]
}

/** The statements that add a column to a table that lacks it. Nobody who inserts is disturbed. */
export const addColumn = (table: string, column: TableColumn, target: Target): readonly string[] =>
  altered(table, target).map(
    (name) => `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${columnText(column)}`,
  )

/** The statement that drops a partition of a table, by the values of its key. */
export const dropPartition = (table: string, key: readonly string[], target: Target): string =>
  `ALTER TABLE ${holderOf(table, target)} DROP PARTITION (${key.map(quotedText).join(', ')})`

/** The column as a table's definition has it. */
export const columnText = (column: TableColumn): string => {
  const { name, type, codec, settings, alias, default: value } = column
  const parts = [
    quotedName(name),
    type,
    value === undefined ? '' : `DEFAULT ${value}`,
    alias === undefined ? '' : `ALIAS ${alias}`,
    codec === undefined ? '' : `CODEC(${codec})`,
    settings === undefined ? '' : `SETTINGS (${settings})`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** A batch that is inserted again is recognised within so many others. */
const TOKENS_KEPT = 10_000

const statement = (
  head: string,
  table: Table,
  engineText: string,
  isReplicated = false,
): string => {
  const inside = [
    ...table.columns.map(columnText),
    ...(table.indices ?? []).map((index) => `INDEX ${index}`),
  ]
  const window = isReplicated
    ? 'replicated_deduplication_window'
    : 'non_replicated_deduplication_window'
  const settings = { ...table.settings, [window]: TOKENS_KEPT }
  const clauses = [
    `ENGINE = ${engineText}`,
    table.partitionBy === undefined ? '' : `PARTITION BY ${table.partitionBy}`,
    table.primaryKey === undefined ? '' : `PRIMARY KEY ${table.primaryKey}`,
    `ORDER BY ${table.orderBy}`,
    table.ttl === undefined ? '' : `TTL ${table.ttl.join(', ')}`,
    `SETTINGS ${Object.entries(settings)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ')}`,
    `COMMENT ${quotedText(table.about)}`,
  ]
  const lines = inside.map((one) => `  ${one}`).join(',\n')
  return `${head}\n(\n${lines}\n)\n${clauses.filter((clause) => clause !== '').join('\n')}`
}

const engine = ({ latestBy }: Table, replication = ''): string => {
  if (latestBy === undefined) return `MergeTree(${replication})`
  const parts = [replication, latestBy].filter((part) => part !== '')
  return `ReplacingMergeTree(${parts.join(', ')})`
}

/** What an ALTER names: on a cluster the tables that hold the rows, and then those before them. */
const altered = (table: string, target: Target): readonly string[] =>
  target.kind === 'single'
    ? [holderOf(table, target)]
    : [holderOf(table, target), onCluster(table, target)]

const holderOf = (table: string, target: Target): string =>
  target.kind === 'single' ? quotedName(table) : onCluster(`${table}_local`, target)

const onCluster = (
  table: string,
  { database, name }: Extract<Target, { readonly kind: 'cluster' }>,
): string => `${quotedName(database)}.${quotedName(table)} ON CLUSTER ${quotedName(name)}`
