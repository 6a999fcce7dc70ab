import { LIMIT } from '../base/limit.ts'
import { UNKNOWN } from '../base/truth.ts'
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

/** What is found again of a verdict: the windows themselves only count. */
export interface Traces {
  /** The first acts of its window, those of chained correlations included, by time. */
  readonly entries: readonly Entry[]
  /** The first matches after it, each within a span of the one before. */
  readonly following: readonly Entry[]
  readonly followingCount: number
  /** The last of all of those, or the end of the window. */
  readonly untilUs: number
}

/** Finds the acts behind verdicts in a second look at the hits. */
export class Evidence {
  readonly #traces: ReadonlyMap<CorrelationVerdict, OpenTraces>
  readonly #byPlace = new Map<string, GroupTraces>()
  /** By the place where the completion of a correlation counted. */
  readonly #below = new Map<string, CorrelationVerdict[]>()

  /** The spans are those of the correlations, in µs. */
  constructor(verdicts: readonly CorrelationVerdict[], spansUs: readonly number[]) {
    const sorted = [...verdicts].sort((a, b) => a.atUs - b.atUs)
    const share = Math.floor(LIMIT.correlationEventsAllMax / Math.max(1, verdicts.length))
    const actsMax = Math.max(ACTS_LEAST, Math.min(LIMIT.correlationEventsMax, share))
    this.#traces = new Map(
      sorted.map((verdict) => [
        verdict,
        openTraces(verdict, spansUs[verdict.correlation] ?? 0, actsMax),
      ]),
    )
    for (const traces of this.#traces.values()) {
      this.#addToGroup(traces)
      for (const place of traces.verdict.hit.up) {
        const upper = placeName(place)
        this.#below.set(upper, [...(this.#below.get(upper) ?? []), traces.verdict])
      }
    }
  }

  /** Whether any verdict is about that group. */
  asks(hit: Hit): boolean {
    return this.#byPlace.has(placeName(hit))
  }

  /** Takes the next hit in the order of time. */
  add(entry: Entry): void {
    const group = this.#byPlace.get(placeName(entry.hit))
    if (group === undefined) return
    const { traces } = group
    for (let at = group.first; at < traces.length; at += 1) {
      const one = traces[at]
      if (one === undefined || entry.hit.timeUs < one.verdict.fromUs) break
      if (at === group.first && isOver(one, entry.hit.timeUs)) group.first += 1
      else follow(one, entry)
    }
  }

  of(verdict: CorrelationVerdict): Traces {
    const own = this.#traces.get(verdict)
    if (own === undefined) throw new Error('bug: a verdict that was not asked about')
    const entries = this.#withBelow(verdict, own.entries)
    return { ...own, entries, following: own.following.sort(byTime) }
  }

  #addToGroup(traces: OpenTraces): void {
    const name = placeName(traces.verdict)
    const group = this.#byPlace.get(name)
    if (group === undefined) {
      this.#byPlace.set(name, { traces: [traces], first: 0 })
      return
    }
    const before = group.traces.at(-1)
    if (before !== undefined) before.nextUs = traces.verdict.fromUs
    group.traces.push(traces)
  }

  #withBelow(verdict: CorrelationVerdict, own: readonly Entry[]): readonly Entry[] {
    const below = (this.#below.get(placeName(verdict)) ?? [])
      .filter(({ atUs }) => atUs >= verdict.fromUs && atUs <= verdict.atUs)
      .flatMap((one) => this.of(one).entries)
    const all = new Map([...below, ...own].map((entry) => [entry.hit.origin, entry]))
    return [...all.values()].sort(byTime)
  }
}

/** The verdicts on one group in order of time, and the first that hits can still belong to. */
interface GroupTraces {
  readonly traces: OpenTraces[]
  first: number
}

interface OpenTraces extends Traces {
  readonly verdict: CorrelationVerdict
  readonly spanUs: number
  /** How many acts are kept of the window, and of what follows. */
  readonly actsMax: number
  /** Where the next window of the group begins. */
  nextUs: number
  readonly entries: Entry[]
  readonly following: Entry[]
  followingCount: number
  untilUs: number
}

const openTraces = (verdict: CorrelationVerdict, spanUs: number, actsMax: number): OpenTraces => ({
  verdict,
  spanUs,
  actsMax,
  nextUs: Number.POSITIVE_INFINITY,
  entries: [],
  following: [],
  followingCount: 0,
  untilUs: verdict.atUs,
})

const isOver = ({ verdict, nextUs, untilUs, spanUs }: OpenTraces, timeUs: number): boolean =>
  timeUs > verdict.atUs && (timeUs >= nextUs || timeUs - untilUs > spanUs)

const follow = (traces: OpenTraces, entry: Entry): void => {
  const { verdict } = traces
  const { timeUs, truth } = entry.hit
  if (timeUs < verdict.fromUs) return
  if (timeUs <= verdict.atUs) {
    keepFirst(traces.entries, entry, traces.actsMax)
    return
  }
  if (truth === UNKNOWN || isOver(traces, timeUs)) return
  traces.followingCount += 1
  traces.untilUs = timeUs
  keepFirst(traces.following, entry, traces.actsMax)
}

/** Keeps the first in the order of time and origin: at one time they come in any order. */
const keepFirst = (entries: Entry[], entry: Entry, max: number): void => {
  let at = entries.length
  while (at > 0 && byTime(entry, entries[at - 1] ?? entry) < 0) at -= 1
  if (at >= max) return
  entries.splice(at, 0, entry)
  if (entries.length > max) entries.pop()
}

const ACTS_LEAST = 10

const placeName = ({ correlation, key }: Pick<ChainedPlace, 'correlation' | 'key'>): string =>
  `${correlation} ${key}`

const byTime = (a: Entry, b: Entry): number =>
  a.hit.timeUs - b.hit.timeUs || compareTexts(a.hit.origin, b.hit.origin)

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
