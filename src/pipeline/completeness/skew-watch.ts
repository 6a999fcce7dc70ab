import type { LogSource } from '../../model/delivery.ts'
import type { SkewNote, SourceObservation } from '../../model/source-health.ts'

/**
 * Compares the clock of one API server with ours: by how much the newest event of a delivery is
 * older than its arrival. Of a file a median over many deliveries stands for it. A batch of a
 * webhook may have waited for half a minute, nobody knows for how long: the least of many count,
 * and only what is more than that wait can be a clock that is behind. What was held up comes all
 * at once when it comes, so one delivery in two seconds counts.
 */
export class SkewWatch {
  readonly #source: LogSource
  /** Of the last deliveries, from the stage of the newest event to the arrival. */
  readonly #delays: number[] = []
  #next = 0
  #countedUs = Number.NEGATIVE_INFINITY
  #skewed: { readonly fromUs: number; readonly toldUs: number } | undefined

  constructor(source: LogSource) {
    this.#source = source
  }

  add(arrivedUs: number, { lastUs }: SourceObservation): void {
    if (lastUs === undefined || arrivedUs - this.#countedUs < APART_US) return
    this.#countedUs = arrivedUs
    this.#delays[this.#next] = arrivedUs - lastUs
    this.#next = (this.#next + 1) % DELAYS_KEPT
  }

  /** From an event's stage to its arrival, as a median of the last deliveries. */
  delayUs(): number | undefined {
    return [...this.#delays].sort((a, b) => a - b)[Math.floor(this.#delays.length / 2)]
  }

  /** How far the server's clock is behind ours. Undefined: too little seen, or too unsteady. */
  behindUs(): number | undefined {
    if (this.#delays.length < DELAYS_MIN) return undefined
    const sorted = [...this.#delays].sort((a, b) => a - b)
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
    if (this.#source.way === 'webhook') {
      const least = at(LEAST_SHARE)
      return least < 0 ? least : Math.max(0, least - BATCH_WAIT_US)
    }
    // What is behind and catches up comes later each time by another while.
    return at(0.75) - at(0.25) > STEADY_US ? undefined : at(0.5)
  }

  /** `othersUs`: how far the other servers' clocks are behind ours, as a median. */
  tick(nowUs: number, othersUs: number | undefined): readonly SkewNote[] {
    const behind = this.behindUs()
    if (behind === undefined) return []
    const ofOthers = othersUs === undefined ? undefined : (othersUs - behind) / 1e6
    const off = Math.max(Math.abs(behind), Math.abs(ofOthers ?? 0) * 1e6)
    if (off < SKEW_US) {
      if (off < SKEW_US / 2) this.#skewed = undefined
      return []
    }
    if (this.#skewed !== undefined && off < this.#skewed.toldUs * 2) return []
    const fromUs = this.#skewed?.fromUs ?? nowUs
    this.#skewed = { fromUs, toldUs: off }
    return [
      {
        ...this.#source,
        kind: 'clock-skew',
        fromUs,
        toUs: nowUs,
        key: '',
        events: [],
        aheadSeconds: -behind / 1e6,
        aheadOfOthersSeconds: ofOthers,
      },
    ]
  }
}

const SECOND_US = 1_000_000
const SKEW_US = 2 * SECOND_US
const STEADY_US = 2 * SECOND_US
/** The default of `--audit-webhook-batch-max-wait`. */
const BATCH_WAIT_US = 30 * SECOND_US
/** One delivery in ten may be as odd as it likes. */
const LEAST_SHARE = 0.1
const APART_US = 2 * SECOND_US
const DELAYS_KEPT = 31
const DELAYS_MIN = 15
