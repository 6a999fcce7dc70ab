import { LIMIT } from '../base/limit.ts'
import { UNKNOWN, YES } from '../base/truth.ts'
import type { Reason } from '../model/blindness.ts'
import type { Finding } from '../model/finding.ts'
import { Correlator } from '../sigma/correlate/correlator.ts'
import type { CorrelationVerdict, Hit } from '../sigma/correlate/hit.ts'
import { HitQueue } from '../sigma/correlate/hit-queue.ts'
import type { CompiledCorrelation } from './compile.ts'
import { describeCorrelation } from './describe-correlation.ts'
import { type Entry, Evidence, type HitSource } from './evidence.ts'
import type { RuleTally } from './fold.ts'

/** What the correlations could not keep to the letter; each becomes an issue. */
export interface CorrelationLosses {
  /** Groups that were given up for room. */
  readonly groupsEvicted: number
  /** Hits that came after the time of their windows had been left behind. */
  readonly hitsLate: number
}

/** What came of all hits. Tallies are in the order of the correlations. */
export interface CorrelationResult {
  readonly findings: readonly Finding[]
  readonly tallies: readonly RuleTally[]
  readonly losses: CorrelationLosses
}

/**
 * Joins the hits of acts into findings of correlations, in any order of arrival. It has a lifetime
 * of one hunt, and bounded state.
 */
export class CorrelationFold {
  readonly #correlations: readonly CompiledCorrelation[]
  readonly #queue: HitQueue<HitSource>
  readonly #correlator: Correlator
  readonly #verdicts: CorrelationVerdict[] = []
  readonly #entries: Entry[] = []

  constructor(correlations: readonly CompiledCorrelation[]) {
    this.#correlations = correlations
    this.#queue = new HitQueue({ bytesMax: LIMIT.correlationQueueBytesMax })
    this.#correlator = new Correlator(
      correlations.map(({ plan }) => plan),
      (verdict) => this.#verdicts.push(verdict),
      { bytesMax: LIMIT.correlationStateBytesMax },
    )
  }

  add(hits: readonly Hit[], source: HitSource): void {
    for (const hit of hits) this.#queue.push(hit, source)
    this.#observe(this.#queue.overflow())
  }

  finish(): CorrelationResult {
    this.#observe(this.#queue.finish())
    this.#correlator.finish()
    const evidence = new Evidence(this.#verdicts, this.#entries)
    const findings = this.#verdicts.flatMap((verdict) => {
      const correlation = this.#correlations[verdict.correlation]
      if (correlation === undefined || verdict.truth !== YES || !correlation.reports) return []
      const following = evidence.after(verdict, correlation.plan.spanUs)
      return [describeCorrelation(correlation, verdict, evidence.of(verdict), following)]
    })
    return {
      findings,
      tallies: this.#correlations.map((_, at) => this.#tallyOf(at, evidence)),
      losses: {
        groupsEvicted: this.#correlator.losses().evicted,
        hitsLate: this.#queue.late,
      },
    }
  }

  #observe(entries: Iterable<Entry>): void {
    for (const entry of entries) {
      this.#entries.push(entry)
      this.#correlator.observe(entry.hit)
    }
  }

  #tallyOf(correlation: number, evidence: Evidence): RuleTally {
    const own = this.#verdicts.filter((verdict) => verdict.correlation === correlation)
    const untold = own.filter(({ truth }) => truth === UNKNOWN)
    const reasons: Partial<Record<Reason, number>> = {}
    for (const verdict of untold) {
      const given = evidence.of(verdict).flatMap(({ source }) => source.reasons)
      for (const reason of new Set(given)) reasons[reason] = (reasons[reason] ?? 0) + 1
    }
    return { findings: own.length - untold.length, cannotTell: untold.length, reasons }
  }
}
