/** Those who wait until something has changed. */
export class Wakers {
  readonly #waiting = new Set<() => void>()

  /** Resolves at the next `wake`, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#waiting.add(done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }

  wake(): void {
    for (const done of [...this.#waiting]) done()
  }
}
