/**
 * Lets work begin while its bytes together stay within a bound; what must wait begins in turn, one
 * of each source after the other, however much one of them has waiting. Work of more bytes than the
 * bound runs alone.
 */
export class Turns {
  readonly #bytesMax: number
  /** Sources in the order of their turns, each with what it has waiting. */
  readonly #waiting = new Map<string, Waiting[]>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Runs the work when it is its turn, and gives what it gives. */
  async run<T>(source: string, bytes: number, work: () => Promise<T>): Promise<T> {
    await this.#begin(source, bytes)
    try {
      return await work()
    } finally {
      this.#bytes -= bytes
      this.#startWaiting()
    }
  }

  #begin(source: string, bytes: number): Promise<void> {
    return new Promise((start) => {
      const line = this.#waiting.get(source)
      if (line === undefined) this.#waiting.set(source, [{ bytes, start }])
      else line.push({ bytes, start })
      this.#startWaiting()
    })
  }

  #startWaiting(): void {
    for (;;) {
      const [next] = this.#waiting
      if (next === undefined) return
      const [source, line] = next
      const first = line[0]
      if (first === undefined || !this.#fits(first.bytes)) return
      line.shift()
      this.#waiting.delete(source)
      if (line.length > 0) this.#waiting.set(source, line)
      this.#bytes += first.bytes
      first.start()
    }
  }

  #fits(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#bytesMax
  }
}

interface Waiting {
  readonly bytes: number
  readonly start: () => void
}
