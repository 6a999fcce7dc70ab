import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import type { Delivery, GapKind, Keep, LogSource, SourceGap } from '../../model/delivery.ts'

/** What a followed log hands on with, and where to. */
export interface HandingOnOptions {
  readonly source: LogSource
  readonly keep: Keep
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Lines of a file, and where they lie in its content. */
export interface ReadLines {
  readonly path: string
  readonly fingerprint: string
  readonly offset: number
  readonly bytes: Uint8Array
  readonly lastTime: string | undefined
}

/** Hands deliveries on, one after the other, and counts them. */
export class HandingOn {
  readonly #options: HandingOnOptions
  deliveries = 0
  bytes = 0
  lastArrivedUs: number | undefined
  readonly #gaps = new Map<GapKind, number>()
  /** Why it waits: what was read cannot be kept at the moment. */
  waitsFor: string | undefined

  constructor(options: HandingOnOptions) {
    this.#options = options
  }

  /** Resolves once the lines are kept. Rejects when they cannot be, or when it is to stop. */
  async lines({ bytes, lastTime, ...place }: ReadLines): Promise<void> {
    const { source } = this.#options
    const arrivedUs = this.#options.clock.nowUs()
    const { length } = bytes
    const time = lastTime === undefined ? {} : { lastTime }
    await this.#keep({ kind: 'lines', source, arrivedUs, ...place, length, ...time }, bytes)
    this.deliveries += 1
    this.bytes += length
    this.lastArrivedUs = arrivedUs
  }

  /** The same for a gap. */
  async gap(gap: SourceGap): Promise<void> {
    const { source } = this.#options
    const arrivedUs = this.#options.clock.nowUs()
    await this.#keep({ kind: 'gap', source, arrivedUs, gap }, new Uint8Array())
    this.#gaps.set(gap.kind, (this.#gaps.get(gap.kind) ?? 0) + 1)
  }

  /** How many gaps of each kind were told. */
  gapsTold(): readonly { readonly kind: GapKind; readonly count: number }[] {
    return [...this.#gaps].map(([kind, count]) => ({ kind, count }))
  }

  /** Tries the same again until it is kept: nothing behind it may be handed on before. */
  async #keep(delivery: Delivery, bytes: Uint8Array): Promise<void> {
    const { keep, clock, signal } = this.#options
    for (;;) {
      signal.throwIfAborted()
      try {
        await keep(delivery, bytes)
        this.waitsFor = undefined
        return
      } catch (error) {
        if (!(error instanceof Fault && error.transient)) throw error
        this.waitsFor = error.message
      }
      await clock.sleep(RETRY_MS, signal)
    }
  }
}

const RETRY_MS = 1_000
