import { createHash } from 'node:crypto'
import { type ClientHttp2Session, connect } from 'node:http2'
import { Agent, request } from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import type { Delivery } from '../../model/delivery.ts'
import { openReceiver, type WebhookReceiver } from './receiver.ts'
import { certificate, tlsOf } from './testing/call.ts'

// Every credential with every path, method and protocol (A13): what is answered follows from a few
// lines written down here again, and nothing is kept that they do not let through.

const TOKENS = ['', 'Bearer good', 'Bearer bad', 'Basic Z29vZA==', 'Bearer'] as const
const CERTIFICATES = ['', 'master-1', 'master-2', 'spiffe', 'other', 'expired', 'for-servers']
const METHODS = ['POST', 'GET', 'PUT'] as const
const ROUTED: ReadonlyMap<string, string> = new Map([
  ['/audit/prod/master-1', 'master-1'],
  ['/audit/prod/master-1?timeout=30s', 'master-1'],
  ['/audit/prod/master%2d1', 'master-1'],
  ['/audit/prod/master-2', 'master-2'],
  ['/audit/prod/by-token', 'by-token'],
  ['/audit/prod/both', 'both'],
  ['/audit/prod/unknown', 'unknown'],
  ['/audit/other/master-1', 'unknown'],
])
const PATHS = [
  ...ROUTED.keys(),
  ...['/', '/audit/prod', '/audit/prod/', '//audit/prod/master-1', '/audit//prod/master-1'],
  ...['/audit/prod/../prod/master-1', '/audit/prod/%2e%2e/master-1', '/audit/prod/master-1/..'],
  ...['/audit/prod%2fmaster-1', '/audit/prod/master-1%00', '/audit/%70rod/master-1%252e'],
]

/** What each source has to show: the name of a certificate, the good token, or both. */
const NEEDED: Readonly<Record<string, { certificate?: string; token?: true }>> = {
  'master-1': { certificate: 'master-1' },
  'master-2': { certificate: 'master-2' },
  'by-token': { token: true },
  both: { certificate: 'spiffe', token: true },
}

const expected = (shown: string, token: string, method: string, path: string): number => {
  const goodCertificate = ['master-1', 'master-2', 'spiffe'].includes(shown)
  const goodToken = token === 'Bearer good'
  if (!goodCertificate && !goodToken) return 401
  const name = ROUTED.get(path)
  if (name === undefined) return 404
  const needed = NEEDED[name]
  if (needed === undefined) return 403
  if (needed.certificate !== undefined && needed.certificate !== shown) return 403
  if (needed.token === true && !goodToken) return 403
  return method === 'POST' ? 200 : 405
}

let receiver: WebhookReceiver
const kept: Delivery[] = []
beforeAll(async () => {
  const tokenSha256 = createHash('sha256').update('good').digest('hex')
  const plain = { cluster: 'prod', san: undefined, tokenSha256: undefined }
  const san = 'URI:spiffe://prod/ns/kube-system/sa/master-3'
  receiver = await openReceiver(
    {
      listen: { host: '127.0.0.1', port: 0 },
      tls: {
        cert: certificate('server.pem'),
        key: certificate('server.key'),
        clientCA: certificate('ca.pem'),
      },
      sources: [
        { ...plain, server: 'master-1' },
        { ...plain, server: 'master-2' },
        { ...plain, server: 'by-token', tokenSha256 },
        { ...plain, server: 'both', san, tokenSha256 },
      ],
    },
    async (delivery) => {
      kept.push(delivery)
    },
    systemClock,
  )
})
afterAll(() => receiver.close())

interface Case {
  readonly token: string
  readonly method: string
  readonly path: string
}
const CASES: readonly Case[] = TOKENS.flatMap((token) =>
  METHODS.flatMap((method) => PATHS.map((path) => ({ token, method, path }))),
)
const headersOf = ({ token }: Case): Readonly<Record<string, string>> =>
  token === '' ? {} : { authorization: token }

const over2 = (session: ClientHttp2Session, each: Case): Promise<number> =>
  new Promise((resolve, reject) => {
    const stream = session.request({
      ...{ ':method': each.method, ':path': each.path },
      ...headersOf(each),
    })
    stream.on('response', (headers) => resolve(Number(headers[':status'])))
    stream.on('error', reject)
    stream.resume()
    if (each.method !== 'GET') stream.end('{}')
  })

const over1 = (agent: Agent, each: Case): Promise<number> =>
  new Promise((resolve, reject) => {
    const { host, port } = receiver.address
    const { method, path } = each
    const sent = request(
      { host, port, method, path, agent, servername: 'localhost', headers: headersOf(each) },
      (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
      },
    )
    sent.on('error', reject)
    sent.end(method === 'GET' ? '' : '{}')
  })

test.each(CERTIFICATES)('certificate %j, over HTTP/1.1 and HTTP/2', async (shown) => {
  const { host, port } = receiver.address
  const tls = { ...tlsOf(shown), servername: 'localhost' }
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: 4 })
  const wanted = CASES.map((each) => `${expected(shown, each.token, each.method, each.path)}`)
  const name = ({ token, method, path }: Case, status: string): string =>
    `${status} ${token} ${method} ${path}`
  const one = await Promise.all(CASES.map((each) => over1(agent, each)))
  const two: number[] = []
  // A connection ends with its first 401: what was asked on it before is answered still.
  for (let from = 0; from < CASES.length; from += 60) {
    const session = connect(`https://${host}:${port}`, tls)
    const some = CASES.slice(from, from + 60).map((each) => over2(session, each))
    two.push(...(await Promise.all(some)))
    session.close()
  }
  agent.destroy()
  const told = (statuses: readonly (string | number)[]): readonly string[] =>
    CASES.map((each, i) => name(each, `${statuses[i]}`))
  expect(told(one)).toEqual(told(wanted))
  expect(told(two)).toEqual(told(wanted))
})

test('what was kept is what was let through, each body once', () => {
  const names = kept.map(({ source }) => `${source.cluster}/${source.server}`).sort()
  expect(names).toEqual(['prod/both', 'prod/by-token', 'prod/master-1', 'prod/master-2'])
  expect(CASES.length * CERTIFICATES.length * 2).toBeGreaterThan(1_000)
})
