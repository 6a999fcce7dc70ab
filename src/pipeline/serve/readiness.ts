import type { ServeHooks } from './running.ts'

/** A part of an instance that is not ready, and why. */
export interface NotReady {
  readonly part: string
  readonly why: string
}

/**
 * Says in the log of the program which part is not ready, and when it is again, once each. What
 * passes within seconds is not worth a line: a file is not there for a moment while it is rotated.
 */
export class Readiness {
  readonly #log: ServeHooks['log']
  readonly #waiting = new Map<string, { readonly sinceUs: number; said: string | undefined }>()

  constructor(log: ServeHooks['log']) {
    this.#log = log
  }

  tick(notReady: readonly NotReady[], nowUs: number): void {
    const parts = new Set(notReady.map(({ part }) => part))
    for (const [part, { said }] of this.#waiting) {
      if (parts.has(part)) continue
      this.#waiting.delete(part)
      if (said !== undefined) this.#log('info', `${part}: ready again`, { part })
    }
    for (const { part, why } of notReady) {
      const waiting = this.#waiting.get(part) ?? { sinceUs: nowUs, said: undefined }
      this.#waiting.set(part, waiting)
      if (nowUs - waiting.sinceUs < PASSES_US || waiting.said === why) continue
      waiting.said = why
      this.#log('warn', `${part}: not ready: ${why}`, { part })
    }
  }
}

const PASSES_US = 3_000_000
