import { LIMIT } from '../../../base/limit.ts'
import { NO, type Truth, UNKNOWN, YES } from '../../../base/truth.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import { compareRange } from '../compare.ts'
import type { GroupState } from '../group-state.ts'
import type { Hit } from '../hit.ts'
import { numbersOf } from './numbers.ts'
import type { Judgement, Window } from './window.ts'

/** A time, with what it is of, and a number. */
const ENTRY_WORDS = 4
const MATCH = 0
const UNSURE = 1
const UNTOLD = 2

/** One more shows that there are too many. */
const KEPT_MAX = LIMIT.correlationValuesMax + 1

/** Takes a percentile of numbers, exactly. The state is the numbers, newest first. */
export const valuePercentileWindow = (plan: CorrelationPlan): Window => ({
  completes: () => true,
  judge: (state, hits, atUs) => {
    while (state.length > 0 && state.timeAt(state.length - ENTRY_WORDS) <= atUs - plan.spanUs) {
      state.length -= ENTRY_WORDS
    }
    for (const hit of hits) add(state, hit, atUs)
    return judge(plan, state, atUs)
  },
})

const add = (state: GroupState, { truth, values }: Hit, atUs: number): void => {
  const note = values === undefined ? UNTOLD : truth === YES ? MATCH : UNSURE
  const numbers = values === undefined ? [0] : numbersOf(values)
  for (const value of numbers.slice(0, KEPT_MAX)) push(state, atUs, note, value)
}

const push = (state: GroupState, atUs: number, note: number, value: number): void => {
  if (state.length === KEPT_MAX * ENTRY_WORDS) state.length -= ENTRY_WORDS
  state.insert(0, ENTRY_WORDS)
  state.writeTime(0, atUs, note)
  state.numbers[1] = value
}

const judge = (plan: CorrelationPlan, state: GroupState, atUs: number): Judgement => {
  const count = state.length / ENTRY_WORDS
  const fromUs = count === 0 ? atUs : state.timeAt(state.length - ENTRY_WORDS)
  if (count === KEPT_MAX) return { truth: UNKNOWN, matches: 0, unknowns: count, fromUs }
  const sure: number[] = []
  const all: number[] = []
  let untold = 0
  let matchFromUs = atUs
  for (let at = 0; at < state.length; at += ENTRY_WORDS) {
    const note = state.noteAt(at)
    const value = state.numbers[at / 2 + 1] ?? 0
    if (note === UNTOLD) untold += 1
    else all.push(value)
    if (note !== MATCH) continue
    sure.push(value)
    matchFromUs = state.timeAt(at)
  }
  const [low, high] = rangeOf(plan, sure, all, untold)
  const compared = count === 0 ? NO : compareRange(plan.comparisons, low, high)
  const truth: Truth = compared === YES && sure.length === 0 ? UNKNOWN : compared
  const from = truth === YES ? matchFromUs : fromUs
  return { truth, matches: sure.length, unknowns: count - sure.length, fromUs: from }
}

const rangeOf = (
  plan: CorrelationPlan,
  sure: readonly number[],
  all: readonly number[],
  untold: number,
): readonly [number, number] => {
  if (untold > 0) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  if (all.length > sure.length) return [Math.min(...all), Math.max(...all)]
  const one = percentileOf(sure, (plan.percentile ?? 0) / 100)
  return [one, one]
}

/** Between two ranks in proportion, as ClickHouse's quantileExactInclusive. */
const percentileOf = (numbers: readonly number[], level: number): number => {
  const sorted = Float64Array.from(numbers).sort()
  const rank = level * (sorted.length - 1) + 1
  const below = sorted[Math.floor(rank) - 1] ?? 0
  const above = sorted[Math.floor(rank)] ?? below
  return below + (rank - Math.floor(rank)) * (above - below)
}
