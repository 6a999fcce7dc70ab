import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync } from 'node:fs'
import { connect, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../base/clock.ts'
import type { Delivery } from '../../model/delivery.ts'
import { makeFolder } from '../testing/folder.ts'
import { HandClock } from '../testing/hand-clock.ts'
import { openReceiver, type WebhookReceiver } from './receiver.ts'
import type { ReceiverOptions, WebhookSource } from './receiver-options.ts'
import { type Answered, call, certificate, type Sent, tlsOf } from './testing/call.ts'

const TLS = {
  cert: certificate('server.pem'),
  key: certificate('server.key'),
  clientCA: certificate('ca.pem'),
}
/** A machine may be slow. */
const PATIENT = { timeout: 15_000, interval: 10 }

const LIST = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[]}'

const open: WebhookReceiver[] = []
afterEach(async () => {
  for (const receiver of open.splice(0)) await receiver.close()
})

const start = async (
  sources: readonly WebhookSource[],
  more: Partial<ReceiverOptions> = {},
  clock: Clock = systemClock,
): Promise<{
  receiver: WebhookReceiver
  kept: Delivery[]
  refused: string[]
  reloads: unknown[]
}> => {
  const kept: Delivery[] = []
  const refused: string[] = []
  const reloads: (string | undefined)[] = []
  const options = { listen: { host: '127.0.0.1', port: 0 }, tls: TLS, sources, ...more }
  const receiver = await openReceiver(
    options,
    async (delivery) => {
      kept.push(delivery)
    },
    clock,
    {
      onRefused: ({ reason }) => refused.push(reason),
      onReload: (problem) => reloads.push(problem),
    },
  )
  open.push(receiver)
  return { receiver, kept, refused, reloads }
}

const source = (server: string, more: Partial<WebhookSource> = {}): WebhookSource => ({
  ...{ cluster: 'prod', server, san: undefined, tokenSha256: undefined },
  ...more,
})

