import { LIMIT } from '../base/limit.ts'
import { type TimedText, TimeQueue } from '../base/time-queue.ts'
import { YES } from '../base/truth.ts'
import type { Reason } from '../model/blindness.ts'
import type { EventRef, Finding } from '../model/finding.ts'
import { Correlator } from '../sigma/correlate/correlator.ts'
import type { CorrelationVerdict } from '../sigma/correlate/hit.ts'
import { newTallies, type RuleTally } from './act-events.ts'
import type { CompiledCorrelation, RuleSet } from './compile.ts'
import type { CountedAct } from './counted-act.ts'
import { describeCorrelation } from './describe-correlation.ts'
import { Evidence, type HitSource, type Traces } from './evidence.ts'
import { CorrelationFeeds } from './feeds.ts'

/** What the correlations could not keep to the letter; each becomes an issue. */
export interface CorrelationLosses {
  /** Groups that were given up for room. */
  readonly groupsEvicted: number
  /** Hits that came after the time of their windows had been left behind. */
  readonly hitsLate: number
  /** Findings that are counted and not kept. */
  readonly findingsDropped: number
}

/** What came of all hits. Tallies are in the order of the correlations. */
export interface CorrelationResult {
  readonly findings: readonly Finding[]
  readonly tallies: readonly RuleTally[]
  readonly losses: CorrelationLosses
}

/**
 * Joins acts that count into findings of correlations, in any order of arrival. It has a lifetime
 * of one hunt, and bounded state: acts wait as JSON until all have come, then windows are judged in
 * order of time, and a second look finds the acts behind what was found.
 */
export class CorrelationFold {
  readonly #correlations: readonly CompiledCorrelation[]
  readonly #feeds: CorrelationFeeds
  readonly #queue: TimeQueue
  readonly #correlator: Correlator
  readonly #tallies: RuleTally[]
  readonly #findings: Finding[] = []
  #verdicts: CorrelationVerdict[] = []
  #dropped = 0

  constructor(
    { rules, correlations }: Pick<RuleSet, 'rules' | 'correlations'>,
    queueBytesMax: number = LIMIT.correlationQueueBytesMax,
  ) {
    this.#correlations = correlations
    this.#queue = new TimeQueue({
      bytesMax: queueBytesMax,
      chunkCharacters: Math.min(CHUNK_CHARACTERS, queueBytesMax / 16),
      plainBytesMax: queueBytesMax / 4,
    })
    this.#feeds = new CorrelationFeeds(rules, correlations)
    this.#tallies = newTallies(correlations.length)
    this.#correlator = new Correlator(
      correlations.map(({ plan }) => plan),
      (verdict) => this.#take(verdict),
      { bytesMax: LIMIT.correlationStateBytesMax },
    )
  }

  add(counted: CountedAct, events: readonly EventRef[]): void {
    const { timeUs, untimed = 'missing' } = counted
    if (timeUs === undefined) {
      for (const correlation of this.#feeds.correlationsOf(counted)) {
        const tally = this.#tallies[correlation]
        if (tally !== undefined) tally.cannotTell += 1
        this.#addReasons(correlation, [untimed])
      }
      return
    }
    const waiting: WaitingAct = { counted, events }
    this.#queue.push(timeUs, JSON.stringify(waiting))
    if (!this.#queue.isFull) return
    // What comes later and is earlier than this is lost, and counted as late.
    const before = this.#queue.earliestQuarter()
    this.#judge(this.#queue.take(before), () => this.#correlator.advance(before))
  }

  finish(): CorrelationResult {
    this.#judge(this.#queue.take(), () => this.#correlator.finish())
    return {
      findings: this.#findings,
      tallies: this.#tallies,
      losses: {
        groupsEvicted: this.#correlator.losses().evicted,
        hitsLate: this.#queue.late,
        findingsDropped: this.#dropped,
      },
    }
  }

  /** Counts a verdict, and keeps it if there is room for what it will show. */
  #take(verdict: CorrelationVerdict): void {
    const tally = this.#tallies[verdict.correlation]
    if (tally === undefined) throw new Error('bug: a verdict of no correlation')
    if (verdict.truth === YES) tally.findings += 1
    else tally.cannotTell += 1
    const kept = this.#findings.length + this.#verdicts.length < LIMIT.correlationFindingsMax
    if (kept) this.#verdicts.push(verdict)
    else if (verdict.truth === YES) this.#dropped += 1
  }

  #judge(acts: Iterable<TimedText>, end: () => void): void {
    for (const { text } of acts) {
      for (const hit of this.#feeds.hitsOf(waitingAct(text).counted)) this.#correlator.observe(hit)
    }
    end()
    if (this.#verdicts.length > 0) this.#describe(acts)
    this.#verdicts = []
  }

  #describe(acts: Iterable<TimedText>): void {
    const spansUs = this.#correlations.map(({ plan }) => plan.spanUs)
    const evidence = new Evidence(this.#verdicts, spansUs)
    for (const { text } of acts) {
      const { counted, events } = waitingAct(text)
      const hits = this.#feeds.hitsOf(counted).filter((hit) => evidence.asks(hit))
      if (hits.length === 0) continue
      const reasons = counted.rules.flatMap((one) => one.reasons)
      const source: HitSource = { subject: counted.subject, events, reasons }
      for (const hit of hits) evidence.add({ hit, source })
    }
    for (const verdict of this.#verdicts) this.#tell(verdict, evidence.of(verdict))
  }

  #tell(verdict: CorrelationVerdict, traces: Traces): void {
    const correlation = this.#correlations[verdict.correlation]
    if (correlation === undefined) return
    if (verdict.truth === YES) {
      if (correlation.reports)
        this.#findings.push(describeCorrelation(correlation, verdict, traces))
      return
    }
    const given = traces.entries.flatMap(({ source }) => source.reasons)
    this.#addReasons(verdict.correlation, new Set(given))
  }

  #addReasons(correlation: number, given: Iterable<Reason>): void {
    const reasons = this.#tallies[correlation]?.reasons ?? {}
    for (const reason of given) reasons[reason] = (reasons[reason] ?? 0) + 1
  }
}

/** An act that waits for its turn, as JSON. */
interface WaitingAct {
  readonly counted: CountedAct
  readonly events: readonly EventRef[]
}

/** What is packed and unpacked at once. */
const CHUNK_CHARACTERS = 1_000_000

/** Only what `add` wrote is read here. */
const waitingAct = (text: string): WaitingAct => JSON.parse(text) as WaitingAct
