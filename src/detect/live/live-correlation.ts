import { hash } from 'node:crypto'
import { DigestSet } from '../../base/digest-set.ts'
import { LIMIT } from '../../base/limit.ts'
import { YES } from '../../base/truth.ts'
import type { Finding } from '../../model/finding.ts'
import type { CorrelationVerdict } from '../../sigma/correlate/hit.ts'
import type { RuleSet } from '../compile.ts'
import { CorrelationFeeds } from '../feeds.ts'
import { microsecondsOf } from '../time.ts'
import type { ActCount } from './act-count.ts'
import type { Episode } from './episodes.ts'
import { LiveWindows, type Span, type WindowsContext } from './live-windows.ts'
import { textOf } from './past-counts.ts'
import { groupsOfCount, reachesOf, reachesOfRules } from './places.ts'
import { fromStoredSignal, numbersOf, type StoredSignal, toStoredSignal } from './stored-signal.ts'
import { EpisodeDescriber } from './tell-episodes.ts'
import { inOrder, type TimedCount } from './waiting-counts.ts'

/** What is told of correlations, as soon as it is known. */
export interface LiveCorrelationHooks {
  /**
   * A correlation found something: once, and again with `isUpdate` when it shows more, because it
   * went on or an act of it came late.
   */
  readonly found: (finding: Finding, isUpdate: boolean) => void
  /** With an act that came late, what was told is something else, which is told as well. */
  readonly withdrawn: (id: string) => void
}

/** Acts that the store is asked for: those of these rules in a span of time, its ends included. */
export interface LateQuestion {
  readonly clusters: readonly string[]
  readonly fromUs: number
  readonly toUs: number
  /** By id. An act that counts no longer names none: it has to be among the answers too. */
  readonly rules: readonly string[]
}

/** Where another process stopped. */
export interface JudgedUpTo {
  /** What `judged` said, when the newest of the signals were stored, or earlier. */
  readonly judged: ReadonlyMap<string, number>
  /**
   * From this time on, µs since 1970, the signals of each cluster are all that there are, or those
   * of each rule as far back as `reachesUs` says. Of others from the beginning.
   */
  readonly coversFromUs: ReadonlyMap<string, number>
  /** Findings that were told since then and not taken back; those of correlations are heeded. */
  readonly told: Iterable<Pick<Finding, 'id' | 'cluster' | 'time' | 'correlation'>>
}

/** What the correlations could not keep to the letter, in numbers that only grow. */
export interface LiveCorrelationLosses {
  /** Groups that were given up for room. */
  readonly groupsEvicted: number
  /** Acts that were judged before those before them had been waited for, for lack of room. */
  readonly judgedEarly: number
  /** Acts that came late, and found too many others that had. */
  readonly lateDropped: number
  /** Times that the store did not say what was asked. */
  readonly unanswered: number
  /** Updates of findings with more acts than are read for one. */
  readonly updatesLeftOut: number
  /** Stored signals of an unknown version, and answers of rules that are no longer there. */
  readonly signalsUnread: number
  readonly rulesGone: number
}

/** What may be set. */
export interface LiveCorrelationOptions {
  /** How long an act waits for logs that lag behind it: `LIMIT.liveWaitSecondsMax`. */
  readonly waitMs?: number
  /** Bytes of the acts of past windows: `LIMIT.livePastBytesMax`. */
  readonly pastBytesMax?: number
}

/** What one correlation found and could not tell since the rules were loaded. */
export interface LiveTally {
  findings: number
  cannotTell: number
}

/**
 * Joins acts that count into findings of correlations as time goes on. What was told and not taken
 * back is what `CorrelationFold` finds in the same acts, in whatever order they came: acts wait
 * until those before them have come, and one that comes even later has its groups judged again.
 * State is bounded; what has no room is in the store, and is asked for.
 */
export class LiveCorrelation {
  readonly #hooks: LiveCorrelationHooks
  readonly #waitUs: number
  readonly #pastBytesMax: number
  #rules: RuleSet['rules'] = []
  #correlations: RuleSet['correlations'] = []
  #feeds = new CorrelationFeeds([], [])
  #describer = new EpisodeDescriber([], this.#feeds)
  #tallies: LiveTally[] = []
  #numbers: ReadonlyMap<string, number> = new Map()
  /** By cluster; the last of them are shared. */
  #windows = new Map<string, LiveWindows>()
  readonly #toldIds = new DigestSet(LIMIT.liveEpisodesMax)
  /** What was counted, so that it is not taken for late when it is replayed. */
  readonly #known = new DigestSet(LIMIT.liveActsOpenMax)
  readonly #losses = { updatesLeftOut: 0, signalsUnread: 0, rulesGone: 0 }
  #reachesUs: ReadonlyMap<string, number> = new Map()

