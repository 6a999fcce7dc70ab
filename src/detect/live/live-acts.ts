import { DigestSet } from '../../base/digest-set.ts'
import { LIMIT } from '../../base/limit.ts'
import { UNKNOWN } from '../../base/truth.ts'
import type { EventRef, Finding } from '../../model/finding.ts'
import type { ActRecord, SettledActs } from '../act.ts'
import { countReasons, FINAL_RANK, newTallies, type RuleTally, recordsOf } from '../act-events.ts'
import type { CompiledRule } from '../compile.ts'
import { microsecondsOf } from '../time.ts'
import { type ActCount, isCertain } from './act-count.ts'
import { ActShelf } from './act-shelf.ts'
import { digestOf, LiveAct, UNREAD } from './live-act.ts'
import { SeededActs } from './seeded-acts.ts'
import { fromStoredSignal, numbersOf, type StoredSignal } from './stored-signal.ts'

/** What is told of acts, at once, in the call that brought it. */
export interface LiveActsHooks {
  /**
   * A rule found something in an act: once, and again with `isUpdate` whenever something that the
   * finding shows has changed.
   */
  readonly found: (finding: Finding, isUpdate: boolean, act: string) => void
  /**
   * A finding that was told does not hold: a later stage of the act says otherwise, or its act
   * turned out to be two, and each of them has a finding with an id of its own.
   */
  readonly withdrawn: (id: string, act: string) => void
  /**
   * What an act counts as for correlations, and what was said of it before, which this replaces.
   */
  readonly counted: (count: ActCount, before: ActCount | undefined) => void
  /** One stage of one act was logged with different bytes, of which a rule matched some. */
  readonly collided: (events: readonly EventRef[], act: string) => void
}

/** What is known of acts from before a restart. */
export interface LiveActsSeed {
  /** Findings about single acts that were told, with their act. */
  readonly told?: Iterable<{ readonly finding: Finding; readonly act: string }>
  /** What acts counted as. */
  readonly signals?: Iterable<StoredSignal>
  /** Acts that had ended, and the content of their last event. */
  readonly ended?: Iterable<{ readonly act: string; readonly content: string }>
  /** What `open` gave of the acts that waited for more. */
  readonly open?: Iterable<ActRecord>
}

/** What could not be kept to the letter. */
export interface LiveActsLosses {
  /** Acts that were judged before their time for lack of room. */
  readonly evicted: number
  /** Ended acts that were forgotten: an event that comes much later is taken for a new one. */
  readonly forgotten: number
}

/**
 * Joins what deliveries say of acts, in the order of the log, as `ActFold` does for a hunt: the
 * latest stage decides, and copies count once. It never ends, so it tells what it finds at the
 * first stage that shows it, tells again what changes, and takes back what does not hold. What was
 * told and not taken back is what a hunt over the same events finds, in whatever order they came.
 */
export class LiveActs {
  #rules: readonly CompiledRule[]
  readonly #hooks: LiveActsHooks
  #tallies: RuleTally[]
  readonly #received = new ActShelf(LIMIT.liveActsOpenMax, LIMIT.liveReceivedSecondsMax)
  readonly #started = new ActShelf(LIMIT.liveActsOpenMax, LIMIT.liveStartedSecondsMax)
  readonly #ended = new ActShelf(LIMIT.liveActsKeptMax, LIMIT.liveKeptSecondsMax)
  readonly #shelves = [this.#received, this.#started, this.#ended]
  /** Of ended acts: their keys, and the digests of what ended them. */
  readonly #closed = new DigestSet(LIMIT.liveActsEndedMax / 2)
  readonly #toldIds = new DigestSet(LIMIT.liveActsKeptMax)
  #evicted = 0

  constructor(rules: readonly CompiledRule[], hooks: LiveActsHooks) {
    this.#rules = rules
    this.#tallies = newTallies(rules.length)
    this.#hooks = hooks
  }

  /** What each rule found and could not tell since the rules were loaded. */
  get tallies(): readonly RuleTally[] {
    return this.#tallies
  }

