import type { Clock } from '../../base/clock.ts'
import { addIssues, type Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { YES } from '../../base/truth.ts'
import type { RuleSet } from '../../detect/compile.ts'
import { judgeNote } from '../../detect/completeness/judge-note.ts'
import type { ActCount } from '../../detect/live/act-count.ts'
import { LiveActs } from '../../detect/live/live-acts.ts'
import { type LateQuestion, LiveCorrelation } from '../../detect/live/live-correlation.ts'
import { type LiveLosses, lossIssues } from '../../detect/live/losses.ts'
import { type StoredSignal, toStoredSignal } from '../../detect/live/stored-signal.ts'
import { type Delivery, type GapDelivery, logSourceName } from '../../model/delivery.ts'
import type { EventRef, Finding } from '../../model/finding.ts'
import type { AuditMetrics, Noticed, SourceNote } from '../../model/source-health.ts'
import { type Completeness, collisionNote } from '../completeness/completeness.ts'
import { gapsOf } from './issue-gaps.ts'
import type { LiveResult } from './live-job.ts'
import type { ToldFinding } from './rows.ts'
import type { BatchExtras } from './store-batch.ts'

/** Longer than anything waits. */
const LATER_US = 7 * 86_400_000_000

/** Who hears of a finding, at once. `arrivedUs`: when what brought it came. */
export type OnTold = (told: ToldFinding, isUpdate: boolean, arrivedUs: number) => void

/** Who hears of what is missing. */
export type OnGap = (gap: GapDelivery) => void

/** What another process left behind. */
export interface LeftBehind {
  /** Findings that were told and not taken back, and the acts they are about. */
  readonly findings: readonly { readonly finding: Finding; readonly act: string }[]
  /** Acts that count, as far back as windows may need them. */
  readonly signals: readonly StoredSignal[]
  /** Up to when the windows of each cluster were judged, in µs. */
  readonly judged: ReadonlyMap<string, number>
  /** From this time on the signals of each of them are all that there are. */
  readonly coversFromUs: ReadonlyMap<string, number>
}

/** What came to light, and what it means for what the store says is judged. */
export interface DrainedExtras extends BatchExtras {
  /** Clusters of which windows are not judged any more that the store says are, from when on. */
  readonly reopened: ReadonlyMap<string, number>
  /** Whether all such windows are judged again. */
  readonly isSettled: boolean
}

/** What is asked of the store, for acts that came late. */
export type AskStore = (question: LateQuestion) => Promise<readonly StoredSignal[] | undefined>

/** What live detection works with. */
export interface LiveFindingsParts {
  readonly completeness: Completeness
  readonly clock: Clock
  readonly onTold: OnTold
  readonly onGap: OnGap
  readonly ask: AskStore
  /** How long acts wait for logs that are behind, in ms; the usual time when it is left out. */
  readonly waitMs?: number
}

/**
 * Everything that is concluded from deliveries, in the order of the log: findings about acts,
 * correlations, and the health of the sources. What comes to light is told at once, and handed to
 * the next batch to be stored.
 */
export class LiveFindings {
  #ruleSet: RuleSet
  readonly #parts: LiveFindingsParts
  readonly #acts: LiveActs
  readonly #correlation: LiveCorrelation
  /** The newest of each, by id and by act: what the next batch stores. */
  #findings = new Map<string, ToldFinding>()
  #signals = new Map<string, StoredSignal>()
  #gaps: GapDelivery[] = []
  #issues: Issue[] = []
  /** What was drained and may not be in the store yet. */
  readonly #storing = new Set<DrainedExtras>()
  /** For each question to the store the signals that its answer may lack, by act. */
  readonly #asking = new Set<Map<string, StoredSignal>>()
  #losses: LiveLosses
  /** Findings that were told last, by id: what a withdrawal takes back. */
  readonly #told = new Map<string, Finding>()
  /** Findings from before a restart that were not told anew since. */
  readonly #catchingUp = new Set<string>()
  #arrivedUs = 0
  /** Of the delivery at hand. */
  #cluster = ''
  /** What arrived before was for another process, and comes again. */
  #restoredUs = 0
  #lastToldUs = 0

  constructor(ruleSet: RuleSet, parts: LiveFindingsParts) {
    this.#ruleSet = ruleSet
    this.#parts = parts
    this.#acts = new LiveActs(ruleSet.rules, {
      found: (finding, isUpdate, act) => this.#tell(finding, act, isUpdate),
      withdrawn: (id, act) => this.#withdraw(id, act),
      counted: (count, before) => this.#count(count, before),
      collided: (events) => this.#collide(events),
    })
    const hooks = {
      found: (finding: Finding, isUpdate: boolean) => this.#tell(finding, '', isUpdate),
      withdrawn: (id: string) => this.#withdraw(id, ''),
    }
    this.#correlation = new LiveCorrelation(
      ruleSet,
      hooks,
      parts.waitMs === undefined ? {} : { waitMs: parts.waitMs },
    )
    this.#losses = this.#lossesNow()
  }

  get ruleSet(): RuleSet {
    return this.#ruleSet
  }

  /** How far back signals are needed to go on, in µs. */
  get reachUs(): number {
    return this.#correlation.reachUs
  }

  /** Goes on where another process stopped. Called before anything else. */
  restore({ findings, signals, judged, coversFromUs }: LeftBehind): void {
    const nowUs = this.#parts.clock.nowUs()
    this.#restoredUs = nowUs
    for (const { finding } of findings) {
      this.#remember(finding)
      this.#catchingUp.add(finding.id)
    }
    const told = findings.map(({ finding }) => finding)
    this.#correlation.restore(signals, { judged, coversFromUs, told }, nowUs)
    const ofActs = findings.filter(({ act }) => act !== '')
    this.#acts.seed({ told: ofActs, signals }, nowUs)
  }

  /** Takes what a delivery says. */
  take(delivery: Delivery, { block, observation, reused }: LiveResult): void {
    const nowUs = this.#parts.clock.nowUs()
    const { source } = delivery
    this.#arrivedUs = delivery.arrivedUs
    this.#cluster = source.cluster
    for (const record of block.records) this.#acts.add(record, nowUs)
    for (const acts of block.settled) this.#acts.addSettled(acts, nowUs)
    if (observation.lastUs !== undefined) {
      this.#correlation.heard(source.cluster, logSourceName(source), observation.lastUs, nowUs)
    }
    this.#correlation.tick(nowUs)
    for (const event of reused) this.#note(collisionNote(source.cluster, event, event))
    addIssues(this.#issues, block.issues)
    for (const gap of gapsOf(delivery, block.issues)) this.takeGap(gap)
    if (source.way !== 'import')
      this.#notice(this.#parts.completeness.observe(delivery, observation))
  }

  /** Takes what a source says is missing. */
  takeGap(delivery: GapDelivery): void {
    this.#arrivedUs = delivery.arrivedUs
    this.#keepGap(delivery)
    if (delivery.source.way === 'import') return
    for (const note of this.#parts.completeness.gap(delivery)) this.#note(note)
  }

  /** Takes what an API server's metrics say. */
  takeMetrics(metrics: AuditMetrics): void {
    this.#arrivedUs = metrics.atUs
    for (const note of this.#parts.completeness.scrape(metrics)) this.#note(note)
  }

  /** Time goes on: what waited is judged. `heardUs`: up to when all deliveries have been taken. */
  tick(heardUs: number): void {
    const nowUs = this.#parts.clock.nowUs()
    this.#arrivedUs = nowUs
    this.#acts.tick(nowUs)
    if (heardUs >= this.#restoredUs) this.#correlation.caughtUp()
    this.#correlation.tick(nowUs)
    this.#notice(this.#parts.completeness.tick(heardUs))
    for (const question of this.#correlation.late()) void this.#ask(question)
  }

  /** Nothing more will come: what still waits for other logs is judged as it stands. */
  finish(): void {
    const laterUs = this.#parts.clock.nowUs() + LATER_US
    this.#acts.tick(laterUs)
    this.#correlation.caughtUp()
    this.#correlation.tick(laterUs)
  }

  /** Goes on with other rules. */
  reload(ruleSet: RuleSet): void {
    this.#ruleSet = ruleSet
    this.#acts.reload(ruleSet.rules)
    this.#correlation.reload(ruleSet, this.#parts.clock.nowUs())
  }

  /**
   * What came to light since the last time: for the batch that is about to be stored. What it
   * reopens has to be safe before.
   */
  drain(): DrainedExtras {
    const extras: DrainedExtras = {
      findings: [...this.#findings.values()],
      signals: [...this.#signals.values()],
      gaps: this.#gaps,
      issues: [...this.#issues, ...this.#newLosses()],
      judged: this.#correlation.judged(),
      reopened: this.#correlation.takeReopened(),
      isSettled: this.#correlation.isSettled,
    }
    this.#findings = new Map()
    this.#signals = new Map()
    this.#gaps = []
    this.#issues = []
    this.#storing.add(extras)
    return extras
  }

  /** What was drained is in the store. */
  stored(extras: DrainedExtras): void {
    this.#storing.delete(extras)
  }

  /** A batch is stored that says so. */
  committed({ judged }: BatchExtras): void {
    this.#correlation.committed(judged)
  }

  async #ask(question: LateQuestion): Promise<void> {
    const storing = [...this.#storing].flatMap(({ signals }) => signals)
    const newer = byAct([...storing, ...this.#signals.values()])
    this.#asking.add(newer)
    const signals = await this.#parts.ask(question)
    this.#asking.delete(newer)
    const all = signals && byAct([...signals, ...newer.values()]).values()
    this.#correlation.answerLate(question, all, this.#parts.clock.nowUs())
  }

  #count(count: ActCount, before: ActCount | undefined): void {
    const signal = toStoredSignal(this.#ruleSet.rules, count)
    if (signal !== undefined) {
      for (const signals of [this.#signals, ...this.#asking]) signals.set(signal.act, signal)
    }
    this.#correlation.add(count, before, this.#parts.clock.nowUs())
  }

  #newLosses(): readonly Issue[] {
    const before = this.#losses
    this.#losses = this.#lossesNow()
    return lossIssues(before, this.#losses)
  }

  #lossesNow(): LiveLosses {
    return { acts: this.#acts.losses, correlation: this.#correlation.losses }
  }

  #collide(events: readonly EventRef[]): void {
    for (const [at, event] of events.entries()) {
      const before = events[at - 1]
      if (before !== undefined) this.#note(collisionNote(this.#cluster, before, event))
    }
  }

  #notice({ notes, gaps }: Noticed): void {
    for (const note of notes) this.#note(note)
    for (const { source, gap } of gaps) {
      this.#keepGap({ kind: 'gap', source, gap, arrivedUs: this.#arrivedUs })
    }
  }

  #keepGap(gap: GapDelivery): void {
    this.#gaps.push(gap)
    this.#parts.onGap(gap)
  }

  #note(note: SourceNote): void {
    for (const { finding, truth } of judgeNote(this.#ruleSet.sourceRules, note)) {
      if (truth === YES && finding !== undefined) {
        this.#tell(finding, '', this.#told.has(finding.id))
      }
    }
  }

  #tell(finding: Finding, act: string, isUpdate: boolean): void {
    this.#say({ finding, act, toldUs: this.#toldUs(), withdrawn: false }, isUpdate)
  }

  #withdraw(id: string, act: string): void {
    const known = this.#told.get(id)
    if (known === undefined) return
    this.#say({ finding: known, act, toldUs: this.#toldUs(), withdrawn: true }, true)
  }

  #say(told: ToldFinding, isUpdate: boolean): void {
    const { finding, withdrawn } = told
    const before = this.#told.get(finding.id)
    // After a restart some of what is known is found once more, a correlation step by step.
    const isKnown = before !== undefined && isSame(before, finding)
    if (!withdrawn && before !== undefined && this.#catchingUp.has(finding.id)) {
      if (isKnown || actsIn(finding) < actsIn(before)) return
    }
    this.#catchingUp.delete(finding.id)
    if (!withdrawn && isKnown) return
    if (withdrawn) this.#told.delete(finding.id)
    else this.#remember(finding)
    this.#findings.set(finding.id, told)
    this.#parts.onTold(told, isUpdate, this.#arrivedUs)
  }

  /** The oldest is forgotten when there are too many. */
  #remember(finding: Finding): void {
    this.#told.delete(finding.id)
    this.#told.set(finding.id, finding)
    if (this.#told.size <= LIMIT.toldRememberedMax) return
    for (const oldest of this.#told.keys()) {
      this.#told.delete(oldest)
      break
    }
  }

  /** Of two that are told in one moment the later one is the newer one. */
  #toldUs(): number {
    this.#lastToldUs = Math.max(this.#lastToldUs + 1, this.#parts.clock.nowUs())
    return this.#lastToldUs
  }
}

/** Of each act what was said last. */
const byAct = (signals: readonly StoredSignal[]): Map<string, StoredSignal> =>
  new Map(signals.map((signal) => [signal.act, signal]))

const isSame = (a: Finding, b: Finding): boolean => JSON.stringify(a) === JSON.stringify(b)

/** How many acts a correlation's finding speaks of. */
const actsIn = ({ correlation }: Finding): number =>
  correlation === undefined ? 1 : correlation.matches + correlation.following
