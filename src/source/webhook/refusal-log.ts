import type { Clock } from '../../base/clock.ts'
import type { Refusal } from './identity.ts'

/** Called for requests that were refused: the last of them, and how many since the last call. */
export type OnRefused = (refusal: Refusal, from: string | undefined, count: number) => void

/** Tells of refused requests, at most once in a while of each status: anyone can cause them. */
export class RefusalLog {
  readonly #clock: Clock
  readonly #onRefused: OnRefused
  readonly #byStatus = new Map<number, { toldMs: number; untold: number }>()

  constructor(clock: Clock, onRefused: OnRefused) {
    this.#clock = clock
    this.#onRefused = onRefused
  }

  add(refusal: Refusal, from: string | undefined): void {
    const nowMs = this.#clock.elapsedMs()
    const before = this.#byStatus.get(refusal.status)
    if (before !== undefined && nowMs - before.toldMs < PAUSE_MS) {
      before.untold += 1
      return
    }
    this.#byStatus.set(refusal.status, { toldMs: nowMs, untold: 0 })
    this.#onRefused(refusal, from, (before?.untold ?? 0) + 1)
  }
}

const PAUSE_MS = 10_000
