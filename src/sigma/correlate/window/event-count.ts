import { YES } from '../../../base/truth.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import { compareRange, decidingCount } from '../compare.ts'
import type { GroupState } from '../group-state.ts'
import type { Hit } from '../hit.ts'
import type { Judgement, Window } from './window.ts'

const MATCH = 0
const UNTOLD = 1

/**
 * Counts hits exactly. The state is their times, newest first, and never more of them than decide
 * the comparisons.
 */
export const eventCountWindow = (plan: CorrelationPlan): Window => {
  const { comparisons, spanUs } = plan
  const most = decidingCount(comparisons)
  return {
    completes: () => true,
    judge: (state, hits, atUs) => {
      dropUntil(state, atUs - spanUs)
      const matches = Math.min(most, countMatches(hits))
      push(state, atUs, UNTOLD, Math.min(most, hits.length - countMatches(hits)))
      push(state, atUs, MATCH, matches)
      return judge(state, most, (low, high) => compareRange(comparisons, low, high))
    },
  }
}

const countMatches = (hits: readonly Hit[]): number => {
  let matches = 0
  for (const hit of hits) if (hit.truth === YES) matches += 1
  return matches
}

const dropUntil = (state: GroupState, timeUs: number): void => {
  while (state.length > 0 && state.timeAt(state.length - 2) <= timeUs) state.length -= 2
}

const push = (state: GroupState, timeUs: number, note: number, count: number): void => {
  state.insert(0, 2 * count)
  for (let at = 0; at < 2 * count; at += 2) state.writeTime(at, timeUs, note)
}

/** Counts, and forgets what is older than the hits that decide. */
const judge = (
  state: GroupState,
  most: number,
  compare: (low: number, high: number) => Judgement['truth'],
): Judgement => {
  let matches = 0
  let all = 0
  let matchFromUs = state.timeAt(0)
  let fromUs = matchFromUs
  let kept = 0
  for (let at = 0; at < state.length; at += 2) {
    const timeUs = state.timeAt(at)
    const note = state.noteAt(at)
    if (note === MATCH ? matches >= most : all >= most) continue
    state.writeTime(kept, timeUs, note)
    kept += 2
    if (note === MATCH) {
      matches += 1
      matchFromUs = timeUs
    }
    if (all < most) {
      all += 1
      fromUs = timeUs
    }
  }
  state.length = kept
  const truth = compare(matches, all)
  return { truth, matches, unknowns: all - matches, fromUs: truth === YES ? matchFromUs : fromUs }
}
