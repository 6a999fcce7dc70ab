import { Agent, request } from 'node:http'
import type { Random } from '../../bench/random.ts'
import type { MadeBatch } from './events.ts'

/** How an API server is set up. */
export interface ApiServerOptions {
  readonly port: number
  readonly cluster: string
  readonly server: string
  /** How many ms of ours a second of the API server's takes. */
  readonly msPerSecond: number
  readonly random: Random
}

/** What became of a body. */
export interface Delivered {
  readonly outcome: 'acknowledged' | 'dropped'
  readonly tries: number
}

/**
 * The audit webhook of an API server. Upstream: apiserver plugin/pkg/audit/webhook and
 * pkg/util/webhook `WithExponentialBackoff` (5 tries, 10 s, factor 1.5, jitter 0.2, everything is
 * tried again), client-go rest/with_retry.go (up to 10 more tries for an integer Retry-After, all
 * within 30 s). The bytes are the same at every try; time runs as fast as it is told.
 */
export class ApiServer {
  readonly #options: ApiServerOptions
  readonly #agent = new Agent({ keepAlive: true })
  /** Events: handed to the webhook, and given up. As in apiserver_audit_{event,error}_total. */
  eventTotal = 0
  errorTotal = 0
  /** Of all answers that were no acknowledgement, and of all that were, in our ms. */
  slowestRefusalMs = 0
  refusals = 0
  readonly acknowledgedMs: number[] = []

  constructor(options: ApiServerOptions) {
    this.#options = options
  }

  get name(): string {
    return `${this.#options.cluster}/${this.#options.server}`
  }

  /** Sends a body until it is acknowledged, or given up. */
  async send({ body, events }: MadeBatch): Promise<Delivered> {
    this.eventTotal += events.length
    let wait = 10
    let tries = 0
    for (let step = 1; ; step += 1) {
      const { isDone, made } = await this.#attempt(body)
      tries += made
      if (isDone) return { outcome: 'acknowledged', tries }
      if (step === 5) break
      await this.#sleep(wait * (1 + 0.2 * this.#options.random.next()))
      wait *= 1.5
    }
    this.errorTotal += events.length
    return { outcome: 'dropped', tries }
  }

  close(): void {
    this.#agent.destroy()
  }

  /** One outer try: several exchanges if the receiver says when to come again. */
  async #attempt(body: Buffer): Promise<{ isDone: boolean; made: number }> {
    let left = 30
    for (let made = 1; ; made += 1) {
      const begun = performance.now()
      const answer = await this.#exchange(body, left)
      const again = answer.retryAfter
      const isDone = answer.status >= 200 && answer.status <= 206
      this.#note(isDone, answer.status, performance.now() - begun)
      if (isDone) return { isDone, made }
      if (again === undefined || made > 10) return { isDone: false, made }
      await this.#sleep(Math.min(again, left))
      left -= again
      if (left <= 0) return { isDone: false, made }
    }
  }

  #note(isDone: boolean, status: number, ms: number): void {
    if (isDone) this.acknowledgedMs.push(ms)
    else if (status > 0) {
      this.refusals += 1
      this.slowestRefusalMs = Math.max(this.slowestRefusalMs, ms)
    }
  }

  /** Status 0: there was no answer in time. */
  #exchange(body: Buffer, seconds: number): Promise<{ status: number; retryAfter?: number }> {
    const { cluster, server, port, msPerSecond } = this.#options
    return new Promise((resolve) => {
      const sent = request(
        {
          port,
          host: '127.0.0.1',
          method: 'POST',
          path: `/audit/${cluster}/${server}?timeout=30s`,
          agent: this.#agent,
          headers: {
            'Content-Type': 'application/json',
            'Content-Length': body.length,
            'User-Agent': 'Go-http-client/1.1',
          },
          // However fast time runs, disk and network do not run faster.
          timeout: Math.max(LEAST_PATIENCE_MS, seconds * msPerSecond),
        },
        (response) => {
          response.resume()
          response.on('error', () => resolve({ status: 0 }))
          response.on('end', () => {
            const status = response.statusCode ?? 0
            const after = Number(response.headers['retry-after'] ?? Number.NaN)
            const mayRetry = status === 429 || status >= 500
            resolve(
              mayRetry && Number.isInteger(after) ? { status, retryAfter: after } : { status },
            )
          })
        },
      )
      sent.on('timeout', () => sent.destroy())
      sent.on('error', () => resolve({ status: 0 }))
      sent.end(body)
    })
  }

  #sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, seconds * this.#options.msPerSecond))
  }
}

const LEAST_PATIENCE_MS = 5_000
