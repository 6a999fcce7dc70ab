import { X509Certificate } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { BrokenHop, type OnHop } from './hop.ts'
import type { Endpoint } from './kubeconfig.ts'

/** What came back. */
export interface Reply {
  readonly status: number
  readonly contentType: string | undefined
  /** The first of it: a reason, perhaps. */
  readonly text: string
}

/** A connection to an endpoint, with all hops behind it that are below HTTP. */
export const reach = async (endpoint: Endpoint, onHop: OnHop): Promise<Socket> => {
  const { hostname, port, protocol } = endpoint.url
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const address = await resolveName(host, onHop)
  const number = Number(port) || (protocol === 'https:' ? 443 : 80)
  const socket = await open(address, number)
  await onHop('connection', `${address}, port ${number}`)
  if (protocol !== 'https:') return socket
  const secure = await secureSocket(socket, endpoint, host)
  await onHop('TLS', describeTls(secure, endpoint))
  return secure
}

/** Sends one request over the connection. */
export const ask = (
  socket: Socket,
  endpoint: Endpoint,
  sent: { readonly path: string; readonly body: string; readonly headers: Headers },
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { url, token } = endpoint
    const make = url.protocol === 'https:' ? secureRequest : plainRequest
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const request = make({
      ...{ host: url.hostname, path: sent.path, method: 'POST', timeout: ANSWER_MS },
      createConnection: () => socket,
      headers: {
        ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent.body) },
        ...authorization,
        ...sent.headers,
      },
    })
    request.on('timeout', () => request.destroy(new Error('no answer for 30 s')))
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.on('data', (data) => {
        if (text.length < TEXT_MAX) text += String(data).slice(0, TEXT_MAX)
      })
      response.on('error', reject)
      response.on('end', () => {
        const status = response.statusCode ?? 0
        resolve({ status, contentType: response.headers['content-type'], text })
      })
    })
    request.end(sent.body)
  })

type Headers = Readonly<Record<string, string>>

const CONNECT_MS = 5_000
const ANSWER_MS = 30_000
const TEXT_MAX = 500

async function resolveName(host: string, onHop: OnHop): Promise<string> {
  if (isIP(host) !== 0) return host
  try {
    const { address } = await lookup(host)
    await onHop('name', `${host} is ${address}`)
    return address
  } catch (error) {
    throw new BrokenHop(
      'name',
      `${host} has no address (${messageOf(error)})`,
      'check the name, or the DNS that the host of the API server uses (not that of the cluster)',
    )
  }
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    const fail = (why: string, remedy: string): void => {
      socket.destroy()
      reject(new BrokenHop('connection', `${host}, port ${port}: ${why}`, remedy))
    }
    socket.setTimeout(CONNECT_MS, () => fail('no answer for 5 s', FIREWALL))
    socket.once('error', (error) => {
      const isRefused = 'code' in error && error.code === 'ECONNREFUSED'
      fail(messageOf(error), isRefused ? NOBODY : FIREWALL)
    })
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

const FIREWALL = 'a firewall or a route between the two hosts: open the port'
const NOBODY = 'nobody listens there: check that deckwatch serve runs, and its --webhook address'

function secureSocket(socket: Socket, endpoint: Endpoint, host: string): Promise<TLSSocket> {
  const { ca, cert, key } = endpoint
  const servername = endpoint.serverName ?? (isIP(host) === 0 ? host : '')
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      ...{ socket, servername, host: endpoint.serverName ?? host, ALPNProtocols: ['http/1.1'] },
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    })
    secure.once('secureConnect', () => resolve(secure))
    secure.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : ''
      reject(new BrokenHop('TLS', messageOf(error), TLS_REMEDIES[code] ?? TLS_REMEDY))
    })
  })
}

const TLS_REMEDY =
  'check that the port speaks TLS (an http:// receiver does not), and the certificates on both sides'
const WRONG_CA = 'give the authority that signed the certificate of the receiver, in --ca'

/** Upstream: nodejs/node doc/api/tls.md, X509 certificate error codes. */
const TLS_REMEDIES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED:
    'the certificate of the receiver has expired: renew it, it is read again at once',
  DEPTH_ZERO_SELF_SIGNED_CERT: WRONG_CA,
  SELF_SIGNED_CERT_IN_CHAIN: WRONG_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: WRONG_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: WRONG_CA,
  ERR_TLS_CERT_ALTNAME_INVALID:
    'the certificate of the receiver is for another name: sign one for the name in the URL',
}

function describeTls(socket: TLSSocket, { cert }: Endpoint): string {
  const { subject, valid_to } = socket.getPeerCertificate()
  const own =
    cert === undefined
      ? 'no certificate is shown to it'
      : `ours is ${new X509Certificate(cert).subjectAltName ?? 'without a name'}`
  return `${socket.getProtocol()}, its certificate is ${subject?.CN ?? 'without a name'} until ${valid_to}; ${own}`
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error)
