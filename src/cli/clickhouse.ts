import { NO, type Truth, UNKNOWN, YES } from '../base/truth.ts'
import { eventColumns, type Row } from '../detect/columns.ts'
import type { Statement } from '../sigma/emit/clickhouse.ts'
import { CommandError, EXIT } from './shell.ts'

/** A table of events in a ClickHouse within this process; its rows are numbered from 0 on. */
export interface EventTable {
  /** What the statement says of the rows from one number up to, and without, another. */
  judge(statement: Statement, from: number, to: number): readonly Truth[]
  close(): void
}

/** Fills a table with the rows. One at a time; the package chdb is only needed for this. */
export const openEventTable = async (
  rows: Iterable<Row>,
  load: () => Promise<typeof import('chdb')> = () => import('chdb'),
): Promise<EventTable> => {
  const session = new (await load().catch(notInstalled)).Session()
  const columns = eventColumns().map(({ name, type }) => `\`${name}\` ${type}`)
  session.query(`CREATE TABLE events (id UInt32, ${columns.join(', ')}) ENGINE = Memory`)
  let id = 0
  for (const chunk of chunked(rows)) {
    const lines = chunk.map((row) => JSON.stringify({ id: id++, ...row }))
    session.query(`${INSERT}\n${lines.join('\n')}`)
  }
  return {
    judge: ({ where, parameters }, from, to) => {
      if (from === to) return []
      const query = `SELECT ${where} FROM events WHERE id >= ${from} AND id < ${to} ORDER BY id`
      const answer = session.queryBind(query, { ...parameters }, 'JSONCompactEachRow').trim()
      return answer.split('\n').map((line) => truthOf(JSON.parse(line)))
    },
    close: () => session.close(),
  }
}

const INSERT =
  "INSERT INTO events SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow"

const ROWS_PER_INSERT = 1000

function notInstalled(error: unknown): never {
  throw new CommandError(
    EXIT.environment,
    'the package chdb, ClickHouse within a process, cannot be loaded',
    'npm install chdb (it has 540 MB, so that it does not come with deckwatch)',
    error,
  )
}

function* chunked(rows: Iterable<Row>): Generator<readonly Row[]> {
  let chunk: Row[] = []
  for (const row of rows) {
    chunk.push(row)
    if (chunk.length < ROWS_PER_INSERT) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

function truthOf([answer]: readonly unknown[]): Truth {
  if (answer === null) return UNKNOWN
  if (answer === 1 || answer === true) return YES
  if (answer === 0 || answer === false) return NO
  throw new Error(`bug: ClickHouse answers ${answer}`)
}
