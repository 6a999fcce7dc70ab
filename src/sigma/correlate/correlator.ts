import { assert } from '../../base/assert.ts'
import { NO, UNKNOWN, YES } from '../../base/truth.ts'
import type { CorrelationPlan } from '../plan/correlation.ts'
import { GroupState, TIME_MAX_US } from './group-state.ts'
import { GroupTable } from './group-table.ts'
import type { CorrelationVerdict, Hit } from './hit.ts'
import { canLessen } from './lessens.ts'
import type { Judgement, Window } from './window/window.ts'
import { windowOf } from './window/window-of.ts'

/** How much a correlator may keep. */
export interface CorrelatorOptions {
  /** Bytes of all windows together. */
  readonly bytesMax: number
  /** Hears the hits of one group at one time, chained ones included, as they are judged. */
  readonly onJudged?: (correlation: number, hits: readonly Hit[]) => void
}

/** What a correlator could not keep: what these groups would have completed is not found. */
export interface CorrelatorLosses {
  /** Groups that were given up for room. */
  readonly evicted: number
  /** The same of each correlation. */
  readonly evictedOf: readonly number[]
}

/**
 * Finds in hits where correlations begin to hold. It has a lifetime of one stream, and bounded
 * state. What it means is in SPEC.md.
 */
export class Correlator {
  readonly #correlations: readonly Correlation[]
  readonly #onVerdict: (verdict: CorrelationVerdict) => void
  readonly #onJudged: CorrelatorOptions['onJudged']
  readonly #groups: GroupTable
  readonly #state = new GroupState()
  /** The hits of the present instant, by correlation. */
  readonly #pending: Hit[][]
  #pendingCount = 0
  #nowUs = 0
  /** Until when the windows of each correlation may lack hits, as of so many groups given up. */
  readonly #lackingUntilUs: Float64Array
  #lackingAsOf = 0

