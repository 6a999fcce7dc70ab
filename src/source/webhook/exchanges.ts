import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { LIMIT } from '../../base/limit.ts'
import type { BodyDelivery, Keep } from '../../model/delivery.ts'
import { type Answer, BUSY, LATE, OK, type Request, type Response, send } from './answer.ts'
import { type NamedSource, parseAuditPath } from './audit-path.ts'
import { type ReceivedBody, readBody } from './body.ts'
import { credentialsOf } from './credentials.ts'
import { FairShare } from './fair-share.ts'
import { type Refusal, refusalOf } from './identity.ts'
import type { ReceiverOptions } from './receiver-options.ts'
import { type OnRefused, RefusalLog } from './refusal-log.ts'
import { type KnownBody, type Sender, Senders } from './sender.ts'
import { Turns } from './turns.ts'
import { isUnparsable } from './unparsable.ts'

/** How requests ended, since the start. */
export interface ReceiverCounts {
  readonly kept: number
  readonly duplicates: number
  /** Kept, but set aside: see `BodyDelivery.quarantine`. */
  readonly unparsable: number
  readonly oversize: number
  /** 401, 403, 404, 405. */
  readonly refused: number
  /** 503: no memory, or too many requests of one source. */
  readonly busy: number
  /** 503: it could not be made durable. */
  readonly unkept: number
  /** 503: it took too long. */
  readonly late: number
  /** Left before the body was whole: nothing of it is kept. */
  readonly broken: number
}

/** What exchanges need besides the options. */
export interface ExchangesNeeds {
  readonly keep: Keep
  readonly clock: Clock
  /** Bodies that were kept before the start, by the store and the write-ahead log. */
  readonly known: readonly KnownBody[]
  readonly onRefused: OnRefused
  /** Called with the seconds from the last byte of a body to its acknowledgement. */
  readonly onAcknowledged: (seconds: number) => void
}

/** Everything between a request and its answer. */
export class Exchanges {
  readonly #options: ReceiverOptions
  readonly #needs: ExchangesNeeds
  readonly #senders: Senders
  readonly #refusals: RefusalLog
  readonly #memory = new FairShare(LIMIT.webhookBytesInHandMax)
  readonly #places = new FairShare(LIMIT.webhookExchangesMax)
  readonly #turns = new Turns(LIMIT.webhookKeepBytesMax)
  readonly #counts: Record<keyof ReceiverCounts, number> = { ...NOTHING }
  #isClosing = false
  #underWay = 0
  #whenIdle: (() => void) | undefined

  constructor(options: ReceiverOptions, needs: ExchangesNeeds) {
    this.#options = options
    this.#needs = needs
    this.#senders = new Senders(needs.known)
    this.#refusals = new RefusalLog(needs.clock, needs.onRefused)
    for (const source of options.sources) this.#senders.of(source)
  }

