import { constants } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Fault } from '../../base/fault.ts'
import { LIMIT } from '../../base/limit.ts'
import type { Request, Response } from './answer.ts'
import type { Certificates } from './certificate-files.ts'
import { FairShare } from './fair-share.ts'
import type { ListenAddress } from './receiver-options.ts'

/** A server that listens. */
export interface ListeningServer {
  readonly address: ListenAddress
  /** New connections get these; those there are stay. */
  setCertificates(certificates: Certificates): void
  /** Takes no new connection; ends those that are idle. */
  stop(): void
  /** Ends every connection and resolves when the port is free. */
  close(): Promise<void>
}

/** Called with each request, also for one that waits to be told to send its body. */
export type OnRequest = (request: Request, response: Response) => void

/** Listens: HTTP/1.1 in plain, or HTTP/2 and HTTP/1.1 over TLS. */
export const openServer = async (
  listen: ListenAddress,
  certificates: Certificates | undefined,
  onRequest: OnRequest,
  times: ServerTimes = TIMES,
): Promise<ListeningServer> =>
  certificates === undefined
    ? openPlain(listen, onRequest, times)
    : openSecure(listen, certificates, onRequest, times)

/** How long a server waits, in ms. */
export interface ServerTimes {
  /** For the headers of a request. */
  readonly headersTimeout: number
  /** For a request with its body: the last resort, exchanges.ts answers earlier. */
  readonly requestTimeout: number
  /** For the next request. */
  readonly keepAliveTimeout: number
  /** How often it looks. */
  readonly connectionsCheckingInterval: number
}

/**
 * The API server keeps an idle connection for 90 s: ours stays longer, or it would now and then
 * send into a closed one.
 */
const TIMES: ServerTimes = {
  headersTimeout: 10_000,
  requestTimeout: 28_000,
  keepAliveTimeout: 180_000,
  connectionsCheckingInterval: 2_000,
}

const HEADER_BYTES = 16_384

async function openPlain(
  listen: ListenAddress,
  onRequest: OnRequest,
  times: ServerTimes,
): Promise<ListeningServer> {
  const server = createServer({ ...times, maxHeaderSize: HEADER_BYTES })
  shareConnections(server)
  server.on('request', onRequest)
  server.on('checkContinue', onRequest)
  const address = await listening(server, listen)
  return {
    address,
    setCertificates: () => {},
    stop: () => {
      server.close()
      server.closeIdleConnections()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function openSecure(
  listen: ListenAddress,
  certificates: Certificates,
  onRequest: OnRequest,
  times: ServerTimes,
): Promise<ListeningServer> {
  const server = createSecureServer({
    ...contextOf(certificates),
    allowHTTP1: true,
    // Whoever shows no good certificate is told so in HTTP, and a token may do instead.
    requestCert: certificates.ca !== undefined,
    rejectUnauthorized: false,
    handshakeTimeout: 10_000,
    settings: HTTP2_SETTINGS,
    maxSessionMemory: 32,
    ...{ maxHeaderSize: HEADER_BYTES, ...times },
  })
  shareConnections(server)
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => watchSession(session, sessions, times))
  server.on('request', onRequest)
  server.on('checkContinue', onRequest)
  const sockets = new Set<{ destroy(): void; once(event: 'close', then: () => void): unknown }>()
  server.on('secureConnection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const address = await listening(server, listen)
  return {
    address,
    setCertificates: (changed) => server.setSecureContext(contextOf(changed)),
    stop: () => {
      server.close()
      for (const session of sessions) session.close()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const session of sessions) session.destroy()
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Nobody can use up the connections: not even who is told in HTTP that he may not send. */
function shareConnections(server: Server | Http2SecureServer): void {
  const share = new FairShare(LIMIT.webhookConnectionsMax)
  server.on('connection', (socket: Socket) => {
    const from = socket.remoteAddress ?? ''
    if (!share.take(from, 1)) {
      socket.destroy()
      return
    }
    socket.once('close', () => share.give(from, 1))
  })
}

const HTTP2_SETTINGS = {
  maxConcurrentStreams: 128,
  initialWindowSize: 1_048_576,
  maxHeaderListSize: HEADER_BYTES,
} as const

/** Of a whole connection; a stream's own window is smaller. */
const SESSION_WINDOW_BYTES = 8_388_608

function watchSession(
  session: ServerHttp2Session,
  sessions: Set<ServerHttp2Session>,
  { keepAliveTimeout, headersTimeout }: ServerTimes,
): void {
  const { socket } = session
  const isKnown = socket instanceof TLSSocket && socket.authorized
  sessions.add(session)
  session.setLocalWindowSize(SESSION_WINDOW_BYTES)
  session.setTimeout(isKnown ? keepAliveTimeout : headersTimeout, () => session.close())
  session.once('close', () => sessions.delete(session))
}

function contextOf({ cert, key, ca }: Certificates): SecureContext {
  return {
    ...{ cert, key, ca, minVersion: 'TLSv1.2' },
    // A resumed session would not be checked against the authority of today.
    secureOptions: constants.SSL_OP_NO_TICKET,
  }
}

interface SecureContext {
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca: Buffer | undefined
  readonly minVersion: 'TLSv1.2'
  readonly secureOptions: number
}

function listening(
  server: Server | Http2SecureServer,
  { host, port }: ListenAddress,
): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `the webhook receiver cannot listen on ${host}:${port}: ${cause.message}`
      reject(new Fault('webhook/listen', message, { cause }))
    })
    server.listen({ host, port }, () => {
      const bound = server.address() as AddressInfo
      resolve({ host: bound.address, port: bound.port })
    })
  })
}