describe.each([false, true])('who may send (HTTP/2: %s)', (http2) => {
  const send = (to: WebhookReceiver, path: string, sent: Sent): Promise<Answered> =>
    call(to.address, path, { body: LIST, http2, ...sent })

  test.each([
    ['master-1', '/audit/prod/master-1', 200, 'DNS:SERVER.CLUSTER'],
    ['master-2', '/audit/prod/master-2?timeout=30s', 200, 'URI:deckwatch://CLUSTER/SERVER'],
    ['dotted', '/audit/b.c/a', 200, 'the first label is the server'],
    ['dotted', '/audit/c/a.b', 403, 'and only the first'],
    ['master-1', '/audit/prod/master-2', 403, 'the server of another certificate'],
    ['master-1', '/audit/other/master-1', 403, 'another cluster'],
    ['master-1', '/audit/prod/MASTER-1', 403, 'names are compared exactly'],
    ['two-in-one', '/audit/prod/master-1', 403, 'a comma within a name makes no second one'],
    ['no-name', '/audit/prod/master-1', 403, 'no name'],
    ['other', '/audit/prod/master-1', 401, 'another authority'],
    ['expired', '/audit/prod/master-1', 401, 'expired'],
    ['for-servers', '/audit/prod/master-1', 401, 'a certificate that is not for clients'],
    ['', '/audit/prod/master-1', 401, 'no certificate'],
    ['', '/', 401, 'who is nobody learns nothing of paths'],
    ['master-1', '/', 404, 'no such path'],
    ['master-1', '/audit/prod/master-1/', 404, 'no such path'],
  ])('%s to %s: %i, %s', async (shown, path, status, _) => {
    const { receiver, kept } = await start([])
    const answered = await send(receiver, path, { certificate: shown })
    expect(answered).toMatchObject({ status, body: '' })
    expect(kept).toHaveLength(status === 200 ? 1 : 0)
  })

  test('a configured name is the only one that counts', async () => {
    const spiffe = 'URI:spiffe://prod/ns/kube-system/sa/master-3'
    const { receiver } = await start([source('master-3', { san: spiffe }), source('master-1')])
    const status = async (shown: string, server: string): Promise<number> =>
      (await send(receiver, `/audit/prod/${server}`, { certificate: shown })).status
    expect(await status('spiffe', 'master-3')).toBe(200)
    expect(await status('master-1', 'master-1')).toBe(200)
    expect(await status('spiffe', 'master-1')).toBe(403)
    expect(await status('master-2', 'master-2')).toBe(403)
  })

  test('a token alone, where it is configured so, and never for another', async () => {
    const tokenSha256 = createHash('sha256').update('correct-horse').digest('hex')
    const { receiver, refused } = await start([
      source('a', { tokenSha256 }),
      source('b', { tokenSha256: '0'.repeat(64) }),
      source('master-1', { tokenSha256, san: 'DNS:master-1.prod' }),
    ])
    const status = async (server: string, token: string, shown = ''): Promise<number> =>
      (
        await send(receiver, `/audit/prod/${server}`, {
          certificate: shown,
          headers: { authorization: token },
        })
      ).status
    expect(await status('a', 'Bearer correct-horse')).toBe(200)
    expect(await status('b', 'Bearer correct-horse')).toBe(403)
    expect(await status('a', 'Bearer wrong')).toBe(401)
    expect(await status('a', 'correct-horse')).toBe(401)
    expect(await status('a', '')).toBe(401)
    expect(await status('master-1', 'Bearer correct-horse')).toBe(403)
    expect(await status('master-1', 'Bearer correct-horse', 'master-1')).toBe(200)
    expect(await status('master-1', '', 'master-1')).toBe(403)
    expect(refused.join()).not.toContain('correct-horse')
  })

  test('a sender who waits to be told goes on when welcome', async () => {
    const { receiver, kept } = await start([])
    const headers = { expect: '100-continue' }
    const answered = await send(receiver, PATH, { certificate: 'master-1', headers })
    expect(answered.status).toBe(200)
    expect(kept).toHaveLength(1)
  })

  test('the identity is proved before any of the body is read', async () => {
    const { receiver, kept } = await start([])
    const answered = await send(receiver, '/audit/prod/master-1', {
      certificate: 'other',
      body: 'x'.repeat(3_000_000),
      headers: { expect: '100-continue' },
    })
    expect(answered.status).toBe(401)
    expect(kept).toEqual([])
  })
})

