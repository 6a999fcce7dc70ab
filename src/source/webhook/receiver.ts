import { isIPv4, isIPv6 } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import type { Keep } from '../../model/delivery.ts'
import type { RunningSource, SourceStatus } from '../source.ts'
import { type Certificates, readCertificates, watchCertificates } from './certificate-files.ts'
import { Exchanges, type ReceiverCounts } from './exchanges.ts'
import { type ListeningServer, openServer } from './open-server.ts'
import type { ListenAddress, ReceiverOptions } from './receiver-options.ts'
import type { OnRefused } from './refusal-log.ts'
import type { KnownBody } from './sender.ts'

/** A webhook receiver that listens. */
export interface WebhookReceiver extends RunningSource {
  /** Where it really listens. */
  readonly address: ListenAddress
  /** What works and is weaker than it could be, or could not be reloaded: for the user to know. */
  remarks(): readonly string[]
  /** Requests by how they ended, for metrics. */
  counts(): ReceiverCounts
  /**
   * Reads the certificates again; connections stay. When the files do not fit it goes on with those
   * it has, rejects with the Fault, and says so in `remarks`.
   */
  reload(): Promise<void>
}

/** What a receiver can do without. */
export interface ReceiverExtras {
  /** Bodies that were kept before the start: they are duplicates when they come again. */
  readonly known?: readonly KnownBody[]
  readonly onRefused?: OnRefused
  /** Called with the seconds from the last byte of a body to its acknowledgement. */
  readonly onAcknowledged?: (seconds: number) => void
  /** Called when changed certificates were read: with what is wrong, or undefined. */
  readonly onReload?: (problem: string | undefined) => void
}

/**
 * Opens the receiver of audit webhooks: `POST /audit/CLUSTER/SERVER` is answered with 200 once
 * `keep` has made the body durable, with 503 when it cannot be kept now, and never with 4xx because
 * of its body, for that would lose it. Rejects with a Fault when it cannot listen.
 */
export const openReceiver = async (
  options: ReceiverOptions,
  keep: Keep,
  clock: Clock,
  extras: ReceiverExtras = {},
): Promise<WebhookReceiver> => {
  checkOptions(options)
  const certificates = options.tls === undefined ? undefined : await readCertificates(options.tls)
  const { known = [], onRefused = ignore, onAcknowledged = ignore, onReload = ignore } = extras
  const needs = { keep, clock, known, onRefused, onAcknowledged }
  const exchanges = new Exchanges(options, needs)
  const server = await openServer(options.listen, certificates, (request, response) => {
    void exchanges.handle(request, response)
  })
  return new Receiver({ options, exchanges, server, certificates, clock, onReload })
}

const ignore = (): void => {}

/** Whether an address is this machine's own and nobody else's. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  (isIPv4(host) && host.startsWith('127.')) ||
  (isIPv6(host) && /^(?:0*:)*0*1$/.test(host))

interface Parts {
  readonly options: ReceiverOptions
  readonly exchanges: Exchanges
  readonly server: ListeningServer
  readonly certificates: Certificates | undefined
  readonly clock: Clock
  readonly onReload: (problem: string | undefined) => void
}

class Receiver implements WebhookReceiver {
  readonly name = 'webhook'
  readonly #parts: Parts
  readonly #closing = new AbortController()
  #certificates: Certificates | undefined
  #reloadProblem: string | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#certificates = parts.certificates
    const { options, clock } = parts
    if (options.tls !== undefined) {
      void watchCertificates(options.tls, clock, this.#closing.signal, () => this.#reloadQuietly())
    }
  }

  get address(): ListenAddress {
    return this.#parts.server.address
  }

  notReady(): string | undefined {
    if (this.#closing.signal.aborted) return 'the webhook receiver is closed'
    const validToUs = this.#certificates?.validToUs
    if (validToUs === undefined || validToUs > this.#parts.clock.nowUs()) return undefined
    return 'the certificate of the webhook receiver has expired: no API server will send to it'
  }

  status(): readonly SourceStatus[] {
    return this.#parts.exchanges.senders.status()
  }

  remarks(): readonly string[] {
    const plain =
      'the webhook is plain HTTP on loopback: every program on this machine can send events to it'
    return [
      ...(this.#parts.options.tls === undefined ? [plain] : []),
      ...(this.#reloadProblem === undefined ? [] : [this.#reloadProblem]),
    ]
  }

  counts(): ReceiverCounts {
    return this.#parts.exchanges.counts
  }

  async reload(): Promise<void> {
    const { options, server } = this.#parts
    if (options.tls === undefined) return
    try {
      this.#certificates = await readCertificates(options.tls)
      server.setCertificates(this.#certificates)
      this.#tell(undefined)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#tell(`${error.message}; the ones before stay in use`)
      throw error
    }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    this.#parts.server.stop()
    await this.#parts.exchanges.close()
    await this.#parts.server.close()
  }

  #tell(problem: string | undefined): void {
    this.#reloadProblem = problem
    this.#parts.onReload(problem)
  }

  /** When files change by themselves, a fault is only remarked: the next change may mend it. */
  async #reloadQuietly(): Promise<void> {
    try {
      await this.reload()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    }
  }
}

function checkOptions({ listen, tls, sources }: ReceiverOptions): void {
  if (tls === undefined && !isLoopback(listen.host)) {
    throw new Fault(
      'webhook/plain-http',
      `the webhook would be plain HTTP on ${listen.host}, where others can read and forge it: ` +
        'configure webhook.tls, or listen on 127.0.0.1',
    )
  }
  if (tls !== undefined && tls.clientCA === undefined) {
    const open = sources.filter(({ tokenSha256 }) => tokenSha256 === undefined)
    if (sources.length > 0 && open.length === 0) return
    throw new Fault(
      'webhook/no-identity',
      'the webhook could not tell who sends: configure webhook.tls.clientCA, or a tokenSha256 ' +
        'for every source',
    )
  }
}
