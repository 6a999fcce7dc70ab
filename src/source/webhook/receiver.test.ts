import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { LIMIT } from '../../base/limit.ts'
import { openReceiver } from './receiver.ts'
import type { ReceiverOptions } from './receiver-options.ts'
import { type Answered, call, exchangeRaw, type Sent } from './testing/call.ts'
import { type Desk, openDesk } from './testing/desk.ts'

const LIST = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[]}'
const PATH = '/audit/prod/master-1'
const FULL = new Fault('log/full', 'no room', { transient: true })

/** A machine may be slow. */
const PATIENT = { timeout: 15_000, interval: 10 }

const desks: Desk[] = []
afterEach(async () => {
  for (const at of desks.splice(0)) {
    const stop = resolveAll(at)
    await at.receiver.close()
    stop()
  }
})
const desk = async (...parameters: Parameters<typeof openDesk>): Promise<Desk> => {
  const opened = await openDesk(...parameters)
  desks.push(opened)
  return opened
}
/** From now on whatever is handed is kept; until called back. */
const resolveAll = ({ handed }: Desk): (() => void) => {
  const timer = setInterval(() => {
    for (const { resolve } of handed) resolve()
  }, 2)
  return () => clearInterval(timer)
}
const post = ({ receiver }: Desk, path = PATH, sent: Sent = {}): Promise<Answered> =>
  call(receiver.address, path, { body: LIST, ...sent })
const handed = (at: Desk, count: number): Promise<unknown> =>
  expect.poll(() => at.handed.length, PATIENT).toBe(count)
const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

describe('a body is acknowledged when it is kept', () => {
  test('the request that an API server sends, byte for byte', async () => {
    const at = await desk(false)
    const body = readFileSync(new URL('fixtures/recorded-body.json', import.meta.url))
    const [first, ...lines] = readFileSync(
      new URL('fixtures/recorded-head.txt', import.meta.url),
      'latin1',
    ).split('\n')
    const headers = Object.fromEntries(
      lines.filter((line) => line !== '').map((line) => line.split(': ')),
    )
    expect(first).toBe('POST /a?timeout=30s HTTP/1.1')
    const answered = await post(at, `${PATH}?timeout=30s`, { body, headers })
    expect(answered).toMatchObject({
      ...{ status: 200, body: '' },
      headers: { 'content-type': 'application/json', 'content-length': '0' },
    })
    expect(at.handed[0]?.delivery).toEqual({
      kind: 'body',
      source: { cluster: 'prod', server: 'master-1', way: 'webhook' },
      ...{ arrivedUs: at.clock.nowUs(), sha256: sha256(body), length: body.length },
    })
    expect(Buffer.from(at.handed[0]?.bytes ?? []).equals(body)).toBe(true)
  })

  test('not before', async () => {
    const at = await desk(true)
    let answered: Answered | undefined
    const waiting = post(at).then((answer) => {
      answered = answer
    })
    await handed(at, 1)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(answered).toBeUndefined()
    at.clock.move(250)
    at.handed[0]?.resolve()
    await waiting
    expect(answered).toMatchObject({ status: 200 })
    expect(at.acknowledged).toEqual([0.25])
  })

  test('when it cannot be kept: 503 and Retry-After 5, and kept when it comes again', async () => {
    const at = await desk(true)
    const first = post(at)
    await handed(at, 1)
    at.handed[0]?.reject(FULL)
    expect(await first).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    const second = post(at)
    await handed(at, 2)
    at.handed[1]?.resolve()
    expect((await second).status).toBe(200)
    expect(at.receiver.counts()).toMatchObject({ unkept: 1, kept: 1, duplicates: 0 })
  })

  test('when it takes 10 s: 503 and Retry-After 3; the same body then waits for the same', async () => {
    const at = await desk(true)
    const first = post(at)
    await handed(at, 1)
    at.clock.move(9_999)
    at.clock.move(1)
    expect(await first).toMatchObject({ status: 503, headers: { 'retry-after': '3' } })
    const second = post(at)
    await new Promise((resolve) => setTimeout(resolve, 30))
    at.handed[0]?.resolve()
    expect((await second).status).toBe(200)
    expect(at.handed).toHaveLength(1)
    expect(at.receiver.counts()).toMatchObject({ late: 1, kept: 1, duplicates: 1 })
  })
})

