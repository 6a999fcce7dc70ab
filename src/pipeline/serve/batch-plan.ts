import { assert } from '../../base/assert.ts'
import type { BatchBounds } from './records.ts'

/** When a batch is closed. */
export interface BatchLimits {
  /** Bytes of its deliveries. A longer one is a batch by itself. */
  readonly bytesMax: number
  /** How long a batch stays open. */
  readonly msMax: number
}

interface OpenBatch {
  readonly number: number
  readonly first: number
  last: number
  bytes: number
  readonly openedMs: number
  /** Fixed before a crash: it ends here, and nowhere else. */
  readonly plannedLast: number | undefined
}

/**
 * Cuts the deliveries of the log into batches. What was cut before a crash is cut the same way
 * again, so that the store knows each batch by its number.
 */
export class BatchPlan {
  readonly #limits: BatchLimits
  readonly #planned: BatchBounds[]
  #next: number
  #open: OpenBatch | undefined

  /** `planned` are the boundaries in the log behind the last batch that the store has. */
  constructor(limits: BatchLimits, lastNumber: number, planned: readonly BatchBounds[]) {
    this.#limits = limits
    this.#planned = [...planned].sort((a, b) => a.number - b.number)
    this.#next = lastNumber + 1
  }

  /** The number of the batch that a delivery belongs to, which it opens if it has to. */
  add(sequence: number, bytes: number, nowMs: number): number {
    this.#open ??= this.#begin(sequence, nowMs)
    this.#open.last = sequence
    this.#open.bytes += bytes
    return this.#open.number
  }

  /**
   * The batch that is full, or old enough, if there is one; it is closed by that. `isNew` says that
   * its boundaries are not in the log yet.
   */
  close(nowMs: number): { readonly bounds: BatchBounds; readonly isNew: boolean } | undefined {
    const open = this.#open
    if (open === undefined || !this.#isDone(open, nowMs)) return undefined
    return this.#end(open)
  }

  /** Closes what is open, because nothing will come. */
  finish(): { readonly bounds: BatchBounds; readonly isNew: boolean } | undefined {
    return this.#open === undefined ? undefined : this.#end(this.#open)
  }

  /** In how many ms the open batch is to be closed; undefined when there is none. */
  msLeft(nowMs: number): number | undefined {
    const open = this.#open
    if (open === undefined || open.plannedLast !== undefined) return undefined
    return Math.max(0, open.openedMs + this.#limits.msMax - nowMs)
  }

  #begin(sequence: number, nowMs: number): OpenBatch {
    const planned = this.#planned.shift()
    assert(planned === undefined || planned.first === sequence, 'batches begin where they did')
    const number = planned?.number ?? this.#next
    this.#next = number + 1
    const last = planned?.last
    return { number, first: sequence, last: sequence, bytes: 0, openedMs: nowMs, plannedLast: last }
  }

  #isDone({ plannedLast, last, bytes, openedMs }: OpenBatch, nowMs: number): boolean {
    if (plannedLast !== undefined) return last === plannedLast
    return bytes >= this.#limits.bytesMax || nowMs - openedMs >= this.#limits.msMax
  }

  #end({ number, first, last, plannedLast }: OpenBatch): {
    readonly bounds: BatchBounds
    readonly isNew: boolean
  } {
    this.#open = undefined
    return { bounds: { number, first, last }, isNew: plannedLast === undefined }
  }
}
