import { Worker } from 'node:worker_threads'
import { LIMIT } from '../../base/limit.ts'
import { Wakers } from '../../base/wakers.ts'
import type {
  LiveAnswer,
  LiveBatch,
  LiveJob,
  LiveOptions,
  LiveOrder,
  LiveResult,
} from './live-job.ts'

/**
 * Of the worker's heap, for what is new. What an event leaves behind is dead soon: more room would
 * take memory that is never given back, and is slower, because it does not fit into a cache.
 */
const YOUNG_MB = 6

/**
 * The worker thread that analyzes deliveries, seen from the main thread. One worker: rows of a
 * batch stand in the order of the log, and the copies of an event are recognised.
 */
export class LiveCrew {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []
  #bytes = 0
  #failure: Error | undefined
  readonly #changes = new Wakers()

  constructor(options: LiveOptions) {
    const file = import.meta.url.endsWith('.ts') ? './live-worker.ts' : './live-worker.js'
    this.#worker = new Worker(new URL(file, import.meta.url), {
      workerData: options,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    this.#worker.on('message', (answer: LiveAnswer) => this.#take(answer))
    this.#worker.on('error', (error) => {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      for (const { fail } of this.#waiting.splice(0)) fail(this.#failure)
      this.#changes.wake()
    })
  }

  /** Why the worker is no more; undefined while it works. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /**
   * Resolves when there is room for another delivery; `done` is called with its results later, with
   * one or, of a huge one, with several.
   */
  async take(job: LiveJob, done: (result: LiveResult) => void): Promise<void> {
    const bytes = job.bytes.length
    this.#send({ kind: 'delivery', job }, [job.bytes.buffer])
    this.#bytes += bytes
    const answered = (answer: LiveAnswer): void => {
      if (answer.kind !== 'result') return
      if (answer.result.last) this.#bytes -= bytes
      done(answer.result)
    }
    this.#waiting.push({ answered, fail: () => {} })
    await this.#changes.until(() => {
      if (this.#failure !== undefined) throw this.#failure
      return this.#waiting.length < LIMIT.workerDeliveriesMax && this.#bytes < LIMIT.workerBytesMax
    })
  }

  /** The rows of a batch, once all its deliveries are done. */
  close(batch: number): Promise<LiveBatch> {
    return new Promise((resolve, reject) => {
      const answered = (answer: LiveAnswer): void => {
        if (answer.kind === 'batch') resolve(answer.batch)
      }
      this.#waiting.push({ answered, fail: reject })
      this.#send({ kind: 'close', batch }, [])
    })
  }

  /**
   * What comes after it is judged by other rules: `switched` is called after the last result by the
   * old ones, and before the first by the new ones.
   */
  reload(options: LiveOptions, switched: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const answered = (): void => {
        switched()
        resolve()
      }
      this.#waiting.push({ answered, fail: reject })
      this.#send({ kind: 'rules', options }, [])
    })
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #send(order: LiveOrder, moved: readonly ArrayBuffer[]): void {
    if (this.#failure !== undefined) throw this.#failure
    this.#worker.postMessage(order, moved)
  }

  #take(answer: LiveAnswer): void {
    const isLast = answer.kind !== 'result' || answer.result.last
    const waiting = isLast ? this.#waiting.shift() : this.#waiting[0]
    waiting?.answered(answer)
    this.#changes.wake()
  }
}

interface Waiting {
  readonly answered: (answer: LiveAnswer) => void
  readonly fail: (error: Error) => void
}
