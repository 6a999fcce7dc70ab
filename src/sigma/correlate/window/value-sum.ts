import { NO, type Truth, UNKNOWN, YES } from '../../../base/truth.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import { CELLS, compareRange } from '../compare.ts'
import type { GroupState } from '../group-state.ts'
import type { Hit } from '../hit.ts'
import { openCell } from './event-cells.ts'
import { numbersOf } from './numbers.ts'
import type { Judgement, Window } from './window.ts'

/**
 * A cell: when it begins, how many numbers matches have and cannot-tells have, how many hits do
 * not tell theirs; then five numbers of two words each.
 */
const CELL_WORDS = 16
const MATCHES = 2
const UNSURE = 3
const UNTOLD = 4
/** Where the numbers of a cell are, counted in numbers. */
const SUM = 3
const BELOW_ZERO = 4
const ABOVE_ZERO = 5
const LEAST = 6
const GREATEST = 7

/** Sums numbers, or takes their average, by cells. The state is the cells, newest first. */
export const valueSumWindow = (plan: CorrelationPlan): Window => {
  const { spanUs } = plan
  const cellUs = spanUs / CELLS
  return {
    completes: () => true,
    judge: (state, hits, atUs) => {
      const cell = Math.floor(atUs / cellUs) * cellUs
      openCell(state, cell, spanUs, CELL_WORDS)
      for (const hit of inOrder(hits)) add(state, hit)
      if (isEmpty(state)) state.remove(0, CELL_WORDS)
      return judge(plan, total(state), atUs)
    },
  }
}

/** Sums are rounded, and hits of one time come in any order. */
const inOrder = (hits: readonly Hit[]): readonly Hit[] =>
  hits.length < 2
    ? hits
    : [...hits].sort((a, b) =>
        a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : a.slot - b.slot,
      )

const add = ({ words, numbers }: GroupState, { truth, values }: Hit): void => {
  if (values === undefined) {
    words[UNTOLD] = (words[UNTOLD] ?? 0) + 1
    return
  }
  for (const value of numbersOf(values)) {
    const isFirst = (words[MATCHES] ?? 0) + (words[UNSURE] ?? 0) === 0
    numbers[LEAST] = isFirst ? value : Math.min(numbers[LEAST] ?? 0, value)
    numbers[GREATEST] = isFirst ? value : Math.max(numbers[GREATEST] ?? 0, value)
    const counter = truth === YES ? MATCHES : UNSURE
    words[counter] = (words[counter] ?? 0) + 1
    const sum = truth === YES ? SUM : value < 0 ? BELOW_ZERO : ABOVE_ZERO
    numbers[sum] = (numbers[sum] ?? 0) + value
  }
}

const isEmpty = ({ words }: GroupState): boolean =>
  words[MATCHES] === 0 && words[UNSURE] === 0 && words[UNTOLD] === 0

/** All cells together. */
interface Total {
  matches: number
  unsure: number
  untold: number
  sum: number
  belowZero: number
  aboveZero: number
  least: number
  greatest: number
  matchFromUs: number
  fromUs: number
}

/** From the oldest cell on, so that sums are rounded in the order of time. */
const total = (state: GroupState): Total => {
  const { words, numbers } = state
  const all: Total = {
    matches: 0,
    unsure: 0,
    untold: 0,
    sum: 0,
    belowZero: 0,
    aboveZero: 0,
    least: Number.POSITIVE_INFINITY,
    greatest: Number.NEGATIVE_INFINITY,
    matchFromUs: Number.POSITIVE_INFINITY,
    fromUs: state.length === 0 ? Number.POSITIVE_INFINITY : state.timeAt(state.length - CELL_WORDS),
  }
  for (let at = state.length - CELL_WORDS; at >= 0; at -= CELL_WORDS) {
    const number = (offset: number): number => numbers[at / 2 + offset] ?? 0
    const matches = words[at + MATCHES] ?? 0
    const unsure = words[at + UNSURE] ?? 0
    if (matches > 0) all.matchFromUs = Math.min(all.matchFromUs, state.timeAt(at))
    all.matches += matches
    all.unsure += unsure
    all.untold += words[at + UNTOLD] ?? 0
    all.sum += number(SUM)
    all.belowZero += number(BELOW_ZERO)
    all.aboveZero += number(ABOVE_ZERO)
    if (matches + unsure > 0) {
      all.least = Math.min(all.least, number(LEAST))
      all.greatest = Math.max(all.greatest, number(GREATEST))
    }
  }
  return all
}

const judge = (plan: CorrelationPlan, all: Total, atUs: number): Judgement => {
  const unknowns = all.unsure + all.untold
  const [low, high] = rangeOf(plan, all)
  const compared = all.matches + unknowns === 0 ? NO : compareRange(plan.comparisons, low, high)
  const truth: Truth = compared === YES && all.matches === 0 ? UNKNOWN : compared
  const fromUs = Math.min(atUs, truth === YES ? all.matchFromUs : all.fromUs)
  return { truth, matches: all.matches, unknowns, fromUs }
}

const rangeOf = (plan: CorrelationPlan, all: Total): readonly [number, number] => {
  if (all.untold > 0) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  if (plan.type === 'value_sum') return [all.sum + all.belowZero, all.sum + all.aboveZero]
  if (all.unsure > 0) return [all.least, all.greatest]
  return [all.sum / all.matches, all.sum / all.matches]
}
