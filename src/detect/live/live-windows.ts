import { LIMIT } from '../../base/limit.ts'
import { YES } from '../../base/truth.ts'
import { Correlator } from '../../sigma/correlate/correlator.ts'
import type { CorrelationVerdict, Hit } from '../../sigma/correlate/hit.ts'
import type { CompiledCorrelation } from '../compile.ts'
import type { CorrelationFeeds } from '../feeds.ts'
import type { ActCount } from './act-count.ts'
import { type Amendment, Amendments } from './amendments.ts'
import { type Episode, Episodes } from './episodes.ts'
import { judgeAgain } from './judge-again.ts'
import { PastCounts } from './past-counts.ts'
import { type Group, groupName, hitsOfCount } from './places.ts'
import { type EpisodeDescriber, inTime } from './tell-episodes.ts'
import { type TimedCount, WaitingCounts } from './waiting-counts.ts'
import { Watermark } from './watermark.ts'

/** What the windows of all clusters share. */
export interface WindowsContext {
  readonly correlations: readonly CompiledCorrelation[]
  readonly feeds: CorrelationFeeds
  readonly reachesUs: readonly number[]
  readonly describer: EpisodeDescriber
  /** Bytes of a correlator. */
  readonly stateBytesMax: number
  /** Bytes of the acts of past windows, all clusters together. */
  readonly pastBytesMax: number
  readonly waitUs: number
  /** An episode began, was judged again, or is over: what there is to tell of it. */
  readonly began: (verdict: CorrelationVerdict) => void
  readonly tell: (episode: Episode, windows: LiveWindows) => void
  readonly takeBack: (id: string) => void
}

/** A span of time of which acts are asked from the store. */
export interface Span {
  readonly fromUs: number
  readonly toUs: number
  /** The correlations that they bear on. */
  readonly correlations: readonly number[]
}

/**
 * The windows of one cluster as time goes on: acts wait, are judged in order, and stay for later.
 */
export class LiveWindows {
  readonly #context: WindowsContext
  readonly #waiting = new WaitingCounts()
  readonly #correlator: Correlator
  /** What came late and is not judged again yet, and of that what the store is asked about. */
  #amendments: Amendments
  #asked: Amendments | undefined
  readonly watermark: Watermark
  readonly past: PastCounts
  readonly episodes: Episodes = new Episodes()
  /** Acts from this time on have not been judged. */
  #judgedUs = 0
  /** Up to when all logs have passed, or have been waited for. */
  #passedUs = 0
  /** Before this moment nothing is judged again. */
  #restUntilUs = 0
  #lastArrivalUs = 0
  #forgetAtUs = 0
  /** The question to the store that nobody has taken. */
  #question: Span | undefined
  /** What the store gave for the present amendment. */
  #stored: readonly ActCount[] | undefined
  /** Findings that another process told, by id, and when they began; they are to be found again. */
  readonly #unproven: Map<string, number>
  /** What came to that process has come again. */
  #isCaughtUp: boolean
  /**
   * Up to when the store says that is judged, as far as this process knows, and the earliest time
   * of what came since.
   */
  #storedUs: number
  #changedUs: number
  /** Windows are made again of acts that were judged before. */
  #isRestoring = false
  readonly losses = { judgedEarly: 0, lateDropped: 0, unanswered: 0 }

