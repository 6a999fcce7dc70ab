import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { LIMIT } from '../../base/limit.ts'
import type { ChdbEngine, EngineRequest } from './chdb-engine.ts'
import { EngineError, toEngineError } from './engine-error.ts'
import type { EngineOptions, EngineRole } from './engine-options.ts'
import { gateQuery, type InsertStatement, insertStatement, plainStatement } from './gate.ts'

/**
 * The part of ClickHouse's HTTP interface that its clients use, before an engine within the
 * process: `/ping`, queries, statements, inserts, with settings and parameters in the address.
 * Upstream: ClickHouse, src/Server/HTTPHandler.cpp.
 */
export const engineServer = (engine: ChdbEngine, options: EngineOptions): Server => {
  const roleOf = roleReader(options.secrets)
  return createServer({ maxHeaderSize: LIMIT.engineHeadBytesMax }, (request, response) => {
    void answer({ engine, role: roleOf(request), request, response })
  })
}

interface Exchange {
  readonly engine: ChdbEngine
  readonly role: EngineRole | undefined
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const answer = async (exchange: Exchange): Promise<void> => {
  const { request, response } = exchange
  try {
    const address = new URL(request.url ?? '/', 'http://engine')
    if (address.pathname === '/ping') response.end('Ok.\n')
    else await run(exchange, address.searchParams)
  } catch (thrown) {
    refuse(response, toEngineError(thrown))
  }
}

const run = async (exchange: Exchange, address: URLSearchParams): Promise<void> => {
  const { role, request, response, engine } = exchange
  if (role === undefined) throw new EngineError(516, 'AUTHENTICATION_FAILED', 'Wrong password.')
  const stop = new AbortController()
  response.on('close', () => stop.abort())
  const base = { ...readAddress(address), signal: stop.signal, format: 'TabSeparated' }
  const head = address.get('query') ?? ''
  const insert = role === 'write' && head !== '' ? insertStatement(head) : undefined
  if (insert !== undefined) {
    await insertBody(exchange, insert, base)
    response.setHeader('x-clickhouse-format', insert.format)
    response.end()
    return
  }
  const body = await readBody(request)
  const sql = head + body.sql
  const statement = role === 'write' ? plainStatement(sql) : gateQuery(sql)
  const parameters = new Map([...base.parameters, ...body.parameters])
  const format = statement.format ?? base.format
  const asked = { ...base, parameters, sql: statement.sql, format }
  const waits = address.get('wait_end_of_query') === '1'
  response.setHeader('x-clickhouse-format', asked.format)
  await send(response, role === 'write' ? engine.write(asked) : engine.read(asked), waits)
}

type Base = Omit<EngineRequest, 'sql'>

// The rows wait in a file until all of them are there: half a body must insert nothing. ClickHouse
// reads it as it reads a body, so that settings such as the deduplication token hold.
const insertBody = async (
  { engine, request }: Exchange,
  { head, format }: InsertStatement,
  base: Base,
): Promise<void> => {
  const name = join('spool', randomBytes(8).toString('hex'))
  try {
    await pipeline(request, createWriteStream(name, { flags: 'wx', mode: 0o600 }))
    const file = await open(name, 'r')
    try {
      const from = `FROM INFILE '${OPEN_FILES}/${file.fd}' COMPRESSION 'none'`
      const rows = await engine.insert({ ...base, sql: `${head} ${from} FORMAT ${format}` })
      if (rows === 0 && (await file.stat()).size > 0) {
        throw new EngineError(1002, 'UNKNOWN_EXCEPTION', 'No row of the body was read.')
      }
    } finally {
      await file.close()
    }
  } finally {
    await unlink(name).catch(() => undefined)
  }
}

// By its number, not by its name: `*` or `{` in the name of a folder is a pattern to ClickHouse,
// and one that fits nothing inserts nothing and says nothing.
const OPEN_FILES = process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd'

const send = async (
  response: ServerResponse,
  chunks: AsyncIterable<Uint8Array>,
  waits: boolean,
): Promise<void> => {
  if (waits) return sendWhole(response, chunks)
  const tag = randomBytes(8).toString('hex')
  response.setHeader('x-clickhouse-exception-tag', tag)
  try {
    for await (const chunk of chunks) await write(response, chunk)
  } catch (thrown) {
    if (!response.headersSent) throw thrown
    await write(response, Buffer.from(lateException(toEngineError(thrown).text, tag)))
  }
  response.end()
}

const sendWhole = async (
  response: ServerResponse,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> => {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > LIMIT.engineAnswerBytesMax) {
      throw new EngineError(396, 'TOO_MANY_ROWS_OR_BYTES', 'Limit for result exceeded.')
    }
    parts.push(chunk)
  }
  response.end(Buffer.concat(parts))
}

