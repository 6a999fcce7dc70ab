/** Those who wait until something has changed. */
export class Wakers {
  readonly #waiting = new Set<() => void>()

  /** Resolves at the next `wake`, or when the signal aborts. */
  wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      this.#waiting.add(done)
      signal?.addEventListener('abort', done)
      if (signal?.aborted === true) done()
    })
  }

  /** Resolves once this holds: it is asked now, and after each `wake`. Rejects when it throws. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await this.wait()
  }

  wake(): void {
    for (const done of [...this.#waiting]) done()
  }
}