describe('a body is never refused for what it is', () => {
  test.each([
    ['', 'unparsable'],
    ['nonsense', 'unparsable'],
    ['[1]', 'unparsable'],
    ['{"kind":"EventList","items":[{"a":1', 'unparsable'],
    ['\u0000\u00ff', 'unparsable'],
    ['{"kind":"Pod"}', undefined],
    ['{"kind":"EventList","items":[{"a":NaN},{"b":1}]}', undefined],
  ])('%j', async (body, quarantine) => {
    const at = await desk(false)
    const types = ['text/plain', 'application/json; charset=', '']
    for (const [i, type] of types.entries()) {
      const headers = { 'content-type': type, 'content-encoding': 'x', accept: 'x/y' }
      const { status } = await post(at, `/audit/prod/s${i}`, { body, headers })
      expect(status).toBe(200)
    }
    expect(at.handed).toHaveLength(3)
    const [first] = at.handed
    expect(first?.delivery).toMatchObject({ sha256: sha256(body), length: Buffer.byteLength(body) })
    expect(first?.delivery.kind === 'body' && first.delivery.quarantine).toBe(
      quarantine ?? undefined,
    )
    expect(Buffer.from(first?.bytes ?? []).toString()).toBe(body)
    const gaps = quarantine === undefined ? {} : { quarantine: 1 }
    expect(at.receiver.status()[0]?.gaps).toEqual(gaps)
  })

  test('too long: the beginning is kept and the digest of all (F18)', async () => {
    const at = await desk(false)
    const length = LIMIT.webhookBodyBytesMax + 1
    const chunk = Buffer.alloc(4_194_304, 'x')
    const hash = createHash('sha256')
    const before = process.memoryUsage().rss
    const status = await new Promise((resolve, reject) => {
      const { host, port } = at.receiver.address
      const request = httpRequest({ host, port, path: PATH, method: 'POST' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject)
      let left = length
      const write = (): void => {
        const piece = chunk.subarray(0, Math.min(left, chunk.length))
        left -= piece.length
        hash.update(piece)
        if (left === 0) request.end(piece)
        else request.write(piece, write)
      }
      write()
    })
    expect(status).toBe(200)
    const [kept] = at.handed
    expect(kept?.delivery).toMatchObject({
      quarantine: 'oversize',
      length,
      sha256: hash.digest('hex'),
    })
    expect(kept?.bytes).toHaveLength(LIMIT.quarantineBytes)
    expect(at.receiver.status()[0]).toMatchObject({ bytes: length, gaps: { oversize: 1 } })
    expect(process.memoryUsage().rss - before).toBeLessThan(1_073_741_824)
  })
})

describe('the same body again', () => {
  test('at once, many times: one is kept, all wait for it (F15)', async () => {
    const at = await desk(true)
    const all = Array.from({ length: 11 }, () => post(at))
    await handed(at, 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(at.handed).toHaveLength(1)
    at.handed[0]?.resolve()
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(Array(11).fill(200))
    expect(at.receiver.status()).toMatchObject([{ deliveries: 1, duplicates: 10 }])
  })

  test('at once, and it cannot be kept: none is acknowledged', async () => {
    const at = await desk(true)
    const all = [post(at), post(at), post(at)]
    await handed(at, 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    at.handed[0]?.reject(FULL)
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([503, 503, 503])
  })

  test('later, and from another API server: only that is no duplicate', async () => {
    const at = await desk(false)
    for (const path of [PATH, PATH, '/audit/prod/master-2', '/audit/other/master-1', PATH]) {
      expect((await post(at, path)).status).toBe(200)
    }
    expect(at.handed).toHaveLength(3)
    expect(at.receiver.counts()).toMatchObject({ kept: 3, duplicates: 2 })
  })

  test('known from before the start, as many as are remembered', async () => {
    const source = { cluster: 'prod', server: 'master-1', way: 'webhook' } as const
    const others = Array.from({ length: LIMIT.bodiesRememberedMax - 1 }, (_, i) =>
      (i + 1).toString(16).padStart(64, '0123456789abcdef'),
    )
    const known = [sha256(LIST), ...others].map((digest) => ({ source, sha256: digest }))
    const at = await desk(false, {}, { known })
    expect((await post(at)).status).toBe(200)
    expect(at.handed).toEqual([])
    expect((await post(at, '/audit/prod/master-2')).status).toBe(200)
    expect(at.handed).toHaveLength(1)
  })
})

describe('no source can starve another', () => {
  test('what is kept takes turns', async () => {
    const at = await desk(true)
    const body = (i: number): Buffer => Buffer.alloc(16_000_000, `${i}`)
    const flood = Array.from({ length: 8 }, (_, i) => post(at, PATH, { body: body(i) }))
    await handed(at, 2)
    const other = post(at, '/audit/prod/master-2')
    await expect.poll(() => at.receiver.status().length, PATIENT).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const isThere = (): boolean =>
      at.handed.some(({ delivery }) => delivery.source.server === 'master-2')
    for (const { resolve } of at.handed.slice(0, 2)) resolve()
    await expect.poll(isThere, PATIENT).toBe(true)
    expect(at.handed.length).toBeLessThan(6)
    const stop = resolveAll(at)
    expect((await other).status).toBe(200)
    expect((await Promise.all(flood)).every(({ status }) => status === 200)).toBe(true)
    stop()
  })

  test('of the memory for bodies one gets a part, the others find theirs', async () => {
    const at = await desk(true)
    const size = 67_108_864
    const fitting = Math.floor((LIMIT.webhookBytesInHandMax * 2) / 3 / size)
    const body = Buffer.alloc(size)
    const flood = Array.from({ length: fitting + 1 }, (_, i) => {
      body[0] = i
      return post(at, PATH, { body: Uint8Array.from(body) })
    })
    const refused = await Promise.race(flood)
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    const stop = resolveAll(at)
    expect((await post(at, '/audit/prod/master-2')).status).toBe(200)
    const statuses = (await Promise.all(flood)).map(({ status }) => status)
    expect(statuses).toContain(200)
    expect(at.receiver.counts()).toMatchObject({ busy: statuses.filter((s) => s === 503).length })
    stop()
  })

  test('of the places for requests one gets a part', async () => {
    const at = await desk(false)
    const part = Math.floor((LIMIT.webhookExchangesMax * 2) / 3)
    const { host, port } = at.receiver.address
    const sockets = Array.from({ length: part }, () => {
      const socket = connect(port, host)
      socket.on('error', () => {})
      socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n`)
      return socket
    })
    await expect.poll(async () => (await post(at)).status, PATIENT).toBe(503)
    expect((await post(at, '/audit/prod/master-2')).status).toBe(200)
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => at.receiver.counts().broken, PATIENT).toBe(part)
    expect((await post(at)).status).toBe(200)
  })

  test('nor by names: there is an end to them', async () => {
    const at = await desk(false)
    const statuses: number[] = []
    for (let i = 0; i <= LIMIT.webhookSourcesMax; i += 1) {
      statuses.push((await post(at, `/audit/c/s${i}`)).status)
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT.webhookSourcesMax)
    expect(statuses.at(-1)).toBe(503)
  })

  test('nor by connections', async () => {
    const at = await desk(false)
    const { host, port } = at.receiver.address
    const sockets: Socket[] = []
    const openMore = (): void => {
      for (let i = 0; i < LIMIT.webhookConnectionsMax / 8; i += 1) {
        sockets.push(connect(port, host).on('error', () => {}))
      }
    }
    const attempt = (from: string): Promise<string> =>
      post(at, PATH, { from }).then(
        () => 'answered',
        () => 'refused',
      )
    const filling = (): Promise<string> => {
      openMore()
      return attempt('127.0.0.1')
    }
    await expect.poll(filling, PATIENT).toBe('refused')
    expect(sockets.length).toBeGreaterThan(LIMIT.webhookConnectionsMax / 2)
    // Only on Linux all of 127.0.0.0/8 is there.
    if (process.platform === 'linux') expect(await attempt('127.0.0.2')).toBe('answered')
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => attempt('127.0.0.1'), PATIENT).toBe('answered')
  })
})

describe('a request that is no delivery', () => {
  test.each([
    ['GET', PATH, 405],
    ['PUT', PATH, 405],
    ['DELETE', PATH, 405],
    ['OPTIONS', PATH, 405],
    ['POST', '/', 404],
    ['POST', '//audit/prod/master-1', 404],
    ['POST', '/audit/prod/master-1/', 404],
    ['POST', '/audit/prod/%2e%2e', 404],
    ['POST', '/audit/prod/%252e', 404],
    ['GET', '/metrics', 404],
  ])('%s %s: %i', async (method, path, status) => {
    const at = await desk(false)
    const headers = { 'x-http-method-override': 'POST' }
    expect(await post(at, path, { method, headers })).toMatchObject({ status, body: '' })
    expect(at.handed).toEqual([])
    expect(at.receiver.counts().refused).toBe(1)
  })

  test('comes from a page in a browser', async () => {
    const at = await desk(false)
    const { status } = await post(at, PATH, { headers: { origin: 'https://evil.example' } })
    expect(status).toBe(403)
    expect(at.handed).toEqual([])
    expect(at.refusals[0]?.reason).toContain('browser')
  })
})

describe('the wire', () => {
  const HEAD = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`
  const raw = (at: Desk, text: string): Promise<string> => exchangeRaw(at.receiver.address, text)

  test('Expect: 100-continue is answered when the sender is welcome, and only then', async () => {
    const at = await desk(false)
    const expects = `Expect: 100-continue\r\nContent-Length: ${LIST.length}\r\n\r\n`
    const welcome = await raw(at, `${HEAD}${expects}${LIST}`)
    expect(welcome).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /)
    const not = await raw(at, `POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${expects}`)
    expect(not).toMatch(/^HTTP\/1.1 404 /)
    expect(at.handed).toHaveLength(1)
  })

  test('a body in chunks is kept', async () => {
    const at = await desk(false)
    const chunked = `Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`
    expect(await raw(at, `${HEAD}${chunked}`)).toMatch(/^HTTP\/1.1 200 /)
    expect(at.handed[0]?.delivery).toMatchObject({ length: 2 })
  })

  test.each([
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a length that is no number', 'Content-Length: 0x2\r\n\r\n{}'],
    ['a negative length', 'Content-Length: -2\r\n\r\n{}'],
    ['headers without end', `X: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('%s: nothing is kept', async (_, rest) => {
    const at = await desk(false)
    expect(await raw(at, `${HEAD}${rest}`)).toMatch(/^HTTP\/1.1 4\d\d /)
    expect(at.handed).toEqual([])
  })

  test('a chunk that is none: nothing is kept', async () => {
    const at = await desk(false)
    await raw(at, `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n`)
    await expect.poll(() => at.receiver.counts().broken, PATIENT).toBe(1)
    expect(at.handed).toEqual([])
  })

  test('a body that ends too early: nothing is kept', async () => {
    const at = await desk(false)
    const { host, port } = at.receiver.address
    const socket = connect(port, host)
    socket.write(`${HEAD}Content-Length: 500\r\n\r\n${LIST}`)
    await new Promise((resolve) => setTimeout(resolve, 30))
    socket.destroy()
    await expect.poll(() => at.receiver.counts().broken, PATIENT).toBe(1)
    expect(at.handed).toEqual([])
  })

  test('what follows a body is no part of it, and no second request in disguise', async () => {
    const at = await desk(false)
    const head = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n`
    expect(await raw(at, `${head}{}GARBAGE`)).not.toMatch(/200 OK.*200 OK/s)
    await handed(at, 1)
    expect(Buffer.from(at.handed[0]?.bytes ?? []).toString()).toBe('{}')
  })

  test('an upgrade to something else is passed over', async () => {
    const at = await desk(false)
    const upgrade = 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n'
    const head = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n`
    const text = `${head}${upgrade}Content-Length: 2\r\n\r\n{}`
    expect(await raw(at, text)).toMatch(/^HTTP\/1.1 200 /)
  })

  test('a sender who dawdles is sent away after 25 s, and nothing is kept', async () => {
    const at = await desk(false)
    const { host, port } = at.receiver.address
    const socket = connect(port, host)
    let answer = ''
    socket.on('data', (data) => {
      answer += data
    })
    socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{`)
    await expect.poll(() => at.clock.sleepers, PATIENT).toBe(1)
    at.clock.move(25_000)
    await expect.poll(() => answer, PATIENT).toMatch(/^HTTP\/1.1 503 .*Retry-After: 3\r\n/s)
    await expect.poll(() => at.clock.sleepers, PATIENT).toBe(1)
    at.clock.move(2_000)
    await new Promise((resolve) => socket.once('close', resolve))
    expect(at.handed).toEqual([])
    expect(at.receiver.counts()).toMatchObject({ late: 1, broken: 1 })
  })

  test('a connection is used again, also after an answer before the end of the body', async () => {
    const at = await desk(false)
    const { host, port } = at.receiver.address
    const socket = connect(port, host)
    let answers = ''
    socket.on('data', (data) => {
      answers += data
    })
    const request = (path: string, body: string): string =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    socket.write(request(PATH, LIST))
    await expect.poll(() => answers, PATIENT).toMatch(/200 OK/)
    socket.write(request('/nowhere', 'x'.repeat(100_000)))
    await expect.poll(() => answers, PATIENT).toMatch(/404 Not Found/)
    socket.write(request(PATH, '{}'))
    await expect.poll(() => answers.match(/200 OK/g)?.length, PATIENT).toBe(2)
    socket.destroy()
  })
})

describe('a receiver', () => {
  test('waits for what is in hand when it closes, and takes no more', async () => {
    const at = await desk(true)
    const waiting = post(at)
    await handed(at, 1)
    const closing = at.receiver.close()
    expect(at.receiver.notReady()).toBe('the webhook receiver is closed')
    await expect(post(at)).rejects.toThrow()
    at.handed[0]?.resolve()
    expect((await waiting).status).toBe(200)
    await closing
  })

  test('says how each source is doing, those that never sent too', async () => {
    const named = { cluster: 'prod', san: undefined, tokenSha256: undefined }
    const sources = ['master-1', 'master-2'].map((server) => ({ ...named, server }))
    const at = await desk(false, { sources })
    expect(at.receiver.notReady()).toBeUndefined()
    await post(at)
    expect(at.receiver.status()).toMatchObject([
      { source: { server: 'master-1' }, deliveries: 1, lastArrivedUs: at.clock.nowUs() },
      { source: { server: 'master-2' }, deliveries: 0, lastArrivedUs: undefined },
    ])
    expect((await post(at, '/audit/prod/master-3')).status).toBe(403)
  })

  test('is plain HTTP on loopback only, and says so', async () => {
    const open = (host: string): Promise<unknown> => {
      const options: ReceiverOptions = { listen: { host, port: 0 }, tls: undefined, sources: [] }
      return openReceiver(options, async () => {}, systemClock)
    }
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.com', '127.0.0.1.example.com']) {
      await expect(open(host)).rejects.toMatchObject({ code: 'webhook/plain-http' })
    }
    const at = await desk(false)
    expect(at.receiver.remarks()).toEqual([expect.stringContaining('plain HTTP on loopback')])
  })

  test('that finds its port taken is a fault', async () => {
    const at = await desk(false)
    await expect(desk(false, { listen: at.receiver.address })).rejects.toMatchObject({
      code: 'webhook/listen',
    })
  })
})
