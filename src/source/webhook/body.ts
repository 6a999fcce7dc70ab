import { createHash } from 'node:crypto'
import { LIMIT } from '../../base/limit.ts'

/** A body that was received whole. */
export interface ReceivedBody {
  /** All of it, or the first `LIMIT.quarantineBytes` of one that is too long. */
  readonly bytes: Uint8Array
  /** Of the whole body, and 64 hex digits over all of it. */
  readonly length: number
  readonly sha256: string
  readonly oversize: boolean
}

/** Asks for memory: false when there is none. What was given is the asker's until it is done. */
export type Reserve = (bytes: number) => boolean

/**
 * Reads a body; undefined when there is no memory for it. Room is taken as bytes come, never for
 * what a header only promises. Rejects when the sender leaves before the end.
 */
export const readBody = async (
  chunks: AsyncIterable<Buffer>,
  declared: number | undefined,
  reserve: Reserve,
): Promise<ReceivedBody | undefined> => {
  const hash = createHash('sha256')
  const room = new Room(declared, reserve)
  let length = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    length += chunk.length
    if (!room.add(chunk)) return undefined
  }
  const oversize = length > LIMIT.webhookBodyBytesMax
  return { bytes: room.bytes, length, sha256: hash.digest('hex'), oversize }
}

/** The bytes so far: fewer than came once they are too many. */
class Room {
  readonly #expected: number
  readonly #reserve: Reserve
  readonly #bytesMax: number
  #buffer = Buffer.alloc(0)
  #length = 0

  constructor(declared: number | undefined, reserve: Reserve) {
    this.#expected = declared ?? 0
    this.#reserve = reserve
    this.#bytesMax =
      this.#expected > LIMIT.webhookBodyBytesMax ? LIMIT.quarantineBytes : LIMIT.webhookBodyBytesMax
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  /** False when there is no memory. */
  add(chunk: Buffer): boolean {
    const length = this.#length + chunk.length
    if (length > this.#bytesMax) return this.#fill(chunk)
    if (length > this.#buffer.length && !this.#grow(length)) return false
    chunk.copy(this.#buffer, this.#length)
    this.#length = length
    return true
  }

  /** Keeps the beginning, and takes no more. */
  #fill(chunk: Buffer): boolean {
    const missing = LIMIT.quarantineBytes - this.#length
    if (missing > 0) return this.add(chunk.subarray(0, missing))
    if (this.#length > LIMIT.quarantineBytes) {
      this.#buffer = Buffer.from(this.#buffer.subarray(0, LIMIT.quarantineBytes))
      this.#length = this.#buffer.length
    }
    return true
  }

  #grow(least: number): boolean {
    const doubled = Math.max(least, this.#buffer.length * GROWTH, FIRST_BYTES)
    const size = this.#expected >= least ? Math.min(doubled, this.#expected) : doubled
    const capacity = Math.min(size, Math.max(least, this.#bytesMax))
    if (!this.#reserve(capacity - this.#buffer.length)) return false
    const grown = Buffer.allocUnsafeSlow(capacity)
    grown.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = grown
    return true
  }
}

const FIRST_BYTES = 65_536
const GROWTH = 4