  /** Windows that take the place of others wait for the same logs. */
  constructor(context: WindowsContext, before?: LiveWindows) {
    this.watermark = before?.watermark ?? new Watermark()
    this.#unproven = before === undefined ? new Map() : before.#unproven
    this.#isCaughtUp = before === undefined ? true : before.#isCaughtUp
    this.#storedUs = before === undefined ? Number.POSITIVE_INFINITY : before.#storedUs
    this.#changedUs = before === undefined ? Number.POSITIVE_INFINITY : before.#changedUs
    this.#context = context
    this.past = new PastCounts(context.reachesUs, context.pastBytesMax)
    this.#amendments = new Amendments(context.reachesUs)
    this.#correlator = new Correlator(
      context.correlations.map(({ plan }) => plan),
      (verdict) => this.#take(verdict),
      { bytesMax: context.stateBytesMax },
    )
  }

  /**
   * Acts before this time that came until now have been judged, what they began was told, and what
   * was told still holds. 0: nothing came.
   */
  get judgedUs(): number {
    const upToUs = Math.max(this.#judgedUs, this.#passedUs) || Number.POSITIVE_INFINITY
    const judgedUs = Math.min(upToUs, this.#unsettledUs)
    return Number.isFinite(judgedUs) ? judgedUs : 0
  }

  /** Whether the store would be right if it said of what it has now that it is judged. */
  get isSettled(): boolean {
    return this.#unsettledUs >= this.#storedUs
  }

  get groupsEvicted(): number {
    return this.#correlator.losses().evicted
  }

  /** What the store gave for what is being told; undefined: it was not asked. */
  get stored(): readonly ActCount[] | undefined {
    return this.#stored
  }

  /** The store says that so far is judged. */
  committed(judgedUs: number): void {
    this.#storedUs = judgedUs
  }

  /**
   * The earliest time of what came since the last time that this was asked, if the store says that
   * it is judged.
   */
  takeReopened(): number | undefined {
    const changedUs = this.#changedUs
    this.#changedUs = Number.POSITIVE_INFINITY
    return changedUs < this.#storedUs ? changedUs : undefined
  }

  /** Takes an act, or what it now counts as. */
  add(one: TimedCount, nowUs: number): void {
    this.#lastArrivalUs = nowUs
    this.#changedUs = Math.min(this.#changedUs, one.timeUs)
    if (one.timeUs >= this.#judgedUs) {
      this.#waiting.put(one, nowUs)
      if (this.#waiting.size > LIMIT.liveWaitingActsMax) this.#judgeEarly()
      return
    }
    this.past.add(one)
    if (!this.#amendments.add(one.groups, one.timeUs)) this.losses.lateDropped += 1
  }

  /** Judges what need not wait any longer; so many clusters share the bytes of the past. */
  tick(nowUs: number, clusters: number): void {
    this.#passedUs = Math.max(this.#passedUs, this.#dueUs(nowUs))
    this.#judge(this.#waiting.take(this.#passedUs))
    if (nowUs >= this.#restUntilUs && !this.#amendments.isEmpty) this.#amend(nowUs)
    if (this.#isCaughtUp) this.#takeBackUnproven()
    this.#tellGoing(nowUs)
    if (nowUs < this.#forgetAtUs) return
    this.#forgetAtUs = nowUs + FORGET_US
    this.#forget(nowUs, this.#context.pastBytesMax / clusters)
  }

  /** Makes windows again of acts that were judged by another process; the others wait. */
  restore(
    acts: readonly TimedCount[],
    judgedUs: number,
    coversFromUs: number,
    nowUs: number,
  ): void {
    this.past.goOn(judgedUs, coversFromUs)
    this.#passedUs = Math.max(this.#passedUs, judgedUs)
    this.#isRestoring = true
    this.#judge(acts.filter(({ timeUs }) => timeUs < judgedUs))
    this.#isRestoring = false
    for (const one of acts) if (one.timeUs >= judgedUs) this.#waiting.put(one, nowUs)
  }

  /** Findings that another process told: of what is judged again, those have to be found again. */
  prove(told: readonly { readonly id: string; readonly atUs: number }[]): void {
    this.#isCaughtUp = false
    for (const { id, atUs } of told) if (atUs >= this.#judgedUs) this.#unproven.set(id, atUs)
  }

  /** All that came to that process has come again: what is not found in it does not hold. */
  caughtUp(): void {
    this.#isCaughtUp = true
  }

  /** What has to be asked from the store, once; until it is answered nothing else is. */
  question(): Span | undefined {
    const question = this.#question
    this.#question = undefined
    return question
  }

  /**
   * What the store said; undefined: it could not be asked, and acts that came late stay unjudged.
   */
  answer(acts: readonly ActCount[] | undefined, nowUs: number): void {
    const asked = this.#asked
    this.#asked = undefined
    if (acts === undefined) this.losses.unanswered += 1
    if (acts === undefined || asked === undefined) return
    this.#stored = acts.filter(({ timeUs = 0 }) => timeUs < this.#judgedUs)
    this.#judgeAgain(asked, nowUs)
    this.#stored = undefined
  }

  /** Whether not all that an episode's finding shows is at hand. */
  lacks(episode: Episode): boolean {
    return this.#context.describer.lacks(episode, this)
  }

  /** Judges a group again, since not all that its finding shows was at hand. */
  lookAgain(episode: Episode): void {
    const { correlation, key, fromUs } = episode.verdict
    this.#changedUs = Math.min(this.#changedUs, fromUs)
    this.#amendments.add([{ correlation, key }], fromUs)
  }

  /** Every act that is kept. */
  acts(): readonly ActCount[] {
    const waiting = this.#waiting.all().map(({ count }) => count)
    return inTime(this.past.all(), waiting)
  }

  /** The earliest time of what is not judged or not proven. */
  get #unsettledUs(): number {
    return Math.min(this.#unjudgedUs, ...this.#unproven.values())
  }

  /** The earliest time of what came and is not judged: it waits, or its groups do. */
  get #unjudgedUs(): number {
    const lateUs = Math.min(this.#amendments.fromUs, this.#asked?.fromUs ?? Infinity)
    return Math.min(this.#waiting.earliest(), lateUs)
  }

  /** Up to when acts may be judged: all logs have passed it, or have been waited for. */
  #dueUs(nowUs: number): number {
    const heardUs = this.watermark.at(nowUs)
    const waitedUs = nowUs - this.#context.waitUs
    // A log whose clock is ahead of ours and of the others' does not hurry them.
    const aheadUs = heardUs === undefined ? Number.POSITIVE_INFINITY : waitedUs
    const overdueUs = this.#waiting.latestOf(waitedUs, aheadUs)
    const slackUs = LIMIT.liveSlackMs * 1000
    return Math.max(
      heardUs === undefined ? 0 : heardUs - slackUs,
      overdueUs === undefined ? 0 : overdueUs + 1,
    )
  }

  #judgeEarly(): void {
    const early = this.#waiting.take(this.#waiting.median() + 1)
    this.losses.judgedEarly += early.length
    this.#judge(early)
  }

  /** Judges acts in the order of time, none of which is earlier than those before. */
  #judge(acts: readonly TimedCount[]): void {
    const last = acts.at(-1)
    if (last === undefined) return
    for (const one of acts) {
      this.past.add(one)
      for (const hit of hitsOfCount(this.#context.feeds, one.count)) this.#observe(hit)
    }
    this.#judgedUs = last.timeUs + 1
    this.#correlator.advance(this.#judgedUs)
  }

  #observe(hit: Hit): void {
    this.#correlator.observe(hit)
    if (hit.truth === YES) this.#follow(hit)
  }

  #follow(hit: Hit): void {
    const spanUs = this.#context.correlations[hit.correlation]?.plan.spanUs ?? 0
    this.episodes.follow(groupName(hit), hit.timeUs, spanUs)
  }

  /** The verdict of the windows of all: of groups that are judged again it says nothing. */
  #take(verdict: CorrelationVerdict): void {
    const group = groupName(verdict)
    if (this.#amendments.bearsOn(group, verdict.atUs)) return
    if (this.#asked?.bearsOn(group, verdict.atUs) !== true) this.#begin(verdict)
  }

  #begin(verdict: CorrelationVerdict): void {
    const before = this.episodes.in(groupName(verdict)).at(-1)
    const episode = this.episodes.add(verdict)
    if (this.#isRestoring) {
      if (verdict.atUs >= this.#trustedFromUs(verdict)) episode.told = ''
      return
    }
    this.#context.began(verdict)
    // Where the next one begins the one before ends.
    if (before !== undefined && this.#isCutBy(before, verdict)) this.#tell(before)
    this.#tell(episode)
  }

  /** What begins before this among acts that were restored is known only in part. */
  #trustedFromUs({ correlation }: CorrelationVerdict): number {
    return this.past.coversFromUs(correlation) + (this.#context.reachesUs[correlation] ?? 0)
  }

  #isCutBy({ told, untilUs }: Episode, { correlation, fromUs }: CorrelationVerdict): boolean {
    const spanUs = this.#context.correlations[correlation]?.plan.spanUs ?? 0
    return told !== undefined && fromUs <= untilUs + spanUs
  }

  #takeBackUnproven(): void {
    if (this.#unproven.size === 0) return
    const unjudgedUs = this.#unjudgedUs
    for (const [id, atUs] of this.#unproven) {
      if (atUs >= unjudgedUs) continue
      this.#unproven.delete(id)
      this.#context.takeBack(id)
    }
  }

  #tell(episode: Episode): void {
    const id = this.#context.describer.idOf(episode)
    if (id !== undefined) this.#unproven.delete(id)
    this.#context.tell(episode, this)
    this.episodes.settle(episode)
  }

  /** Judges groups again whose acts came late, when all that bears on them is at hand. */
  #amend(nowUs: number): void {
    const amendments = this.#amendments
    const isCovered = amendments.isCovered((correlation) => this.past.coversFromUs(correlation))
    if (!isCovered && this.#asked !== undefined) return
    this.#amendments = new Amendments(this.#context.reachesUs)
    if (isCovered) {
      this.#judgeAgain(amendments, nowUs)
      return
    }
    this.#asked = amendments
    // What is judged until the answer comes may be gone from the past by then.
    const toUs = Number.MAX_SAFE_INTEGER
    const correlations = amendments.correlations()
    this.#question = { fromUs: amendments.readFromUs, toUs, correlations }
  }

  #judgeAgain(amendments: Amendments, nowUs: number): void {
    const { correlations, feeds, stateBytesMax: bytesMax } = this.#context
    const { verdicts, instants, actsRead } = judgeAgain(
      amendments,
      correlations,
      feeds,
      (groups) => this.#actsOf(groups, amendments.readFromUs),
      { upToUs: this.#judgedUs, bytesMax },
    )
    const amended = amendments.all()
    for (const { group } of amended) {
      const own = instants.get(groupName(group)) ?? []
      this.#correlator.rewrite(group.correlation, group.key, own)
    }
    this.#replace(amended, verdicts)
    this.#restUntilUs = nowUs + Math.max(REST_US_LEAST, actsRead * REST_US_PER_ACT)
  }

  /** Acts that were judged, as far back as they bear on what is judged again. */
  #actsOf(groups: readonly Group[], fromUs: number): readonly ActCount[] {
    const { acts } = this.past.of(groups, fromUs, this.#judgedUs - 1, Number.POSITIVE_INFINITY)
    return inTime(this.#stored ?? [], acts)
  }

  /** Tells what is new, or shows something else, and takes back what is no longer so. */
  #replace(amended: readonly Amendment[], verdicts: readonly CorrelationVerdict[]): void {
    const before = amended.flatMap(({ group, fromUs }) =>
      this.episodes.in(groupName(group)).filter(({ verdict }) => verdict.atUs >= fromUs),
    )
    const left = new Map(before.map((episode) => [nameOf(episode.verdict), episode]))
    const now = verdicts.map((verdict): Episode => {
      const known = left.get(nameOf(verdict))
      if (known === undefined) {
        this.#context.began(verdict)
        return this.episodes.add(verdict)
      }
      left.delete(nameOf(verdict))
      this.episodes.amend(known, verdict)
      return known
    })
    for (const episode of left.values()) {
      this.episodes.remove(episode)
      const id = this.#context.describer.idOf(episode)
      if (id !== undefined && episode.told !== undefined) this.#context.takeBack(id)
    }
    const earlier = amended.flatMap(({ group }) => this.episodes.in(groupName(group)))
    for (const episode of new Set([...now, ...earlier])) this.#tell(episode)
  }

  /** Tells of episodes that went on, when they are over and as they grow. */
  #tellGoing(nowUs: number): void {
    for (const episode of this.episodes.going()) {
      const spanUs = this.#context.describer.spanUs(episode)
      const isOver = this.#judgedUs - episode.untilUs > spanUs
      const isQuiet = nowUs - this.#lastArrivalUs > spanUs
      if (isOver || isQuiet || episode.following >= episode.shown * GROWTH + 1) this.#tell(episode)
    }
  }

  #forget(nowUs: number, bytesMax: number): void {
    // Of acts that are ahead of our clock nothing is forgotten sooner.
    const judgedUs = Math.min(this.#judgedUs, nowUs)
    this.past.forget(judgedUs, bytesMax)
    const farthestUs = 2 * Math.max(0, ...this.#context.reachesUs)
    const sinceUs = judgedUs - LIMIT.liveLateSecondsMax * 1_000_000 - farthestUs
    this.episodes.forget(({ untilUs }) => untilUs < sinceUs)
  }
}

/** Groups are judged again once a second at most, and with many acts in a tenth of the time. */
const REST_US_LEAST = 1_000_000
const REST_US_PER_ACT = 200

/** How often is looked for what can be forgotten. */
const FORGET_US = 1_000_000

/** An episode is told again when it has grown so many times. */
const GROWTH = 10

const nameOf = (verdict: CorrelationVerdict): string =>
  `${groupName(verdict)} ${verdict.fromUs} ${verdict.truth}`
