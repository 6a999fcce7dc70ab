import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Clock, systemClock } from '../../base/clock.ts'
import type { Input } from '../../source/inputs.ts'
import { type Extent, extentOf, type ResentBody, resend } from '../../source/resend.ts'
import { counted } from '../output/words.ts'
import { CommandError, EXIT, type Shell } from '../shell.ts'

/** How to send recorded logs again. */
export interface SendRequest {
  readonly inputs: readonly Input[]
  /** Of the receiver: the path of each API server is added to it. */
  readonly to: URL
  /** Times faster than recorded; 0: as fast as the receiver takes it. */
  readonly speed: number
  /** Move the times of all events so that the last of them happens when it is sent. */
  readonly asNow: boolean
}

/** What was sent. */
export interface Sent {
  readonly events: number
  readonly bodies: number
}

/**
 * Sends the events of recorded logs to a webhook receiver, as their API servers would: in batches
 * of at most 400, in the order of time, again after an error.
 */
export const sendLogs = async (asked: SendRequest, shell: Shell): Promise<Sent> => {
  const extent = await extentOf(asked.inputs, shell.signal)
  if (extent === undefined) {
    throw new CommandError(
      EXIT.badInput,
      'no native audit events to send',
      'name logs as the API server writes them: one event a line',
    )
  }
  const sending = new Sending(asked, extent, shell, systemClock)
  return sending.run()
}

class Sending {
  readonly #asked: SendRequest
  readonly #extent: Extent
  readonly #shell: Shell
  readonly #clock: Clock
  readonly #startUs: number

  constructor(asked: SendRequest, extent: Extent, shell: Shell, clock: Clock) {
    this.#asked = asked
    this.#extent = extent
    this.#shell = shell
    this.#clock = clock
    this.#startUs = clock.nowUs()
  }

  async run(): Promise<Sent> {
    let [events, bodies] = [0, 0]
    for await (const body of resend(this.#asked.inputs, this.#options(), this.#shell.signal)) {
      await this.#untilDue(body)
      if (this.#shell.signal.aborted) break
      await this.#deliver(body)
      events += body.events
      bodies += 1
    }
    return { events, bodies }
  }

  #options(): { readonly shiftUs: number } {
    if (!this.#asked.asNow) return { shiftUs: 0 }
    return { shiftUs: this.#startUs + this.#durationUs() - this.#extent.lastUs }
  }

  #durationUs(): number {
    const { speed } = this.#asked
    return speed === 0 ? 0 : Math.round((this.#extent.lastUs - this.#extent.firstUs) / speed)
  }

  async #untilDue({ timeUs }: ResentBody): Promise<void> {
    const { speed } = this.#asked
    if (speed === 0) return
    const recordedUs = timeUs - this.#options().shiftUs
    const dueUs = this.#startUs + (recordedUs - this.#extent.firstUs) / speed
    const waitMs = (dueUs - this.#clock.nowUs()) / 1000
    if (waitMs > 0) await this.#clock.sleep(waitMs, this.#shell.signal)
  }

  async #deliver(body: ResentBody): Promise<void> {
    const base = this.#asked.to.href.replace(/\/+$/, '')
    const [cluster, server] = [body.cluster, body.server].map(encodeURIComponent)
    const url = new URL(`${base}/audit/${cluster}/${server}?timeout=30s`)
    for (const waitMs of [...RETRY_MS, undefined]) {
      const failure = await post(url, body.body)
      if (failure === undefined || this.#shell.signal.aborted) return
      if (waitMs === undefined) {
        throw new CommandError(
          EXIT.environment,
          `${url.origin} does not take ${counted(body.events, 'event')}: ${failure}`,
          'start `deckwatch serve --webhook` there, or name its address with --to',
        )
      }
      await this.#clock.sleep(waitMs, this.#shell.signal)
    }
  }
}

/** Shorter than the API server's own, which are made for outages. */
const RETRY_MS = [200, 1_000, 5_000] as const
const TIMEOUT_MS = 30_000

/** Undefined when the body was acknowledged, else why not. */
const post = (url: URL, body: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest
    const bytes = Buffer.from(body)
    const headers = { 'content-type': 'application/json', 'content-length': bytes.length }
    const sending = request(url, { method: 'POST', headers, timeout: TIMEOUT_MS }, (response) => {
      response.resume()
      response.on('end', () => {
        const { statusCode = 0 } = response
        resolve(statusCode >= 200 && statusCode <= 206 ? undefined : `status ${statusCode}`)
      })
    })
    sending.on('timeout', () => sending.destroy(new Error('no answer')))
    sending.on('error', (error) => resolve(error.message))
    sending.end(bytes)
  })
