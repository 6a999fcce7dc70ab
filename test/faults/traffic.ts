import { appendFileSync } from 'node:fs'
import { Random } from '../../bench/random.ts'
import { ApiServer, type Delivered } from './api-server.ts'
import { EventMaker, type MadeBatch, type MadeEvent } from './events.ts'
import { sleep } from './instance.ts'
import type { Oracle } from './oracle.ts'

/** How API servers load an instance. */
export interface TrafficOptions {
  readonly cluster: string
  /** Each sends to the webhook. */
  readonly servers: readonly string[]
  readonly port: number
  readonly msPerSecond: number
  readonly seed: number
  readonly eventsPerBatch: number
  /** How long each waits between two batches. */
  readonly everyMs: number
  /** A log file that one more server writes; it is followed. */
  readonly file?: { readonly server: string; readonly path: string }
  readonly oracle: Oracle
}

/** API servers that log until they are told to stop, whatever the receiver does. */
export class Traffic {
  readonly #options: TrafficOptions
  readonly #sending = new Set<Promise<void>>()
  readonly #loops: Promise<void>[]
  readonly #clients: ApiServer[]
  readonly #made = new Map<string, MadeEvent[]>()
  #isStopping = false
  /** Bodies given up by an API server and sent anew by the test, so that both runs have all. */
  givenUp = 0

  constructor(options: TrafficOptions) {
    this.#options = options
    const { cluster, servers, port, msPerSecond, seed, file } = options
    this.#clients = servers.map((server, index) => {
      const random = new Random(seed + index)
      return new ApiServer({ port, cluster, server, msPerSecond, random })
    })
    this.#loops = servers.map((server, index) => this.#load(server, this.#clients[index]))
    if (file !== undefined) this.#loops.push(this.#write(file.server, file.path))
  }

  /** All events that were made, by API server. */
  get made(): ReadonlyMap<string, readonly MadeEvent[]> {
    return this.#made
  }

  /** How long each acknowledgement took, in ms, sorted. */
  acknowledgedMs(): readonly number[] {
    return this.#clients.flatMap((client) => client.acknowledgedMs).sort((a, b) => a - b)
  }

  /** Stops making events, and waits until everything made is acknowledged. */
  async finish(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#loops)
    await Promise.all(this.#sending)
    for (const client of this.#clients) client.close()
  }

  async #load(server: string, client: ApiServer | undefined): Promise<void> {
    const { seed, eventsPerBatch, everyMs } = this.#options
    const maker = new EventMaker(server, seed)
    while (!this.#isStopping && client !== undefined) {
      this.#send(server, client, maker.batch(eventsPerBatch))
      await sleep(everyMs)
    }
    maker.isQuiet = true
    if (client !== undefined) this.#send(server, client, maker.batch(LAST_EVENTS))
  }

  #send(server: string, client: ApiServer, batch: MadeBatch): void {
    const { cluster, oracle } = this.#options
    this.#note(server, batch.events)
    oracle.offer(`${cluster}/${server}`, batch)
    const sending = (async () => {
      let delivered: Delivered = await client.send(batch)
      while (delivered.outcome === 'dropped') {
        this.givenUp += 1
        delivered = await client.send(batch)
      }
      oracle.settle(`${cluster}/${server}`, batch, delivered)
    })()
    this.#sending.add(sending)
    void sending.finally(() => this.#sending.delete(sending))
  }

  async #write(server: string, path: string): Promise<void> {
    const { seed, eventsPerBatch, everyMs } = this.#options
    const maker = new EventMaker(server, seed)
    while (!this.#isStopping) {
      this.#append(server, path, maker.take(eventsPerBatch))
      await sleep(everyMs)
    }
    maker.isQuiet = true
    this.#append(server, path, maker.take(LAST_EVENTS))
  }

  #append(server: string, path: string, events: readonly MadeEvent[]): void {
    const { cluster, oracle } = this.#options
    this.#note(server, events)
    appendFileSync(path, events.map(({ line }) => line).join(''))
    oracle.write(`${cluster}/${server}`, events)
  }

  #note(server: string, events: readonly MadeEvent[]): void {
    const made = this.#made.get(server) ?? []
    made.push(...events)
    this.#made.set(server, made)
  }
}

/** Some seconds without an attack: windows are judged a little behind the latest event. */
const LAST_EVENTS = 400