const write = (response: ServerResponse, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    response.write(chunk, (error) => (error == null ? resolve() : reject(error)))
  })

/** How ClickHouse says, within an answer that has begun, that it failed. */
const lateException = (text: string, tag: string): string => {
  const message = `${text}\n`
  const length = Buffer.byteLength(message)
  return `\r\n__exception__\r\n${tag}\r\n${message}${length} ${tag}\r\n__exception__\r\n`
}

const refuse = (response: ServerResponse, error: EngineError): void => {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  response.writeHead(error.status, {
    'content-type': 'text/plain; charset=UTF-8',
    'x-clickhouse-exception-code': String(error.code),
  })
  response.end(`${error.text}\n`)
}

interface Body {
  readonly sql: string
  readonly parameters: ReadonlyMap<string, string>
}

// Parameters too long for an address come in a form, beside the statement.
const readBody = async (request: IncomingMessage): Promise<Body> => {
  const bytes = await bodyBytes(request)
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) {
    return { sql: bytes.toString('utf8'), parameters: new Map() }
  }
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData()
  const parameters = new Map<string, string>()
  for (const [name, value] of form) {
    if (name.startsWith('param_')) parameters.set(parameterName(name), String(value))
  }
  return { sql: String(form.get('query') ?? ''), parameters }
}

const bodyBytes = async (request: IncomingMessage): Promise<Buffer<ArrayBuffer>> => {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    const chunk: Buffer = part
    bytes += chunk.byteLength
    if (bytes > LIMIT.engineStatementBytesMax) {
      throw new EngineError(62, 'SYNTAX_ERROR', 'Max query size exceeded.')
    }
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}

/** What is in an address besides settings: none of our business, or read elsewhere. */
const NO_SETTINGS: ReadonlySet<string> = new Set([
  'query',
  'query_id',
  'database',
  'wait_end_of_query',
  'default_format',
  'readonly',
  'log_comment',
])

const readAddress = (address: URLSearchParams): Pick<Base, 'parameters' | 'settings'> => {
  const parameters = new Map<string, string>()
  const settings = new Map<string, string>()
  for (const [key, value] of address) {
    if (NO_SETTINGS.has(key)) continue
    if (key.startsWith('param_')) parameters.set(parameterName(key), value)
    else settings.set(plainName(key), value)
  }
  return { parameters, settings }
}

const parameterName = (key: string): string => plainName(key.slice('param_'.length))

const plainName = (name: string): string => {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  throw new EngineError(115, 'UNKNOWN_SETTING', `Unknown setting '${name}'.`)
}

const roleReader = (
  secrets: EngineOptions['secrets'],
): ((request: IncomingMessage) => EngineRole | undefined) => {
  const expected = (['write', 'read'] as const).map(
    (role) => [role, digestOf(basic(role, secrets[role]))] as const,
  )
  return (request) => {
    const given = digestOf(request.headers.authorization ?? '')
    return expected.find(([, digest]) => timingSafeEqual(digest, given))?.[0]
  }
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