  constructor(
    set: Pick<RuleSet, 'rules' | 'correlations'>,
    hooks: LiveCorrelationHooks,
    options: LiveCorrelationOptions = {},
  ) {
    this.#hooks = hooks
    this.#waitUs = (options.waitMs ?? LIMIT.liveWaitSecondsMax * 1000) * 1000
    this.#pastBytesMax = options.pastBytesMax ?? LIMIT.livePastBytesMax
    this.#load(set)
  }

  /**
   * How far back `restore` needs stored signals, in µs before the earliest time that was judged.
   */
  get reachUs(): number {
    return Math.max(LATE_US, ...this.reachesUs.values())
  }

  /** The same for each rule that counts somewhere, by id. */
  get reachesUs(): ReadonlyMap<string, number> {
    return new Map([...this.#reachesUs].map(([id, us]) => [id, us + LATE_US]))
  }

  get tallies(): readonly LiveTally[] {
    return this.#tallies
  }

  get losses(): LiveCorrelationLosses {
    const all = this.#lanes()
    const sum = (of: (one: LiveWindows) => number): number => all.reduce((n, one) => n + of(one), 0)
    return {
      ...this.#losses,
      groupsEvicted: sum(({ groupsEvicted }) => groupsEvicted),
      judgedEarly: sum(({ losses }) => losses.judgedEarly),
      lateDropped: sum(({ losses }) => losses.lateDropped),
      unanswered: sum(({ losses }) => losses.unanswered),
    }
  }

  /** A log said something: the latest time of its events. Its cluster's windows wait for it. */
  heard(cluster: string, log: string, latestUs: number, nowUs: number): void {
    this.#windowsOf(cluster).watermark.hear(log, latestUs, nowUs)
  }

  /** Takes what an act counts as; `before` is what was said of it until now. */
  add(count: ActCount, before: ActCount | undefined, nowUs: number): void {
    if (count.timeUs === undefined) {
      this.#countUntimed(count)
      return
    }
    const text = textOf(count)
    const digest = hash('sha256', text)
    if (before === undefined && this.#known.has(digest)) return
    this.#known.add(digest)
    const one = this.#timed(count, count.timeUs, text, before)
    if (one.groups.length > 0) this.#windowsOf(count.cluster).add(one, nowUs)
  }

  /**
   * Judges what is due, and tells what was found. To be called after each delivery and each second.
   */
  tick(nowUs: number): void {
    const lanes = this.#lanes()
    for (const one of lanes) one.tick(nowUs, lanes.length)
  }

  /** What has to be asked from the store. Each question is given once, and waits for its answer. */
  late(): readonly LateQuestion[] {
    return this.#lanes().flatMap((one) => {
      const span = one.question()
      return span === undefined ? [] : [this.#questionOf(one, span)]
    })
  }

  /** What the store says to a question; undefined: it did not say. */
  answerLate(
    question: LateQuestion,
    signals: Iterable<StoredSignal> | undefined,
    nowUs: number,
  ): void {
    const [cluster] = question.clusters
    const windows = cluster === undefined ? undefined : this.#windows.get(cluster)
    windows?.answer(signals && this.#read(signals), nowUs)
  }

  /**
   * Goes on where another process stopped, from its stored signals. Called before anything else.
   */
  restore(signals: Iterable<StoredSignal>, upTo: JudgedUpTo, nowUs: number): void {
    const told = [...upTo.told].filter(({ correlation }) => correlation !== undefined)
    for (const { id } of told) this.#toldIds.add(id)
    for (const cluster of upTo.judged.keys()) this.#windowsOf(cluster)
    const byWindows = new Map<LiveWindows, ActCount[]>()
    for (const count of this.#read(signals)) {
      const windows = this.#windowsOf(count.cluster)
      const own = byWindows.get(windows)
      if (own === undefined) byWindows.set(windows, [count])
      else own.push(count)
    }
    for (const [cluster, windows] of this.#windows) {
      const judgedUs = upTo.judged.get(cluster) ?? 0
      const coversFromUs = upTo.coversFromUs.get(cluster) ?? 0
      this.#fill(windows, byWindows.get(windows) ?? [], judgedUs, coversFromUs, nowUs)
      byWindows.delete(windows)
      const own = told.filter((one) => {
        const fromUs = microsecondsOf(one.correlation?.from ?? '') ?? 0
        // What began earlier cannot be found again.
        return one.cluster === cluster && fromUs >= coversFromUs
      })
      windows.prove(own.map(({ id, time }) => ({ id, atUs: microsecondsOf(time) ?? 0 })))
    }
  }

  /** All that came to the other process has come again: what it told has to be found by now. */
  caughtUp(): void {
    for (const one of this.#lanes()) one.caughtUp()
  }

  /**
   * Up to when each cluster has been judged: to be stored behind what was found and counted until
   * now, and given to `committed` then.
   */
  judged(): ReadonlyMap<string, number> {
    const all = [...this.#windows].map(([cluster, { judgedUs }]) => [cluster, judgedUs] as const)
    return new Map(all.filter(([, judgedUs]) => judgedUs > 0))
  }

  /** The store has what `judged` said. */
  committed(judged: ReadonlyMap<string, number>): void {
    for (const [cluster, judgedUs] of judged) this.#windows.get(cluster)?.committed(judgedUs)
  }

  /**
   * Clusters of which something came since the last time that the store says is judged, and when
   * that was. It has to be safe before what was found and counted is stored: the next process may
   * find a part of that in the store, and goes on from there.
   */
  takeReopened(): ReadonlyMap<string, number> {
    const lanes = new Map(this.#lanes().map((one) => [one, one.takeReopened()]))
    return new Map(
      [...this.#windows].flatMap(([cluster, one]) => {
        const fromUs = lanes.get(one)
        return fromUs === undefined ? [] : [[cluster, fromUs] as const]
      }),
    )
  }

  /** Whether what was reopened is judged: nobody has to go on from there any more. */
  get isSettled(): boolean {
    return this.#lanes().every(({ isSettled }) => isSettled)
  }

  /** Every act that is kept here, as it is stored. */
  *signals(): Generator<StoredSignal, undefined> {
    for (const one of this.#lanes()) {
      for (const count of one.acts()) {
        const signal = toStoredSignal(this.#rules, count)
        if (signal !== undefined) yield signal
      }
    }
  }

  /**
   * Goes on with other rules. The acts that are kept here count for them, by the ids of the rules
   * that had said something of them: a rule that is new counts from now on, and a field that no
   * rule had asked for cannot be told of acts before. What held before is not told. Where a
   * timespan has grown, what it needs of the past is asked from the store when something bears on
   * it.
   */
  reload(set: Pick<RuleSet, 'rules' | 'correlations'>, nowUs: number): void {
    const before = [...this.#windows]
    const signals = before.map(([, one]) =>
      one.acts().flatMap((count) => toStoredSignal(this.#rules, count) ?? []),
    )
    const reachesBefore = this.#reachesUs
    this.#load(set)
    const hasGrown = [...reachesBefore].some(([id, us]) => (this.#reachesUs.get(id) ?? 0) > us)
    const kept = hasGrown ? Math.min(...reachesBefore.values()) : Number.POSITIVE_INFINITY
    const made = new Map<LiveWindows, LiveWindows>()
    this.#windows = new Map()
    for (const [at, [cluster, old]] of before.entries()) {
      const known = made.get(old)
      const windows = known ?? this.#newWindows(old)
      made.set(old, windows)
      this.#windows.set(cluster, windows)
      if (known !== undefined) continue
      const acts = this.#read(signals[at] ?? [])
      const lackingUs = Math.max(old.past.lackingUs, old.judgedUs - kept)
      this.#fill(windows, acts, old.judgedUs, lackingUs, nowUs)
    }
  }

  #load(set: Pick<RuleSet, 'rules' | 'correlations'>): void {
    this.#rules = set.rules
    this.#correlations = set.correlations
    this.#numbers = numbersOf(set.rules)
    this.#feeds = new CorrelationFeeds(set.rules, set.correlations)
    this.#describer = new EpisodeDescriber(set.correlations, this.#feeds)
    this.#tallies = set.correlations.map(() => ({ findings: 0, cannotTell: 0 }))
    this.#reachesUs = reachesOfRules(set.correlations)
  }

  #lanes(): readonly LiveWindows[] {
    return [...new Set(this.#windows.values())]
  }

  #windowsOf(cluster: string): LiveWindows {
    const known = this.#windows.get(cluster)
    if (known !== undefined) return known
    const lanes = this.#lanes()
    const last = lanes.at(-1)
    const isFull = lanes.length >= LIMIT.liveClustersMax
    const windows = isFull && last !== undefined ? last : this.#newWindows()
    this.#windows.set(cluster, windows)
    return windows
  }

  #newWindows(before?: LiveWindows): LiveWindows {
    const context: WindowsContext = {
      correlations: this.#correlations,
      feeds: this.#feeds,
      reachesUs: reachesOf(this.#correlations),
      describer: this.#describer,
      // One for the windows of all, one for those that are judged again.
      stateBytesMax: LIMIT.correlationStateBytesMax / LIMIT.liveClustersMax / 2,
      pastBytesMax: this.#pastBytesMax,
      waitUs: this.#waitUs,
      began: (verdict) => this.#count(verdict),
      tell: (episode, windows) => this.#tell(episode, windows),
      takeBack: (id) => this.#hooks.withdrawn(id),
    }
    return new LiveWindows(context, before)
  }

  #fill(
    windows: LiveWindows,
    acts: readonly ActCount[],
    judgedUs: number,
    coversFromUs: number,
    nowUs: number,
  ): void {
    const timed = acts.flatMap((count) => {
      const text = textOf(count)
      this.#known.add(hash('sha256', text))
      return count.timeUs === undefined ? [] : [this.#timed(count, count.timeUs, text, undefined)]
    })
    windows.restore(timed.sort(inOrder), judgedUs, coversFromUs, nowUs)
  }

  #timed(count: ActCount, timeUs: number, text: string, before: ActCount | undefined): TimedCount {
    const entries = [...(before?.entries ?? []), ...count.entries]
    return { timeUs, count, text, groups: groupsOfCount(this.#feeds, { ...count, entries }) }
  }

  #read(signals: Iterable<StoredSignal>): readonly ActCount[] {
    const counts: ActCount[] = []
    for (const signal of signals) {
      const { count, rulesGone } = fromStoredSignal(this.#numbers, signal)
      this.#losses.rulesGone += rulesGone
      if (count === undefined) this.#losses.signalsUnread += 1
      else counts.push(count)
    }
    return counts
  }

  #questionOf(windows: LiveWindows, { fromUs, toUs, correlations }: Span): LateQuestion {
    const clusters = [...this.#windows].filter(([, one]) => one === windows).map(([name]) => name)
    const ids = new Set<string>()
    for (const number of correlations) this.#addRules(number, ids)
    return { clusters, fromUs, toUs, rules: [...ids].sort() }
  }

  #addRules(correlation: number, to: Set<string>): void {
    for (const { rule, chained } of this.#correlations[correlation]?.plan.slots ?? []) {
      if (!chained) to.add(rule)
      else
        this.#addRules(
          this.#correlations.findIndex(({ plan }) => plan.id === rule),
          to,
        )
    }
  }

  #countUntimed({ entries }: ActCount): void {
    for (const { counted } of entries) {
      for (const correlation of this.#feeds.correlationsOf(counted)) {
        const tally = this.#tallies[correlation]
        if (tally !== undefined) tally.cannotTell += 1
      }
    }
  }

  #count({ correlation, truth }: CorrelationVerdict): void {
    const tally = this.#tallies[correlation]
    if (tally === undefined) return
    if (truth === YES) tally.findings += 1
    else tally.cannotTell += 1
  }

  #tell(episode: Episode, windows: LiveWindows): void {
    const id = this.#describer.idOf(episode)
    if (id === undefined) return
    const isKnown = episode.told !== undefined
    // A first telling does not wait for what only the store has; it is told again with that.
    const isPartial = windows.lacks(episode)
    if (isPartial) windows.lookAgain(episode)
    if (isPartial && isKnown) return
    const described = this.#describer.describe(episode, windows)
    if (described === undefined || (isKnown && !described.isWhole)) {
      this.#losses.updatesLeftOut += 1
      return
    }
    const { finding, digest, untilUs } = described
    episode.untilUs = untilUs
    if (digest === episode.told) return
    const isUpdate = isKnown || this.#toldIds.has(id)
    episode.told = digest
    this.#toldIds.add(id)
    this.#hooks.found(finding, isUpdate)
  }
}

const LATE_US = LIMIT.liveLateSecondsMax * 1_000_000
