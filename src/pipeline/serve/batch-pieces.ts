import { LIMIT } from '../../base/limit.ts'
import type { Facts } from '../../model/facts.ts'
import type { Rows } from '../../store/store.ts'
import { EventBatch, type StoredEvent } from '../event-table.ts'

/**
 * The rows of the open batch, cut into pieces that a store can take at a time: one body may hold a
 * million tiny events. The same events are cut at the same places every time.
 */
export class BatchPieces {
  readonly #open: EventBatch
  #pieces: Rows[] = []
  /** Rows in the pieces that are cut. */
  #cut = 0

  /** `instance` names the data directory whose batches these are. */
  constructor(instance: string) {
    this.#open = new EventBatch(instance)
  }

  /** Appends an event to the batch of that number. */
  add(batch: number, facts: Facts, stored: StoredEvent): void {
    this.#open.add(facts, stored)
    const { count, bytes } = this.#open
    if (count >= LIMIT.batchPieceRowsMax || bytes >= LIMIT.batchPieceBytesMax) this.#end(batch)
  }

  /** The pieces of the batch, none of them empty; the next event begins a new batch. */
  take(batch: number): readonly Rows[] {
    if (this.#open.count > 0) this.#end(batch)
    const pieces = this.#pieces
    this.#pieces = []
    this.#cut = 0
    return pieces
  }

  #end(batch: number): void {
    const rows = this.#open.take(batch, this.#cut)
    this.#pieces.push(rows)
    this.#cut += rows.count
  }
}
