import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { connectStore } from './clickhouse.ts'
import type { Store } from './store.ts'
import { codeOf, faultOf } from './testing/faults.ts'

interface Asked {
  readonly address: URL
  readonly user: string
  readonly body: string
}

let server: Server | undefined
let store: Store | undefined
afterEach(async () => {
  await store?.close()
  server?.closeAllConnections()
  server?.close()
})

/** A store before a server on loopback that keeps what it was asked and answers with `answer`. */
const open = async (
  answer: (asked: Asked, response: ServerResponse) => void,
): Promise<{ readonly store: Store; readonly asked: Asked[] }> => {
  const asked: Asked[] = []
  server = createServer((request, response) => {
    void read(request).then((one) => {
      asked.push(one)
      if (one.body.includes('version()')) response.end('{"version":"26.8.1.1"}\n')
      else answer(one, response)
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  store = await connectStore({ url: `http://us%40er:pass%2Fword@127.0.0.1:${port}/my_db` })
  return { store, asked }
}

const read = async (request: IncomingMessage): Promise<Asked> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const [, basic] = (request.headers.authorization ?? '').split(' ')
  return {
    address: new URL(request.url ?? '', 'http://host'),
    user: Buffer.from(basic ?? '', 'base64').toString(),
    body: Buffer.concat(chunks).toString(),
  }
}

const empty = (_: Asked, response: ServerResponse): void => void response.end()

const refusing =
  (code: number, type: string) =>
  (_: Asked, response: ServerResponse): void => {
    response.writeHead(500, { 'x-clickhouse-exception-code': code })
    response.end(`Code: ${code}. DB::Exception: It is so. (${type}) (version 26.8.1.1)`)
  }

const settingsOf = ({ address }: Asked): Record<string, string> =>
  Object.fromEntries(address.searchParams)

test('the address says who, where and which database', async () => {
  const opened = await open(empty)
  expect(opened.store.version).toBe('26.8.1.1')
  expect(opened.asked[0]?.user).toBe('us@er:pass/word')
  expect(opened.asked[0]?.address.pathname).toBe('/')
  expect(settingsOf(opened.asked[0] as Asked).database).toBe('my_db')
})

test('a query has limits, and more than the most is not asked for', async () => {
  const opened = await open(empty)
  await opened.store.query('SELECT 1')
  await opened.store.query('SELECT 1', {}, { seconds: LIMIT.storeQuerySecondsMax * 2 })
  for await (const _ of opened.store.stream('SELECT 1'));
  const [, usual, longest, streamed] = opened.asked.map(settingsOf)
  expect(usual).toMatchObject({
    readonly: '2',
    max_execution_time: `${LIMIT.storeQuerySeconds}`,
    max_memory_usage: `${LIMIT.storeQueryMemoryBytes}`,
    max_result_rows: `${LIMIT.storeResultRows}`,
  })
  const most = { max_execution_time: `${LIMIT.storeQuerySecondsMax}` }
  expect(longest).toMatchObject(most)
  expect(streamed).toMatchObject({ ...most, max_result_rows: '0' })
})

test('an insert says its token, its columns and that it is no asynchronous one', async () => {
  const opened = await open(empty)
  const rows = { blocks: [Buffer.from('first '), Buffer.from('second')], count: 2 }
  await opened.store.insert('events', 'batch-1', ['a', 'odd`name'], rows)
  await opened.store.insert('events', 'batch-2', ['a'], { blocks: [], count: 0 })
  expect(opened.asked).toHaveLength(2)
  const insert = opened.asked[1]
  expect(insert?.body).toBe('first second')
  expect(settingsOf(insert as Asked)).toMatchObject({
    query: 'INSERT INTO `events` (`a`, `odd\\`name`) FORMAT Native',
    insert_deduplication_token: 'batch-1',
    insert_deduplicate: '1',
    async_insert: '0',
  })
})

test.each([
  [241, 'MEMORY_LIMIT_EXCEEDED', 'store/overloaded', true],
  [252, 'TOO_MANY_PARTS', 'store/overloaded', true],
  [159, 'TIMEOUT_EXCEEDED', 'store/overloaded', true],
  [242, 'TABLE_IS_READ_ONLY', 'store/overloaded', true],
  [60, 'UNKNOWN_TABLE', 'store/refused', false],
  [516, 'AUTHENTICATION_FAILED', 'store/refused', false],
])('%i %s is %s', async (code, type, fault, transient) => {
  const opened = await open(refusing(code, type))
  for (const ask of [opened.store.query('SELECT 1'), opened.store.command('OPTIMIZE TABLE t')]) {
    const thrown = await faultOf(ask)
    expect(thrown).toMatchObject({ code: fault, transient })
    expect(thrown.message).toContain(`${code} ${type}: It is so.`)
  }
})

test('an answer that is cut off, or none at all, is unreachable', async () => {
  const opened = await open((_, response) => {
    response.write('{"a":1}\n', () => response.destroy())
  })
  const cut = await faultOf(opened.store.query('SELECT 1'))
  expect(cut).toMatchObject({ code: 'store/unreachable', transient: true })
  expect(cut.message).not.toContain('pass')
  const stream = async (): Promise<void> => {
    for await (const _ of opened.store.stream('SELECT 1'));
  }
  expect(await codeOf(stream())).toBe('store/unreachable')
  server?.closeAllConnections()
  server?.close()
  expect(await opened.store.ping()).toBe(false)
  expect(await codeOf(opened.store.command('SELECT 1'))).toBe('store/unreachable')
})

test('so many connections at a time, and the others wait', async () => {
  const waiting: ServerResponse[] = []
  const opened = await open((_, response) => void waiting.push(response))
  const queries = Array.from({ length: LIMIT.storeConnectionsMax + 2 }, () =>
    opened.store.query('SELECT 1'),
  )
  let most = 0
  for (let answered = 0; answered < queries.length; answered += 1) {
    while (waiting.length === 0) await new Promise(setImmediate)
    // Time enough for one too many to come.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
    most = Math.max(most, waiting.length)
    waiting.shift()?.end()
  }
  await Promise.all(queries)
  expect(most).toBe(LIMIT.storeConnectionsMax)
})
