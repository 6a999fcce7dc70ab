import { LIMIT } from '../../base/limit.ts'
import { YES } from '../../base/truth.ts'
import type { Finding } from '../../model/finding.ts'
import type { CorrelationVerdict } from '../../sigma/correlate/hit.ts'
import type { CompiledCorrelation } from '../compile.ts'
import { correlationFindingId, describeCorrelation } from '../describe-correlation.ts'
import { Evidence, type HitSource } from '../evidence.ts'
import type { CorrelationFeeds } from '../feeds.ts'
import type { ActCount } from './act-count.ts'
import type { Episode, Episodes } from './episodes.ts'
import { digestOf } from './live-act.ts'
import type { PastCounts } from './past-counts.ts'

/** Where the acts behind an episode are looked for. */
export interface EpisodeSources {
  readonly episodes: Episodes
  readonly past: PastCounts
  /**
   * Acts that the store gave, for what is not in the past any more. Undefined: it was not asked.
   */
  readonly stored: readonly ActCount[] | undefined
}

/** Makes findings of what correlations began. */
export class EpisodeDescriber {
  readonly #correlations: readonly CompiledCorrelation[]
  readonly #spansUs: readonly number[]
  readonly #feeds: CorrelationFeeds

  constructor(correlations: readonly CompiledCorrelation[], feeds: CorrelationFeeds) {
    this.#correlations = correlations
    this.#spansUs = correlations.map(({ plan }) => plan.spanUs)
    this.#feeds = feeds
  }

  /** The id of an episode's finding; undefined if it is none, or of a rule that does not report. */
  idOf({ verdict }: Episode): string | undefined {
    const correlation = this.#correlations[verdict.correlation]
    if (verdict.truth !== YES || correlation?.reports !== true) return undefined
    return correlationFindingId(correlation.ref.id, verdict)
  }

  spanUs({ verdict }: Episode): number {
    return this.#spansUs[verdict.correlation] ?? 0
  }

  /**
   * The finding as it stands. Undefined when its acts are not at hand, or so many that the others
   * cannot be counted.
   */
  describe(episode: Episode, sources: EpisodeSources): Described | undefined {
    const correlation = this.#correlations[episode.verdict.correlation]
    if (correlation === undefined) return undefined
    const { past, stored } = sources
    const verdicts = verdictsOf(episode, sources)
    const fromUs = earliest(verdicts)
    const { acts, isWhole } = past.of(verdicts, fromUs, Infinity, LIMIT.liveEvidenceActsMax)
    const evidence = new Evidence(verdicts, this.#spansUs)
    for (const act of inTime(stored ?? [], acts)) this.#add(evidence, act)
    const traces = evidence.of(episode.verdict)
    if (traces.entries.length === 0) return undefined
    const finding = describeCorrelation(correlation, episode.verdict, traces)
    const { untilUs } = traces
    return { finding, digest: digestOf(finding), untilUs, isWhole }
  }

  /** Whether acts that it would show may be in the store alone, which was not asked for them. */
  lacks(episode: Episode, sources: EpisodeSources): boolean {
    const { past, stored } = sources
    if (stored !== undefined) return false
    const verdicts = verdictsOf(episode, sources)
    return verdicts.some(({ fromUs, correlation }) => fromUs < past.coversFromUs(correlation))
  }

  #add(evidence: Evidence, { entries }: ActCount): void {
    for (const { counted, events } of entries) {
      const hits = this.#feeds.hitsOf(counted).filter((hit) => evidence.asks(hit))
      const reasons = counted.rules.flatMap((one) => one.reasons)
      const source: HitSource = { subject: counted.subject, events, reasons }
      for (const hit of hits) evidence.add({ hit, source })
    }
  }
}

/** What was judged of its group since, and below it: all of that decides what belongs to it. */
const verdictsOf = (
  episode: Episode,
  { episodes }: EpisodeSources,
): readonly CorrelationVerdict[] => {
  const later = episodes.in(episode.group).filter((one) => one.verdict.atUs >= episode.verdict.atUs)
  return [...new Set([...later, ...episodes.below(episode)])].map(({ verdict }) => verdict)
}

const earliest = (verdicts: readonly CorrelationVerdict[]): number =>
  verdicts.reduce((least, { fromUs }) => Math.min(least, fromUs), Number.POSITIVE_INFINITY)

/** A finding, and how sure its counts are. */
export interface Described {
  readonly finding: Finding
  readonly digest: string
  /** The last match that belongs to it. */
  readonly untilUs: number
  /** Whether all acts were read: `LIMIT.liveEvidenceActsMax` were enough. */
  readonly isWhole: boolean
}

/** Acts of the store and of the past, each once as it was said last, in the order of time. */
export const inTime = (
  stored: readonly ActCount[],
  past: readonly ActCount[],
): readonly ActCount[] => {
  const byAct = new Map([...stored, ...past].map((count) => [count.act, count]))
  return [...byAct.values()].sort(
    (a, b) => (a.timeUs ?? 0) - (b.timeUs ?? 0) || (a.act < b.act ? -1 : 1),
  )
}
