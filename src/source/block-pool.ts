import { LIMIT } from '../base/limit.ts'

/**
 * Buffers of blocks that were worked through, to be filled again: new ones for every block of a
 * large log would keep the garbage collector busy.
 */
export class BlockPool {
  readonly #free: ArrayBuffer[] = []

  /** Bytes to be filled whole: what was in them before may still be there. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const buffer =
      bytes <= POOLED_BYTES ? (this.#free.pop() ?? new ArrayBuffer(POOLED_BYTES)) : undefined
    return new Uint8Array(buffer ?? new ArrayBuffer(bytes), 0, bytes)
  }

  /** Takes back what `take` gave, once nothing reads it any more. */
  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (buffer.byteLength === POOLED_BYTES && this.#free.length < FREE_MAX) this.#free.push(buffer)
  }
}

/** As long as a block gets, unless a record is longer than a block. */
const POOLED_BYTES = LIMIT.blockBytes * 2

/** More are never idle: a worker has one block in work and one waiting. */
const FREE_MAX = 8
