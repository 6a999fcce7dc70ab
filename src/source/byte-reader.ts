/** Bytes as they come. */
export type Chunks = AsyncIterable<Buffer>

/** Reads chunks by the byte. One consumer at a time. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>
  #head: Buffer = Buffer.alloc(0)
  #done = false

  constructor(chunks: Chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** The next bytes without taking them: fewer than asked for only at the end. */
  async peek(count: number): Promise<Buffer> {
    while (this.#head.length < count && !this.#done) {
      const { done, value } = await this.#chunks.next()
      if (done === true) this.#done = true
      else this.#head = this.#head.length === 0 ? value : Buffer.concat([this.#head, value])
    }
    return this.#head.subarray(0, count)
  }

  /** At least one byte and at most `most` without taking them, or nothing at the end. */
  async look(most: number): Promise<Buffer> {
    await this.peek(1)
    return this.#head.subarray(0, most)
  }

  /** At least one byte and at most `most`, or nothing at the end. */
  async take(most: number): Promise<Buffer> {
    const taken = await this.look(most)
    this.#head = this.#head.subarray(taken.length)
    return taken
  }

  /** What is left, chunk by chunk. */
  async *rest(): Chunks {
    for (;;) {
      const chunk = await this.take(Number.MAX_SAFE_INTEGER)
      if (chunk.length === 0) return
      yield chunk
    }
  }

  /** Ends whatever the chunks come from. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