  /** A correlation stands after those that are chained to it. */
  constructor(
    plans: readonly CorrelationPlan[],
    onVerdict: (verdict: CorrelationVerdict) => void,
    options: CorrelatorOptions,
  ) {
    const numbers = new Map(plans.map(({ id }, number) => [id, number]))
    this.#correlations = plans.map((plan) => ({
      spanUs: plan.spanUs,
      keptUs: plan.spanUs + plan.spanUs / 32 + 1,
      window: windowOf(plan),
      canLessen: canLessen(plan),
      below: plan.slots.flatMap(({ rule, chained }) => (chained ? (numbers.get(rule) ?? []) : [])),
    }))
    this.#onVerdict = onVerdict
    this.#onJudged = options.onJudged
    this.#pending = plans.map(() => [])
    const kinds = this.#correlations.map(({ keptUs, window }) => {
      return { keptUs, outside: window.outside }
    })
    this.#groups = new GroupTable(kinds, options.bytesMax)
    this.#lackingUntilUs = new Float64Array(plans.length).fill(Number.NEGATIVE_INFINITY)
  }

  /** What the windows take in memory. */
  get bytes(): number {
    return this.#groups.bytes
  }

  /** Takes the next hit; none is earlier than one before it. */
  observe(hit: Hit): void {
    this.advance(hit.timeUs)
    this.#add(hit)
  }

  /** Says that all hits before a time, in µs, have been observed. */
  advance(timeUs: number): void {
    const nowUs = Math.min(Math.max(1, timeUs), TIME_MAX_US)
    assert(nowUs >= this.#nowUs, 'hits come in the order of time')
    if (nowUs === this.#nowUs) return
    this.#judgeInstant()
    this.#nowUs = nowUs
  }

  /** Says that all hits have been observed. */
  finish(): void {
    this.#judgeInstant()
  }

  /**
   * Makes the state of a group again, since its hits came in another order than that of time. They
   * are all that may still count, in this order, those of one time together; nothing is told of
   * them, and no other group hears of them.
   */
  rewrite(correlation: number, key: string, instants: readonly (readonly Hit[])[]): void {
    const of = this.#correlations[correlation]
    assert(of !== undefined && this.#pendingCount === 0, 'a group is rewritten between instants')
    const nowUs = this.#nowUs
    const state = this.#state
    this.#groups.load(correlation, key, nowUs, state)
    of.window.outside?.release(state.words, 0, state.length)
    state.clear()
    for (const hits of instants) {
      this.#nowUs = hits[0]?.timeUs ?? nowUs
      const judgement = of.window.judge(state, hits, this.#nowUs)
      if (judgement !== undefined) this.#verdictOf(correlation, of, judgement, hits)
    }
    this.#nowUs = nowUs
    this.#groups.store(state)
  }

  losses(): CorrelatorLosses {
    const evictedOf = this.#groups.evicted
    return { evicted: evictedOf.reduce((a, b) => a + b, 0), evictedOf }
  }

  #add(hit: Hit): void {
    const pending = this.#pending[hit.correlation]
    assert(pending !== undefined, 'a hit is of a correlation of this set')
    pending.push(hit)
    this.#pendingCount += 1
  }

  /** Verdicts add hits to correlations that stand later in the set. */
  #judgeInstant(): void {
    for (let at = 0; this.#pendingCount > 0; at += 1) {
      const hits = this.#pending[at]
      assert(hits !== undefined, 'a correlation stands after those chained to it')
      if (hits.length === 0) continue
      this.#pendingCount -= hits.length
      if (hits.length === 1) this.#judgeGroup(at, hits)
      else for (const group of groupsOf(hits)) this.#judgeGroup(at, group)
      hits.length = 0
    }
  }

  #judgeGroup(correlation: number, hits: readonly Hit[]): void {
    const of = this.#correlations[correlation]
    const [first] = hits
    if (of === undefined || first === undefined) return
    this.#onJudged?.(correlation, hits)
    const state = this.#state
    this.#groups.load(correlation, first.key, this.#nowUs, state)
    const judgement = of.window.judge(state, hits, this.#nowUs)
    const verdict = judgement && this.#verdictOf(correlation, of, judgement, hits)
    const mayRepeat = this.#groups.repeatingUntilUs(correlation) >= this.#nowUs
    this.#groups.store(state)
    if (verdict === undefined) return
    this.#onVerdict(verdict)
    for (const place of verdict.hit.up) {
      assert(place.correlation > correlation, 'a correlation stands after those chained to it')
      const truth = place.known === false || mayRepeat ? UNKNOWN : verdict.truth
      this.#add({ ...place, truth, timeUs: first.timeUs, origin: verdict.hit.origin })
    }
  }

  /** A verdict if the group was not judged so within the span before. */
  #verdictOf(
    correlation: number,
    of: Correlation,
    judgement: Judgement,
    hits: readonly Hit[],
  ): CorrelationVerdict | undefined {
    if (judgement.truth === NO) return undefined
    const { spanUs, window } = of
    const able = hits.filter((hit) => window.completes(hit))
    const matches = able.filter((hit) => hit.truth === YES)
    // Without a match it is not certain that there was anything to judge.
    const isCertain = judgement.truth === YES && matches.length > 0
    const truth = isCertain && !(of.canLessen && this.#mayLack(correlation)) ? YES : UNKNOWN
    const hit = (truth === YES ? matches : able).reduce((a, b) => (isBefore(b, a) ? b : a))
    const state = this.#state
    const beforeUs = truth === YES ? state.yesUs : state.anyUs
    state.anyUs = this.#nowUs
    if (truth === YES) state.yesUs = this.#nowUs
    if (beforeUs > 0 && this.#nowUs - beforeUs <= spanUs) return undefined
    const { key, timeUs: atUs } = hit
    return { ...judgement, correlation, key, truth, atUs, hit }
  }

  /** Whether hits may be missing in a window, or in those that are chained to it. */
  #mayLack(correlation: number): boolean {
    const { evictions } = this.#groups
    if (evictions === 0) return false
    if (evictions !== this.#lackingAsOf) this.#updateLacking()
    this.#lackingAsOf = evictions
    return (this.#lackingUntilUs[correlation] ?? 0) >= this.#nowUs
  }

  #updateLacking(): void {
    const until = this.#lackingUntilUs
    for (const [at, { below, keptUs }] of this.#correlations.entries()) {
      const own = this.#groups.lackingUntilUs(at)
      until[at] = below.reduce((most, one) => Math.max(most, (until[one] ?? 0) + keptUs), own)
    }
  }
}

interface Correlation {
  readonly spanUs: number
  /** For how long a hit may count. */
  readonly keptUs: number
  readonly window: Window
  readonly canLessen: boolean
  /** The correlations that are chained to it. */
  readonly below: readonly number[]
}

/** Hits of one time by their groups, in an order that does not depend on theirs. */
const groupsOf = (hits: readonly Hit[]): readonly (readonly Hit[])[] => {
  const groups = new Map<string, Hit[]>()
  for (const hit of hits) {
    const group = groups.get(hit.key)
    if (group === undefined) groups.set(hit.key, [hit])
    else group.push(hit)
  }
  return [...groups.values()].sort((a, b) => compareTexts(a[0]?.key ?? '', b[0]?.key ?? ''))
}

/** Of several hits the one of the least origin completes a window. */
const isBefore = (a: Hit, b: Hit): boolean =>
  (compareTexts(a.origin, b.origin) || a.slot - b.slot || a.truth - b.truth) < 0

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
