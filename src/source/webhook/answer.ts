import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'

/** A request over HTTP/1.1 or HTTP/2. */
export type Request = IncomingMessage | Http2ServerRequest

/** The response to it. */
export type Response = ServerResponse | Http2ServerResponse

/** How a request is answered. There is never a body. */
export interface Answer {
  readonly status: 200 | 401 | 403 | 404 | 405 | 503
  /** Seconds, for 503. The API server understands whole numbers only. */
  readonly retryAfter?: number
}

/** Kept, now or before. */
export const OK: Answer = { status: 200 }

/** Not now. With 5, the API server goes on trying for 231 to 248 s; with 2 for 190 s only. */
export const BUSY: Answer = { status: 503, retryAfter: 5 }

/** It took too long; the same body is probably kept when it comes again. */
export const LATE: Answer = { status: 503, retryAfter: 3 }

/**
 * Sends an answer. The Content-Type is there because the API server refuses a 200 whose type it
 * cannot read, and asks again.
 * Upstream: kubernetes/client-go rest/request.go, transformResponse.
 */
export const send = (response: Response, answer: Answer): void => {
  if (response.destroyed || response.headersSent) return
  response.statusCode = answer.status
  response.setHeader('Content-Type', 'application/json')
  response.setHeader('Content-Length', '0')
  if (answer.retryAfter !== undefined) response.setHeader('Retry-After', String(answer.retryAfter))
  if (answer.status === 401) sendAway(response)
  if (answer.status === 405) response.setHeader('Allow', 'POST')
  response.end()
}

/** Whoever has no credential is not to keep a connection. */
function sendAway(response: Response): void {
  response.setHeader('WWW-Authenticate', 'Bearer')
  if ('stream' in response) {
    const { session } = response.stream
    response.stream.once('close', () => session?.close())
  } else response.setHeader('Connection', 'close')
}
