import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Status } from '../pipeline/serve/status.ts'

/** A server for those who watch over an instance: probes, Prometheus and `deckwatch sources`. */
export interface StatusServer {
  /** `http://host:port`. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Answers `/livez`, `/readyz`, `/metrics`, `/sources` and `/canary/ID`. It shows names of clusters
 * and API servers and counts, and no event; it has no way to change anything. A Fault of the
 * address is the caller's to tell.
 */
export const openStatusServer = async (
  host: string,
  port: number,
  status: Status,
): Promise<StatusServer> => {
  const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX }, (request, response) => {
    const path = (request.url ?? '').replace(/\?.*$/s, '')
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead) return send(response, 405, 'only GET and HEAD\n')
    answer(path, response, status).catch((error: unknown) => {
      send(response, 500, `${error instanceof Error ? error.message : error}\n`)
    })
  })
  server.headersTimeout = 5_000
  server.requestTimeout = 10_000
  await listening(server, host, port)
  const { address, port: bound, family } = server.address() as AddressInfo // It listens on TCP.
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const HEADER_BYTES_MAX = 16_384

const CANARY = /^\/canary\/(deckwatch-canary-[0-9a-f-]{1,64})$/

const answer = async (path: string, response: ServerResponse, status: Status): Promise<void> => {
  switch (path) {
    case '/livez':
      return send(response, 200, 'ok\n')
    case '/readyz': {
      const missing = status.notReady()
      const lines = missing.map(({ part, why }) => `${part}: ${why}\n`)
      return send(response, lines.length === 0 ? 200 : 503, lines.join('') || 'ok\n')
    }
    case '/metrics':
      return send(response, 200, await status.metrics(), METRICS_TYPE)
    case '/sources':
      return send(response, 200, `${JSON.stringify(await status.sources())}\n`, JSON_TYPE)
    default: {
      const canary = CANARY.exec(path)?.[1]
      if (canary === undefined) return send(response, 404, 'not found\n')
      const seen = status.canary(canary)
      const body = seen === undefined ? { stage: 'not-seen' } : seen
      return send(response, seen === undefined ? 404 : 200, `${JSON.stringify(body)}\n`, JSON_TYPE)
    }
  }
}

const TEXT_TYPE = 'text/plain; charset=utf-8'
const JSON_TYPE = 'application/json'
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const send = (response: ServerResponse, code: number, body: string, type = TEXT_TYPE): void => {
  if (response.headersSent) return
  response.writeHead(code, { 'content-type': type, 'cache-control': 'no-store' })
  response.end(body)
}

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
