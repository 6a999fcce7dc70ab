import type { Clock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import { Wakers } from '../../base/wakers.ts'
import type { WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import type { Delivery } from '../../model/delivery.ts'
import type { BatchPlan, ClosedBatch } from './batch-plan.ts'
import { failpoint } from './failpoint.ts'
import type { LiveCrew } from './live-crew.ts'
import type { LiveBatch, LiveResult } from './live-job.ts'
import { type BatchReading, ReadingOf } from './reading.ts'
import { batchRecord, readRecord } from './records.ts'

/** What is done with what the intake brings. */
export interface IntakeHooks {
  /** A delivery was analyzed; in order of the log. */
  analyzed(delivery: Delivery, result: LiveResult): void
  /** A delivery without events: a gap, or a body that is set aside. */
  aside(delivery: Delivery, bytes: Uint8Array): Promise<void>
  /** Time goes on. `heardUs`: up to when everything that arrived has been analyzed. */
  tick(heardUs: number): void
  /** Stores a batch and what belongs to it; resolves once it is committed. */
  commit(closed: ClosedBatch, batch: LiveBatch, reading: BatchReading): Promise<void>
  /**
   * Stores what came to light without a batch, while nothing arrives. Whether nothing that the log
   * says is needed any more.
   */
  settle(): Promise<boolean>
}

/** What the intake works with. */
export interface IntakeParts {
  readonly log: WriteAheadLog
  readonly crew: LiveCrew
  readonly plan: BatchPlan
  /** Up to where the store has everything. */
  readonly before: { readonly lastSequence: number }
}

/** How often it looks whether a batch is old enough, in ms. */
const TICK_MS = 100

/** Batches on their way to the store; beyond it the log waits, which is what it is for. */
const COMMITS_IN_HAND = 2

/**
 * Follows the write-ahead log: every delivery is analyzed, gathered into a batch and committed, and
 * only then released. A crash at any point repeats batches with the same boundaries.
 */
export class Intake {
  readonly #parts: IntakeParts
  readonly #clock: Clock
  readonly #hooks: IntakeHooks
  readonly #reading: ReadingOf = new ReadingOf()
  #commits: Promise<void> = Promise.resolve()
  #committing = 0
  /** After it nothing is committed and nothing released: what is in the log is repeated. */
  #failure: unknown
  /** What is being set aside: its batch waits for it. */
  #aside: Promise<void> = Promise.resolve()
  /** Deliveries that are being analyzed, and when the last one arrived that is. */
  #inHand = 0
  #arrivedUs = 0
  #next: number
  readonly #changes = new Wakers()

  constructor(parts: IntakeParts, clock: Clock, hooks: IntakeHooks) {
    this.#parts = parts
    this.#clock = clock
    this.#hooks = hooks
    // What the store has may be gone from the log, and records without events behind it too.
    this.#next = Math.max(parts.before.lastSequence + 1, parts.log.firstSequence)
  }

  /** Of the next record to be taken from the log. */
  get nextSequence(): number {
    return this.#next
  }

  /** Works until the signal aborts, then commits what it has. Rejects when nothing can go on. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.#parts
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    const ticking = this.#tick(either, () => stop.abort())
    try {
      for await (const record of log.follow(this.#next, either)) {
        const said = readRecord(record)
        this.#next = record.sequence + 1
        if (said.kind === 'delivery') await this.#take(said)
        if (this.#failure !== undefined) throw this.#failure
      }
    } catch (error) {
      this.#failure ??= error
      throw error
    } finally {
      stop.abort()
      await ticking
    }
    if (this.#failure !== undefined) throw this.#failure
    this.#close(this.#parts.plan.finish(this.#next))
    // A store that is stuck is not waited for: what is in the log is repeated.
    await this.#committedWithin(LIMIT.stopCommitMs)
    if (this.#failure !== undefined) throw this.#failure
  }

  /**
   * Resolves once all that is in the log now is committed, or after so many ms. `Infinity` waits.
   */
  async drain(msMax: number): Promise<void> {
    const { log } = this.#parts
    const untilMs = this.#clock.elapsedMs() + msMax
    const last = log.nextSequence
    const isDone = (): boolean =>
      this.#failure !== undefined || this.#clock.elapsedMs() >= untilMs || this.#next >= last
    while (!isDone()) await this.#clock.sleep(TICK_MS)
    this.#close(this.#parts.plan.finish(this.#next))
    this.#settle()
    await this.#committedWithin(Math.max(0, untilMs - this.#clock.elapsedMs()))
  }

  /** Resolves once what was handed to the store is committed, or after so many ms. */
  async #committedWithin(ms: number): Promise<void> {
    if (ms === Number.POSITIVE_INFINITY) return await this.#commits
    const done = new AbortController()
    await Promise.race([this.#commits, this.#clock.sleep(ms, done.signal)])
    done.abort()
  }

  async #take(said: {
    readonly sequence: number
    readonly delivery: Delivery
    readonly bytes: Uint8Array<ArrayBuffer>
  }): Promise<void> {
    const { sequence, delivery, bytes } = said
    const { plan, crew } = this.#parts
    this.#close(plan.closeBefore(sequence))
    const batch = plan.add(sequence, bytes.length, this.#clock.elapsedMs())
    this.#inHand += 1
    this.#reading.add(delivery)
    if (delivery.kind === 'gap' || (delivery.kind === 'body' && delivery.quarantine)) {
      this.#aside = this.#hooks.aside(delivery, bytes)
      await this.#aside
      this.#done(delivery)
    } else {
      await crew.take({ sequence, batch, delivery, bytes }, (result) => {
        this.#hooks.analyzed(delivery, result)
        if (result.last) this.#done(delivery)
      })
    }
    this.#close(plan.close(this.#clock.elapsedMs(), this.#next))
    const hasRoom = (): boolean => this.#committing <= COMMITS_IN_HAND
    await this.#changes.until(() => hasRoom() || this.#failure !== undefined)
  }

  #done({ arrivedUs }: Delivery): void {
    this.#inHand -= 1
    this.#arrivedUs = arrivedUs
  }

  #close(closed: ClosedBatch | undefined): void {
    if (closed === undefined) return
    const { bounds, isNew } = closed
    const { log, crew } = this.#parts
    const reading = this.#reading.take()
    // The worker closes it now, before it sees a delivery of the next one.
    const rows = crew.close(bounds.number)
    const fixed = isNew ? log.append(batchRecord(bounds)) : Promise.resolve(0)
    const ready = Promise.all([rows, fixed, this.#aside])
    // Its failure is met when its turn comes.
    ready.catch(() => {})
    this.#enqueue(async () => {
      const [batch] = await ready
      failpoint('before-insert')
      await this.#hooks.commit(closed, batch, reading)
      failpoint('before-release')
      await log.release(bounds.last + 1)
    })
  }

  async #tick(signal: AbortSignal, stop: () => void): Promise<void> {
    const { plan } = this.#parts
    while (!signal.aborted) {
      await this.#clock.sleep(TICK_MS, signal)
      this.#close(plan.close(this.#clock.elapsedMs(), this.#next))
      this.#hooks.tick(this.#isIdle() ? this.#clock.nowUs() : this.#arrivedUs)
      this.#settle()
      this.#failure ??= this.#parts.crew.failure
      if (this.#failure !== undefined) stop()
    }
  }

  /** Whether everything that is in the log has been taken, and is analyzed. */
  #isIdle(): boolean {
    return this.#inHand === 0 && this.#next >= this.#parts.log.nextSequence
  }

  /** While nothing comes, what was told is stored and the log is emptied: it holds originals. */
  #settle(): void {
    const { log, plan } = this.#parts
    if (plan.isOpen || this.#committing > 0 || !this.#isIdle()) return
    const { nextSequence } = log
    this.#enqueue(async () => {
      const isDone = await this.#hooks.settle()
      if (isDone && log.firstSequence < nextSequence) await log.release(nextSequence)
    })
  }

  /** Commits come one after the other: behind one that failed there are none. */
  #enqueue(work: () => Promise<void>): void {
    this.#committing += 1
    this.#commits = this.#commits
      .then(() => (this.#failure === undefined ? work() : undefined))
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => {
        this.#committing -= 1
        this.#changes.wake()
      })
  }
}
