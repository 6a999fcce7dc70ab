import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Session } from 'chdb'
import { LIMIT } from '../../base/limit.ts'
import { quotedText } from '../sql-text.ts'
import { EngineError, toEngineError } from './engine-error.ts'
import type { EngineOptions } from './engine-options.ts'

/** A statement and what came with it. */
export interface EngineRequest {
  readonly sql: string
  readonly format: string
  /** Values of `{name:Type}`, as ClickHouse's HTTP interface takes them. */
  readonly parameters: ReadonlyMap<string, string>
  readonly settings: ReadonlyMap<string, string>
  /** When it aborts, the engine is told to stop. */
  readonly signal: AbortSignal
}

/**
 * ClickHouse within this process. Every request gets a connection of its own, which costs less than
 * a millisecond, so that no setting or parameter of one request is there for the next.
 */
export class ChdbEngine {
  readonly version: string
  readonly #options: EngineOptions
  readonly #open: () => Session
  /** Holds the engine open, and stops queries: a session that is never busy for long. */
  readonly #keeper: Session
  readonly #running = new Set<Promise<void>>()
  #last: Promise<void> = Promise.resolve()

  static async open(options: EngineOptions, args: readonly string[]): Promise<ChdbEngine> {
    const chdb = await import('chdb')
    const path = join(options.folder, 'data')
    return new ChdbEngine(options, () => new chdb.Session(path, { connectionArgs: args }))
  }

  private constructor(options: EngineOptions, open: () => Session) {
    this.#options = options
    this.#open = open
    this.#keeper = open()
    this.version = this.#keeper.query('SELECT version()', 'TabSeparated').trim()
    this.#keeper.query(`CREATE DATABASE IF NOT EXISTS \`${options.database}\``)
  }

  /** The answer of a query in pieces. What it may do was decided before: see gate.ts. */
  read(request: EngineRequest): AsyncIterable<Uint8Array> {
    // Each holds a thread of ours as long as it runs, and inserts need one too.
    if (this.#running.size >= LIMIT.engineStatementsMax) throw busy()
    return this.#run(request, READ_ONLY, streamed)
  }

  /** Any other statement, and what it answers. */
  write(request: EngineRequest): AsyncIterable<Uint8Array> {
    return this.#run(request, '', whole)
  }

  /** An insert, and how many rows it read. One at a time, in the order they are asked for. */
  async insert(request: EngineRequest): Promise<number> {
    const before = this.#last
    let done: () => void = () => {}
    this.#last = new Promise((resolve) => {
      done = resolve
    })
    await before
    let rows = 0
    const counted: Chunks = async function* (session, { sql }) {
      const answer = await session.queryAsync(sql)
      rows = answer.rowsRead
      yield answer.bytes()
    }
    try {
      for await (const _ of this.#run(request, '', counted));
      return rows
    } finally {
      done()
    }
  }

  /** Stops every query and lets go of the folder. */
  async close(): Promise<void> {
    await this.#kill("Settings['log_comment'] LIKE 'request-%'")
    await Promise.allSettled(this.#running)
    this.#keeper.close()
  }

  async *#run(request: EngineRequest, last: string, chunks: Chunks): AsyncIterable<Uint8Array> {
    const name = `request-${randomUUID()}`
    const session = this.#open()
    let finished: () => void = () => {}
    const running = new Promise<void>((resolve) => {
      finished = resolve
    })
    this.#running.add(running)
    let late: NodeJS.Timeout | undefined
    const kill = (): void => {
      void this.#kill(`Settings['log_comment'] = '${name}'`)
      // The engine looks up between two blocks only; one may take hours.
      late = setTimeout(() => process.kill(process.pid, 'SIGKILL'), this.#options.stopMs)
    }
    try {
      await prepare(session, this.#options.database, request, name, last)
      if (request.signal.aborted) throw cancelled()
      request.signal.addEventListener('abort', kill)
      yield* chunks(session, request)
    } catch (thrown) {
      throw toEngineError(thrown)
    } finally {
      request.signal.removeEventListener('abort', kill)
      clearTimeout(late)
      session.close()
      this.#running.delete(running)
      finished()
    }
  }

  // Never SYNC: that hangs in this engine, and a statement would wait for the one it stops.
  async #kill(which: string): Promise<void> {
    await this.#keeper.queryAsync(`KILL QUERY WHERE ${which} ASYNC`).catch(() => undefined)
  }
}

// Last of all: with it no later statement changes a setting, not even this one.
const READ_ONLY = ', readonly = 1'

const prepare = async (
  session: Session,
  database: string,
  { parameters, settings }: EngineRequest,
  name: string,
  last: string,
): Promise<void> => {
  const values = [
    ...[...settings].map(([key, value]) => `${key} = ${quotedText(value)}`),
    ...[...parameters].map(([key, value]) => `param_${key} = ${quotedText(value)}`),
    `log_comment = '${name}'`,
  ]
  await session.queryAsync(`USE \`${database}\``)
  await session.queryAsync(`SET ${values.join(', ')}${last}`)
}

type Chunks = (session: Session, request: EngineRequest) => AsyncIterable<Uint8Array>

async function* streamed(
  session: Session,
  { sql, format }: EngineRequest,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of session.queryStream(sql, { format })) yield chunk.raw()
}

// The engine streams the answers of SELECT only.
async function* whole(
  session: Session,
  { sql, format }: EngineRequest,
): AsyncGenerator<Uint8Array> {
  yield (await session.queryAsync(sql, { format })).bytes()
}

const busy = (): EngineError =>
  new EngineError(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', 'Too many simultaneous queries.')

const cancelled = (): EngineError =>
  new EngineError(394, 'QUERY_WAS_CANCELLED', 'Query was cancelled.')
