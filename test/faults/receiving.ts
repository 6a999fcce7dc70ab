import { systemClock } from '../../src/base/clock.ts'
import { openLog } from '../../src/base/write-ahead-log/open-log.ts'
import type { WriteAheadLog } from '../../src/base/write-ahead-log/write-ahead-log.ts'
import type { LogSource } from '../../src/model/delivery.ts'
import { deliveryRecord, readRecord } from '../../src/pipeline/serve/records.ts'
import { openReceiver, type WebhookReceiver } from '../../src/source/webhook/receiver.ts'

/**
 * A receiver with its write-ahead log, and nothing behind it: what was acknowledged is in there.
 */
export class Receiving {
  readonly #folder: string
  readonly #port: number
  #log: WriteAheadLog | undefined
  #receiver: WebhookReceiver | undefined

  constructor(folder: string, port: number) {
    this.#folder = folder
    this.#port = port
  }

  /** Opens the log and listens. It knows the bodies that are in the log. */
  async start(bytesMax = 1_000_000_000): Promise<void> {
    const log = await openLog({ folder: this.#folder, bytesMax, clock: systemClock })
    this.#log = log
    this.#receiver = await openReceiver(
      { listen: { host: '127.0.0.1', port: this.#port }, tls: undefined, sources: [] },
      async (delivery, bytes) => {
        await log.append(deliveryRecord(delivery, bytes))
      },
      systemClock,
      { known: await this.bodies() },
    )
  }

  /** Stops in good order, so that the port is free. */
  async stop(): Promise<void> {
    await this.#receiver?.close()
    await this.#log?.close()
  }

  /** Bodies that came again. */
  get duplicates(): number {
    return (this.#receiver?.status() ?? []).reduce((sum, { duplicates }) => sum + duplicates, 0)
  }

  /** Does what the store would have done: nobody needs the oldest records any more. */
  async release(count: number): Promise<void> {
    const log = this.#log
    await log?.release(Math.min(log.firstSequence + count, log.nextSequence))
  }

  /** Each body that is in the log, once for each record. */
  async bodies(): Promise<{ readonly source: LogSource; readonly sha256: string }[]> {
    const bodies: { readonly source: LogSource; readonly sha256: string }[] = []
    for await (const record of this.#log?.read(0) ?? []) {
      const said = readRecord(record)
      if (said.kind === 'delivery' && said.delivery.kind === 'body') bodies.push(said.delivery)
    }
    return bodies
  }
}
