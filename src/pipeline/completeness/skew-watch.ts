import type { LogSource } from '../../model/delivery.ts'
import type { SkewNote, SourceObservation } from '../../model/source-health.ts'

/**
 * Compares the clock of one API server with ours: by how much the newest event of a delivery is
 * older than its arrival. A median over many deliveries stands for it; a delivery whose events are
 * far apart has waited for its batch, and that is taken off.
 */
export class SkewWatch {
  readonly #source: LogSource
  /** What is left of each delay without the wait, and the delay itself. */
  readonly #delays: number[] = []
  readonly #raw: number[] = []
  #next = 0
  #skewed: { readonly fromUs: number; readonly toldUs: number } | undefined

  constructor(source: LogSource) {
    this.#source = source
  }

  add(arrivedUs: number, { firstUs, lastUs, events }: SourceObservation): void {
    if (lastUs === undefined || firstUs === undefined) return
    const delay = arrivedUs - lastUs
    const apartUs = events > 1 ? (lastUs - firstUs) / (events - 1) : BATCH_WAIT_US
    const waited = delay > 0 ? Math.min(delay, apartUs * WAITS, BATCH_WAIT_US) : 0
    this.#delays[this.#next] = delay - waited
    this.#raw[this.#next] = delay
    this.#next = (this.#next + 1) % DELAYS_KEPT
  }

  /** From an event's stage to its arrival, as a median of the last deliveries. */
  delayUs(): number | undefined {
    return [...this.#raw].sort((a, b) => a - b)[Math.floor(this.#raw.length / 2)]
  }

  /** How far the server's clock is behind ours. Undefined: too little seen, or too unsteady. */
  behindUs(): number | undefined {
    if (this.#delays.length < DELAYS_MIN) return undefined
    const sorted = [...this.#delays].sort((a, b) => a - b)
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
    // What is behind and catches up, or is repeated, comes later each time by another while.
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
/** The newest event of a batch is about as old as its events are apart; now and then thrice that. */
const WAITS = 3
const DELAYS_KEPT = 31
const DELAYS_MIN = 15
