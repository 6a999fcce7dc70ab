import { YES } from '../base/truth.ts'
import type { Reason } from '../model/blindness.ts'
import type { EventRef, Finding } from '../model/finding.ts'
import type { ChainedPlace, CorrelationVerdict, Hit } from '../sigma/correlate/hit.ts'

/** Whom and what a finding is about, without its claim. */
export type Subject = Pick<Finding, 'time' | 'cluster' | 'server' | 'actor' | 'target' | 'outcome'>

/** The act behind a hit: what a finding shows of it. */
export interface HitSource {
  readonly subject: Subject
  readonly events: readonly EventRef[]
  /** Why it cannot be told; empty for a match. */
  readonly reasons: readonly Reason[]
}

/** A hit with its act. */
export interface Entry {
  readonly hit: Hit
  readonly source: HitSource
}

/** Finds the acts behind verdicts again: the windows themselves only count. */
export class Evidence {
  readonly #entries = new Map<string, Entry[]>()
  /** When the windows of a group begin, in order. */
  readonly #begins = new Map<string, number[]>()
  /** By the place where the completion of a correlation counted. */
  readonly #below = new Map<string, CorrelationVerdict[]>()

  /** The entries are in order of time. */
  constructor(verdicts: readonly CorrelationVerdict[], entries: readonly Entry[]) {
    for (const verdict of verdicts) {
      const own = placeName(verdict)
      this.#entries.set(own, [])
      if (verdict.truth === YES) {
        this.#begins.set(own, [...(this.#begins.get(own) ?? []), verdict.fromUs])
      }
      for (const place of verdict.hit.up) {
        const name = placeName(place)
        this.#below.set(name, [...(this.#below.get(name) ?? []), verdict])
      }
    }
    for (const entry of entries) this.#entries.get(placeName(entry.hit))?.push(entry)
  }

  /** Matches of the group after the window, as long as each is within a span of the one before. */
  after(verdict: CorrelationVerdict, spanUs: number): Following {
    const name = placeName(verdict)
    const next = this.#begins.get(name)?.find((fromUs) => fromUs > verdict.atUs)
    const entries: Entry[] = []
    let untilUs = verdict.atUs
    for (const entry of this.#entries.get(name) ?? []) {
      const { timeUs, truth } = entry.hit
      if (timeUs <= verdict.atUs || truth !== YES) continue
      if (timeUs - untilUs > spanUs || (next !== undefined && timeUs >= next)) break
      entries.push(entry)
      untilUs = timeUs
    }
    return { entries, untilUs }
  }

  /** The acts that counted in the window, those of chained correlations included, by time. */
  of(verdict: CorrelationVerdict): readonly Entry[] {
    const { fromUs, atUs } = verdict
    const name = placeName(verdict)
    const own = (this.#entries.get(name) ?? []).filter(
      ({ hit }) => hit.timeUs >= fromUs && hit.timeUs <= atUs,
    )
    const below = (this.#below.get(name) ?? [])
      .filter((one) => one.atUs >= fromUs && one.atUs <= atUs)
      .flatMap((one) => this.of(one))
    if (below.length === 0) return own
    const all = new Map([...below, ...own].map((entry) => [entry.hit.origin, entry]))
    return [...all.values()].sort((a, b) => a.hit.timeUs - b.hit.timeUs)
  }
}

/** Acts that follow a window, up to the next one of the same group. */
export interface Following {
  readonly entries: readonly Entry[]
  readonly untilUs: number
}

const placeName = ({ correlation, key }: Pick<ChainedPlace, 'correlation' | 'key'>): string =>
  `${correlation} ${key}`