test.each(['h2', 'http/1.1'])(
  'over %s a connection without a credential is ended with its 401',
  async (protocol) => {
    const { receiver } = await start([])
    const options = { ...tlsOf(''), servername: 'localhost', ALPNProtocols: [protocol] }
    const socket = connect({ ...receiver.address, ...options }, () => {
      if (protocol === 'h2') {
        socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1')
        socket.write(headersFrame(POST_HEAD))
      } else socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`)
    })
    socket.on('error', () => {})
    socket.resume()
    await new Promise((resolve) => socket.once('close', resolve))
    expect(receiver.counts().refused).toBe(1)
  },
)

describe('a body that is cut off over HTTP/2 is not kept', () => {
  const RESET_NO_ERROR = frame(3, 0, Buffer.from([0, 0, 0, 0]))
  const RESET_CANCEL = frame(3, 0, Buffer.from([0, 0, 0, 8]))
  const END = frame(0, 1, Buffer.alloc(0))
  test.each([
    ['reset without an error', {}, RESET_NO_ERROR],
    ['cancelled', {}, RESET_CANCEL],
    ['with its connection', {}, undefined],
    ['before its declared end', { 'content-length': '500' }, END],
    ['behind its declared end', { 'content-length': '5' }, END],
  ])('%s', async (_, headers, last) => {
    const { receiver, kept } = await start([])
    const socket = connect(
      { ...receiver.address, ...tlsOf('master-1'), servername: 'localhost', ALPNProtocols: ['h2'] },
      () => {
        socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
        socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))
        socket.write(headersFrame({ ...POST_HEAD, ...headers }))
        socket.write(frame(0, 0, Buffer.from(LIST)))
        if (last === undefined) socket.end()
        else socket.write(last)
      },
    )
    socket.on('error', () => {})
    socket.resume()
    await expect.poll(() => receiver.counts().broken, PATIENT).toBe(1)
    expect(kept).toEqual([])
    socket.destroy()
  })
})

const POST_HEAD = {
  ':method': 'POST',
  ':scheme': 'https',
  ':authority': 'x',
  ':path': '/audit/prod/master-1',
}

/** A frame of stream 1. Upstream: RFC 9113, section 4.1. */
function frame(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, type, flags, 0, 0, 0, 1])
  head.writeUIntBE(payload.length, 0, 3)
  return Buffer.concat([head, payload])
}

/** Each header as a literal without indexing. Upstream: RFC 7541, section 6.2.2. */
function headersFrame(headers: Readonly<Record<string, string>>): Buffer {
  const literals = Object.entries(headers).flatMap(([name, value]) => [
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ])
  return frame(1, 4, Buffer.concat(literals))
}

const PATH = '/audit/prod/master-1'

describe('certificates of the receiver', () => {
  const folder = makeFolder()
  const files = {
    cert: folder.write('tls.pem', readFileSync(TLS.cert)),
    key: folder.write('tls.key', readFileSync(TLS.key)),
    clientCA: TLS.clientCA,
  }
  const serialOf = (socket: TLSSocket): string => socket.getPeerCertificate().serialNumber
  const connectTo = ({ address }: WebhookReceiver): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket = connect({ ...address, ...tlsOf('master-1'), servername: 'localhost' }, () =>
        resolve(socket),
      )
      socket.on('error', reject)
    })
  const renew = (name: string): void => {
    copyFileSync(certificate(`${name}.pem`), files.cert)
    copyFileSync(certificate(`${name}.key`), files.key)
  }

  test('are read again when the files change; connections there are stay', async () => {
    const clock = new HandClock()
    const { receiver } = await start([], { tls: files }, clock)
    const before = await connectTo(receiver)
    await expect.poll(() => clock.sleepers, PATIENT).toBe(1)
    renew('server-renewed')
    clock.move(10_000)
    await expect
      .poll(async () => {
        const socket = await connectTo(receiver)
        const serial = serialOf(socket)
        socket.destroy()
        return serial
      }, PATIENT)
      .not.toBe(serialOf(before))
    const answered = new Promise((resolve) => before.once('data', resolve))
    before.write(
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: ${LIST.length}\r\n\r\n${LIST}`,
    )
    expect(String(await answered)).toMatch(/^HTTP\/1.1 200 /)
    before.destroy()
  })

  test('that do not fit change nothing, and it is said', async () => {
    renew('server')
    const { receiver, reloads } = await start([], { tls: files })
    copyFileSync(certificate('server-renewed.key'), files.key)
    await expect(receiver.reload()).rejects.toMatchObject({ code: 'webhook/certificate' })
    expect(receiver.remarks().join()).toContain('the ones before stay in use')
    const { status } = await call(receiver.address, PATH, { body: LIST, certificate: 'master-1' })
    expect(status).toBe(200)
    renew('server')
    await receiver.reload()
    expect(receiver.remarks()).toEqual([])
    expect(reloads).toEqual([expect.stringContaining('stay in use'), undefined])
  })

  test('that have expired make it not ready', async () => {
    const expired = { cert: certificate('expired.pem'), key: certificate('expired.key') }
    const { receiver } = await start([], { tls: { ...TLS, ...expired } })
    expect(receiver.notReady()).toContain('expired')
  })

  test('a client that outlives its certificate on an open connection is refused', async () => {
    const { receiver } = await start([], {}, new HandClock('2199-01-01T00:00:00Z'))
    const { status } = await call(receiver.address, PATH, { body: LIST, certificate: 'master-1' })
    expect(status).toBe(401)
  })
})

test('a receiver that could not tell who sends does not open', async () => {
  const tls = { ...TLS, clientCA: undefined }
  await expect(start([source('a')], { tls })).rejects.toMatchObject({ code: 'webhook/no-identity' })
  await expect(start([], { tls })).rejects.toMatchObject({ code: 'webhook/no-identity' })
})
