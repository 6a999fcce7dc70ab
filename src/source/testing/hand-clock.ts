import type { Clock } from '../../base/clock.ts'

/** A clock that stands still until it is moved: who sleeps wakes when his moment has come. */
export class HandClock implements Clock {
  #ms = 0
  readonly #startUs: number
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()

  /** Begins at this moment: RFC 3339. */
  constructor(start = '2026-11-21T20:00:00Z') {
    this.#startUs = Date.parse(start) * 1000
  }

  /** How many sleep. */
  get sleepers(): number {
    return this.#sleepers.size
  }

  nowUs(): number {
    return this.#startUs + this.#ms * 1000
  }

  elapsedMs(): number {
    return this.#ms
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve()
      const sleeper = {
        at: this.#ms + ms,
        wake: () => {
          this.#sleepers.delete(sleeper)
          signal?.removeEventListener('abort', sleeper.wake)
          resolve()
        },
      }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', sleeper.wake)
    })
  }

  /** Moves it on; those whose moment has come wake in order. */
  move(ms: number): void {
    this.#ms += ms
    const due = [...this.#sleepers].filter(({ at }) => at <= this.#ms)
    for (const { wake } of due.sort((a, b) => a.at - b.at)) wake()
  }
}