  get losses(): LiveActsLosses {
    return { evicted: this.#evicted, forgotten: this.#closed.forgotten }
  }

  /** Takes what a delivery says of an act. `nowUs` is when, and never goes back. */
  add(record: ActRecord, nowUs: number): void {
    const shelf = this.#shelves.find((one) => one.get(record.key) !== undefined)
    const act = shelf?.get(record.key)
    if (shelf === undefined || act === undefined) {
      this.#addNew(record, nowUs)
      return
    }
    shelf.delete(act.key)
    act.add(record, record.content !== UNREAD && this.#closed.has(record.content))
    this.#say(act, nowUs)
  }

  /** Takes each of the acts as a record of its own. */
  addSettled(acts: SettledActs, nowUs: number): void {
    for (const record of recordsOf(acts)) this.add(record, nowUs)
  }

  /** Judges acts as they stand that have waited for long enough, and forgets others. */
  tick(nowUs: number): void {
    for (const act of this.#received.takeOld(nowUs)) this.#giveUp(act, nowUs)
    for (const act of this.#started.takeOld(nowUs)) this.#giveUp(act, nowUs)
    this.#ended.takeOld(nowUs)
  }

  /**
   * Goes on where another process stopped. Nothing of it is told again unless it changes; of acts
   * that are too old to change nothing is kept.
   */
  seed({ told = [], signals = [], ended = [], open = [] }: LiveActsSeed, nowUs: number): void {
    const sinceUs = nowUs - LIMIT.liveStartedSecondsMax * 1_000_000
    const numbers = numbersOf(this.#rules)
    const acts = new SeededActs(numbers)
    for (const { act, content } of ended) {
      this.#closed.add(act)
      this.#closed.add(content)
    }
    for (const { finding, act } of told) {
      this.#toldIds.add(finding.id)
      if ((microsecondsOf(finding.time) ?? nowUs) >= sinceUs) acts.addFinding(finding, act)
    }
    for (const signal of signals) {
      if (signal.timeUs < sinceUs) continue
      const { count } = fromStoredSignal(numbers, signal)
      if (count !== undefined) acts.addCount(count)
    }
    for (const act of acts.made()) {
      if (act.isEnded) this.#closed.add(act.key)
      this.#keep(act, nowUs)
    }
    for (const record of open) this.add(record, nowUs)
  }

  /** The acts that wait for more, so that a restart can go on with them. */
  *open(): Generator<ActRecord, undefined> {
    for (const act of this.#received.acts()) yield* act.records()
    for (const act of this.#started.acts()) yield* act.records()
  }

  /**
   * Goes on with other rules. Acts that wait are kept, since they are about events: what rules said
   * of their first stages stands for those that are still there, by their ids, and a new rule first
   * hears of an act at its next stage.
   */
  reload(rules: readonly CompiledRule[]): void {
    const numbers = numbersOf(rules)
    const before = this.#rules
    const numberOf = (rule: number): number | undefined => numbers.get(before[rule]?.ref.id ?? '')
    for (const shelf of this.#shelves) for (const act of shelf.acts()) act.renumber(numberOf)
    this.#rules = rules
    this.#tallies = newTallies(rules.length)
  }

  #addNew(record: ActRecord, nowUs: number): void {
    const isEnd = record.rank >= FINAL_RANK
    const isKnown = this.#closed.has(record.key)
    if (record.signals.length === 0) {
      if (isEnd) this.#closed.add(record.key)
      return
    }
    // A late stage, or a copy of the end, of an act of which nothing was to be told.
    if (isKnown && (!isEnd || this.#closed.has(record.content))) return
    this.#say(new LiveAct(record, isKnown), nowUs)
  }

  /** Tells what is new of an act, and puts it where it waits for more. */
  #say(act: LiveAct, nowUs: number): void {
    this.#tellFindings(act)
    this.#tellCount(act)
    this.#tellCollision(act)
    if (act.isEnded) this.#end(act)
    this.#keep(act, nowUs)
  }

  #tellFindings(act: LiveAct): void {
    const findings = act.findings()
    const ids = new Set(findings.map(({ id }) => id))
    for (const id of act.told.keys()) if (!ids.has(id)) this.#withdraw(act, id)
    for (const finding of findings) {
      const digest = digestOf(finding)
      const before = act.told.get(finding.id)
      if (before === digest) continue
      const isUpdate = before !== undefined || this.#toldIds.has(finding.id)
      act.told.set(finding.id, digest)
      this.#toldIds.add(finding.id)
      this.#hooks.found(finding, isUpdate, act.key)
    }
  }

  #withdraw(act: LiveAct, id: string): void {
    act.told.delete(id)
    this.#hooks.withdrawn(id, act.key)
  }

  /** An act that is not over counts as soon as a rule is certain, and again if that changes. */
  #tellCount(act: LiveAct): void {
    const count = act.count()
    const before = act.counted
    const isDue = act.isEnded || act.isGivenUp || (count !== undefined && isCertain(count))
    if (before === undefined && !isDue) return
    const now = count ?? (before && { ...before, entries: [] })
    if (now === undefined || JSON.stringify(now) === JSON.stringify(before)) return
    act.counted = now
    this.#hooks.counted(now, before)
  }

  #tellCollision(act: LiveAct): void {
    const events = act.collision()
    if (events.length <= act.collided) return
    act.collided = events.length
    this.#hooks.collided(events, act.key)
  }

  #end(act: LiveAct): void {
    if (!act.isGivenUp && !this.#closed.has(act.key)) this.#countUnknown(act)
    this.#closed.add(act.key)
    for (const { content } of act.latest) if (content !== UNREAD) this.#closed.add(content)
  }

  /** Nothing more is awaited: what it is now is counted. A later stage may still change it. */
  #giveUp(act: LiveAct, nowUs: number): void {
    act.isGivenUp = true
    this.#tellCount(act)
    this.#countUnknown(act)
    this.#keep(act, nowUs)
  }

  #keep(act: LiveAct, nowUs: number): void {
    const shelf = this.#shelfFor(act)
    if (shelf === undefined) return
    const pushedOut = shelf.put(act, nowUs)
    if (pushedOut === undefined || shelf === this.#ended) return
    this.#evicted += 1
    this.#giveUp(pushedOut, nowUs)
  }

  #shelfFor(act: LiveAct): ActShelf | undefined {
    if (!act.isEnded && !act.isGivenUp) return act.level === 0 ? this.#received : this.#started
    return act.told.size > 0 || act.counted !== undefined ? this.#ended : undefined
  }

  #countUnknown(act: LiveAct): void {
    for (const signal of act.latest.flatMap(({ signals }) => signals)) {
      const tally = this.#tallies[signal.rule]
      if (tally !== undefined && signal.truth === UNKNOWN) countReasons(tally, signal)
    }
  }
}