  get counts(): ReceiverCounts {
    return { ...this.#counts }
  }

  get senders(): Senders {
    return this.#senders
  }

  /** Handles a request to its end. Rejects only for a bug. */
  async handle(request: Request, response: Response): Promise<void> {
    this.#underWay += 1
    try {
      await this.#handle(request, response)
    } finally {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#whenIdle?.()
    }
  }

  /** Takes no more requests, and resolves when those under way are answered. */
  async close(): Promise<void> {
    this.#isClosing = true
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve
      })
    }
  }

  async #handle(request: Request, response: Response): Promise<void> {
    const named = parseAuditPath(request.url ?? '')
    const refusal = this.#refusalOf(request, named)
    if (refusal !== undefined || named === undefined) {
      this.#counts.refused += 1
      if (refusal !== undefined) this.#refusals.add(refusal, request.socket.remoteAddress)
      return this.#sendEarly(request, response, { status: refusal?.status ?? 404 })
    }
    if (request.method !== 'POST') {
      this.#counts.refused += 1
      return this.#sendEarly(request, response, { status: 405 })
    }
    const sender = this.#isClosing ? undefined : this.#senders.of(named)
    if (sender === undefined || !this.#hasRoom(sender, request)) {
      this.#counts.busy += 1
      return this.#sendEarly(request, response, BUSY)
    }
    try {
      await this.#exchange(sender, request, response)
    } finally {
      this.#places.give(sender.name, 1)
    }
  }

  /** Takes a place. A body that would find no memory is turned away before it is sent. */
  #hasRoom({ name }: Sender, request: Request): boolean {
    const declared = declaredLength(request) ?? 0
    const kept = declared > LIMIT.webhookBodyBytesMax ? LIMIT.quarantineBytes : declared
    return this.#memory.fits(name, kept) && this.#places.take(name, 1)
  }

  /** A page in a browser could reach loopback; an API server is no browser and has no origin. */
  #refusalOf(request: Request, named: NamedSource | undefined): Refusal | undefined {
    if (request.headers.origin !== undefined) {
      return { status: 403, reason: 'the request comes from a page in a browser' }
    }
    const shown = credentialsOf(request, this.#needs.clock)
    return refusalOf(this.#options, shown, named)
  }

  /** Answers at the latest when the API server would soon give up; what is being kept goes on. */
  async #exchange(sender: Sender, request: Request, response: Response): Promise<void> {
    const { clock } = this.#needs
    const end = new AbortController()
    const late = async (ms: number): Promise<Answer> => {
      await clock.sleep(ms, end.signal)
      return LATE
    }
    let bodyIsIn = (): void => {}
    const keepIsLate = new Promise<void>((resolve) => {
      bodyIsIn = resolve
    }).then(() => late(KEEP_MS))
    if (request.headers.expect !== undefined) response.writeContinue()
    const work = this.#take(sender, request, bodyIsIn)
    const answer = await Promise.race([work, late(EXCHANGE_MS), keepIsLate])
    end.abort()
    if (answer === LATE) this.#counts.late += 1
    this.#sendEarly(request, response, answer)
    await work
  }

  /** Receives the body and keeps it; its memory is given back when both are over. */
  async #take(sender: Sender, request: Request, bodyIsIn: () => void): Promise<Answer> {
    let reserved = 0
    const reserve = (bytes: number): boolean => {
      if (!this.#memory.take(sender.name, bytes)) return false
      reserved += bytes
      return true
    }
    try {
      const body = await this.#receive(request, reserve)
      if (body === undefined) return BUSY
      bodyIsIn()
      return await this.#keep(sender, body)
    } finally {
      this.#memory.give(sender.name, reserved)
    }
  }

  async #receive(
    request: Request,
    reserve: (bytes: number) => boolean,
  ): Promise<ReceivedBody | undefined> {
    const declared = declaredLength(request)
    try {
      const chunks = request.iterator({ destroyOnReturn: false })
      const body = await Promise.race([readBody(chunks, declared, reserve), cutOff(request)])
      if (body === undefined) this.#counts.busy += 1
      else if (isCutOff(request) || body.length !== (declared ?? body.length)) throw new CutOff()
      return body
    } catch (error) {
      if (!(error instanceof CutOff) && !isOfStream(error)) throw error
      this.#counts.broken += 1
      return undefined
    }
  }

  async #keep(sender: Sender, body: ReceivedBody): Promise<Answer> {
    const { keep, clock, onAcknowledged } = this.#needs
    const startMs = clock.elapsedMs()
    const delivery = toDelivery(sender, body, clock.nowUs())
    try {
      const kept = await sender.keepOnce(body.sha256, () =>
        this.#turns.run(sender.name, body.bytes.length, () => keep(delivery, body.bytes)),
      )
      if (kept === 'new') this.#note(sender, delivery)
      else this.#counts.duplicates += 1
      onAcknowledged((clock.elapsedMs() - startMs) / 1000)
      return OK
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#counts.unkept += 1
      return BUSY
    }
  }

  #note(sender: Sender, { quarantine, length, arrivedUs }: BodyDelivery): void {
    this.#counts.kept += 1
    if (quarantine !== undefined) this.#counts[quarantine] += 1
    const gap = quarantine === 'unparsable' ? 'quarantine' : quarantine
    sender.arrived(length, arrivedUs, gap)
  }

  /**
   * Sends an answer, perhaps before the body is in. What still comes is thrown away for a moment,
   * so that the sender reads the answer instead of a reset; then the connection ends.
   */
  #sendEarly(request: Request, response: Response, answer: Answer): void {
    send(response, answer)
    if ('stream' in request) endStream(request.stream)
    if ('stream' in request || request.complete || request.destroyed) return
    request.resume()
    const gone = new AbortController()
    request.once('close', () => gone.abort())
    void this.#needs.clock.sleep(LINGER_MS, gone.signal).then(() => {
      if (!request.complete) request.destroy()
    })
  }
}

/** From the end of the body to its being kept. */
const KEEP_MS = 10_000

/** The API server gives up after 30 s. */
const EXCHANGE_MS = 25_000
const LINGER_MS = 2_000

const NOTHING: ReceiverCounts = {
  ...{ kept: 0, duplicates: 0, unparsable: 0, oversize: 0 },
  ...{ refused: 0, busy: 0, unkept: 0, late: 0, broken: 0 },
}

function declaredLength(request: Request): number | undefined {
  const text = request.headers['content-length']
  return text === undefined ? undefined : Number(text)
}

/** The sender left, or the connection did. */
class CutOff extends Error {}

/** Rejects when the body is cut off: under HTTP/2 nothing else would say so to its reader. */
function cutOff(request: Request): Promise<never> {
  return new Promise((_, reject) => {
    const look = (): void => {
      if (isCutOff(request)) reject(new CutOff())
    }
    request.once('aborted', look)
    request.once('close', look)
    look()
  })
}

function isCutOff(request: Request): boolean {
  return 'stream' in request ? request.stream.aborted : request.destroyed && !request.complete
}

/** Says that the rest of the body is not wanted. Upstream: RFC 9113, section 8.1. */
function endStream(stream: ServerHttp2Stream): void {
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR)
}

/** What ended the stream has a code; a bug of ours has none. */
function isOfStream(error: unknown): boolean {
  return error instanceof Error && 'code' in error
}

function toDelivery(sender: Sender, body: ReceivedBody, arrivedUs: number): BodyDelivery {
  const { length, sha256, oversize, bytes } = body
  const delivery = { kind: 'body', source: sender.source, arrivedUs, sha256, length } as const
  if (oversize) return { ...delivery, quarantine: 'oversize' }
  return isUnparsable(bytes) ? { ...delivery, quarantine: 'unparsable' } : delivery
}
