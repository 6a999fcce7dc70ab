import { LIMIT } from '../../base/limit.ts'

/**
 * Up to when the logs of one cluster have come: the earliest of those that were heard lately. A
 * silent log holds back nothing.
 */
export class Watermark {
  readonly #logs = new Map<string, { latestUs: number; heardUs: number }>()

  /** A log said something: the latest time of its events, and when it was heard. */
  hear(log: string, latestUs: number, nowUs: number): void {
    const before = this.#logs.get(log)
    this.#logs.delete(log)
    this.#logs.set(log, { latestUs: Math.max(latestUs, before?.latestUs ?? 0), heardUs: nowUs })
    if (this.#logs.size <= LIMIT.liveLogsMax) return
    const [first] = this.#logs.keys()
    if (first !== undefined) this.#logs.delete(first)
  }

  /** Undefined when no log was heard lately. */
  at(nowUs: number): number | undefined {
    let earliest: number | undefined
    for (const { latestUs, heardUs } of this.#logs.values()) {
      if (nowUs - heardUs > LIMIT.liveHeardSecondsMax * 1_000_000) continue
      if (earliest === undefined || latestUs < earliest) earliest = latestUs
    }
    return earliest
  }
}
