import { NO, type Truth, UNKNOWN, YES } from '../base/truth.ts'
import { eventColumns, type Row } from '../detect/columns.ts'
import type { Statement } from '../sigma/emit/clickhouse.ts'
import type { EventTable, Query } from '../sigma/emit/clickhouse-correlation.ts'
import { CommandError, EXIT } from './shell.ts'

/** An event as it is stored. */
export interface StoredEvent {
  readonly row: Row
  readonly cluster: string
  /** What decides, by its text, which of several events at one time comes first. */
  readonly origin: string
}

/** Events in a ClickHouse within this process; they are numbered from 0 on. */
export interface EventStore {
  /** What the statement says of the events from one number up to, and without, another. */
  judge(statement: Statement, from: number, to: number): readonly Truth[]
  /** The rows that a query answers. */
  ask(query: Query): readonly Readonly<Record<string, unknown>>[]
  close(): void
}

/** The table, and what is in it besides the columns of fields. */
export const EVENTS: EventTable = {
  name: 'events',
  time: 'received_at',
  cluster: 'cluster',
  origin: 'origin',
}

/** Fills a table with the events. One at a time; the package chdb is only needed for this. */
export const openEventStore = async (
  events: Iterable<StoredEvent>,
  load: () => Promise<typeof import('chdb')> = () => import('chdb'),
): Promise<EventStore> => {
  const session = new (await load().catch(notInstalled)).Session()
  const columns = eventColumns().map(({ name, type }) => `\`${name}\` ${type}`)
  const own = `id UInt32, ${EVENTS.cluster} String, ${EVENTS.origin} String`
  session.query(`CREATE TABLE ${EVENTS.name} (${own}, ${columns.join(', ')}) ENGINE = Memory`)
  let id = 0
  for (const chunk of chunked(events)) {
    const lines = chunk.map(({ row, cluster, origin }) =>
      JSON.stringify({ id: id++, [EVENTS.cluster]: cluster, [EVENTS.origin]: origin, ...row }),
    )
    session.query(`${INSERT}\n${lines.join('\n')}`)
  }
  const answers = (query: string, parameters: Query['parameters']): readonly unknown[] => {
    const answer = session.queryBind(query, { ...parameters }, 'JSONEachRow').trim()
    return answer === '' ? [] : answer.split('\n').map((line): unknown => JSON.parse(line))
  }
  return {
    judge: ({ where, parameters }, from, to) => {
      const which = `id >= ${from} AND id < ${to}`
      const query = `SELECT ${where} AS truth FROM ${EVENTS.name} WHERE ${which} ORDER BY id`
      return from === to ? [] : answers(query, parameters).map(truthOf)
    },
    ask: ({ query, parameters }) => answers(query, parameters).map(asRecord),
    close: () => session.close(),
  }
}

/** What an answer says under `truth`. */
export const truthOf = (answer: unknown): Truth => {
  const { truth } = asRecord(answer)
  if (truth === null) return UNKNOWN
  if (truth === 1 || truth === true) return YES
  if (truth === 0 || truth === false) return NO
  throw new Error(`bug: ClickHouse answers ${JSON.stringify(answer)}`)
}

const INSERT =
  "INSERT INTO events SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow"

const EVENTS_PER_INSERT = 1000

function notInstalled(error: unknown): never {
  throw new CommandError(
    EXIT.environment,
    'the package chdb, ClickHouse within a process, cannot be loaded',
    'npm install chdb (it has 540 MB, so that it does not come with deckwatch)',
    error,
  )
}

function* chunked(events: Iterable<StoredEvent>): Generator<readonly StoredEvent[]> {
  let chunk: StoredEvent[] = []
  for (const event of events) {
    chunk.push(event)
    if (chunk.length < EVENTS_PER_INSERT) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
