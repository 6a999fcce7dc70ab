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

/** A batch that was closed. */
export interface ClosedBatch {
  readonly bounds: BatchBounds
  /** Its boundaries are not in the log yet. */
  readonly isNew: boolean
}

/**
 * Cuts the deliveries of the log into batches. What was cut before a crash is cut the same way
 * again, so that the store knows each batch by its number: also when some of its records, or its
 * boundaries themselves, were in a part of the log that was damaged.
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

  /** The batch that ends before a delivery, if there is one: it is closed by that. */
  closeBefore(sequence: number): ClosedBatch | undefined {
    const open = this.#open
    if (open === undefined) return undefined
    const isPast = open.plannedLast !== undefined && sequence > open.plannedLast
    const next = this.#planned[0]
    const isNext = open.plannedLast === undefined && next !== undefined && sequence >= next.first
    return isPast || isNext ? this.#end(open) : undefined
  }

  /** The number of the batch that a delivery belongs to, which it opens if it has to. */
  add(sequence: number, bytes: number, nowMs: number): number {
    this.#open ??= this.#begin(sequence, nowMs)
    this.#open.last = sequence
    this.#open.bytes += bytes
    return this.#open.number
  }

  /**
   * The batch that is full, or old enough, if there is one; it is closed by that. `next` is the
   * sequence of the record that will be taken next.
   */
  close(nowMs: number, next: number): ClosedBatch | undefined {
    const open = this.#open
    if (open === undefined || !this.#isDone(open, nowMs, next)) return undefined
    return this.#end(open)
  }

  /**
   * Closes what is open, because nothing more will be taken. Not a batch that was cut before a
   * crash and is not taken whole: all of it comes again.
   */
  finish(next: number): ClosedBatch | undefined {
    const open = this.#open
    const isPart = open?.plannedLast !== undefined && next <= open.plannedLast
    return open === undefined || isPart ? undefined : this.#end(open)
  }

  /** Whether deliveries were taken that belong to no closed batch. */
  get isOpen(): boolean {
    return this.#open !== undefined
  }

  #begin(sequence: number, nowMs: number): OpenBatch {
    while (this.#planned[0] !== undefined && this.#planned[0].last < sequence) {
      this.#next = this.#planned[0].number + 1
      this.#planned.shift()
    }
    const known = this.#planned[0]
    const planned = known !== undefined && known.first <= sequence ? known : undefined
    if (planned !== undefined) this.#planned.shift()
    const number = planned?.number ?? this.#next
    this.#next = number + 1
    const open = { number, last: sequence, bytes: 0, openedMs: nowMs }
    return { ...open, first: planned?.first ?? sequence, plannedLast: planned?.last }
  }

  #isDone({ plannedLast, bytes, openedMs }: OpenBatch, nowMs: number, next: number): boolean {
    if (plannedLast !== undefined) return next > plannedLast
    return bytes >= this.#limits.bytesMax || nowMs - openedMs >= this.#limits.msMax
  }

  #end({ number, first, last, plannedLast }: OpenBatch): ClosedBatch {
    this.#open = undefined
    const bounds = { number, first, last: plannedLast ?? last }
    return { bounds, isNew: plannedLast === undefined }
  }
}
