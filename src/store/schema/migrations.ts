import { Fault } from '../../base/fault.ts'
import type { Store } from '../store.ts'
import { addColumn, createTable, type Shape, type Target } from './ddl.ts'
import type { Table, TableColumn } from './table.ts'
import { storeTables } from './tables.ts'

/** A step from one version of the schema to the next. Each may be repeated. */
export interface Migration {
  readonly version: number
  readonly about: string
  /** Its statements, for the tables as they are today. */
  readonly statements: (tables: readonly Table[], target: Target) => readonly string[]
}

/**
 * All steps, oldest first; a step is never changed once it was released. Columns are only ever
 * added: a program of the version before goes on inserting by names meanwhile.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    about: 'the tables',
    statements: (tables, target) => tables.flatMap((table) => createTable(table, target)),
  },
  {
    version: 2,
    about: 'events name the data directory that stored them',
    statements: (tables, target) => addNamed(tables, 'events', ['instance'], target),
  },
]

/** The statements that add those columns of a table that it lacks. */
export const addNamed = (
  tables: readonly Table[],
  name: string,
  columns: readonly string[],
  target: Target,
): readonly string[] => {
  const table = tables.find((one) => one.name === name)
  const wanted = (table?.columns ?? []).filter((column) => columns.includes(column.name))
  return wanted.flatMap((column) => addColumn(name, column, target))
}

/**
 * Brings the tables of a store up to this program's, forward only, while others go on inserting.
 * Gives the versions that were put in force. A store that is newer than this program is refused
 * with the Fault `store/newer-schema`: what it would write may not be what the other expects.
 */
export const migrate = async (
  store: Store,
  shape: Shape,
  eventColumns: readonly TableColumn[],
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly number[]> => {
  const tables = storeTables(eventColumns)
  const target = await targetOf(store, shape)
  for (const table of tables) {
    if (table.name === 'migrations') await run(store, createTable(table, target))
  }
  const current = await versionOf(store)
  const newest = migrations.at(-1)?.version ?? 0
  if (current > newest) throw newerSchema(current, newest)
  const due = migrations.filter(({ version }) => version > current)
  for (const { version, about, statements } of due) {
    await run(store, statements(tables, target))
    await store.insertRecords('migrations', `migration-${version}`, [{ version, about }])
  }
  return due.map(({ version }) => version)
}

/** The version of the schema that is in force; 0 before the first. */
export const versionOf = async (store: Store): Promise<number> => {
  const [row] = await store.query('SELECT max(version) AS version FROM migrations')
  return Number(row?.version ?? 0)
}

/** Where the tables of a store are, with the database by its name. */
export const targetOf = async (store: Store, shape: Shape): Promise<Target> => {
  if (shape.kind === 'single') return shape
  const [row] = await store.query('SELECT currentDatabase() AS database')
  return { ...shape, database: String(row?.database) }
}

const run = async (store: Store, statements: readonly string[]): Promise<void> => {
  for (const statement of statements) await store.command(statement)
}

const newerSchema = (current: number, newest: number): Fault =>
  new Fault(
    'store/newer-schema',
    `the store has version ${current} of its tables, and this deckwatch knows them up to ` +
      `version ${newest}: start one at least as new as the one that used this store last`,
  )
