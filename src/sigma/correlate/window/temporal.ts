import { unreachable } from '../../../base/assert.ts'
import { and, NO, not, or, type Truth, UNKNOWN, YES } from '../../../base/truth.ts'
import type { CorrelationPlan, SlotExpression } from '../../plan/correlation.ts'
import type { GroupState } from '../group-state.ts'
import type { Judgement, Window } from './window.ts'

/**
 * Asks which rules are seen. The state is the time of each rule's latest match and latest
 * cannot-tell, newest first.
 */
export const temporalWindow = (plan: CorrelationPlan): Window => {
  const { spanUs, expression, slots } = plan
  const seen = new Uint8Array(slots.length)
  return {
    completes: () => true,
    judge: (state, hits, atUs) => {
      while (state.length > 0 && state.timeAt(state.length - 2) <= atUs - spanUs) state.length -= 2
      for (const { slot, truth } of hits) touch(state, noteOf(slot, truth), atUs)
      look(state, seen)
      const truth = expression === undefined ? NO : evaluate(expression, seen)
      return judgementOf(state, seen, truth, atUs)
    },
  }
}

const noteOf = (slot: number, truth: Truth): number => slot * 2 + (truth === YES ? 0 : 1)

const touch = (state: GroupState, note: number, atUs: number): void => {
  for (let at = 0; at < state.length; at += 2) {
    if (state.noteAt(at) === note) state.remove(at, 2)
  }
  state.insert(0, 2)
  state.writeTime(0, atUs, note)
}

const look = (state: GroupState, seen: Uint8Array): void => {
  seen.fill(NO)
  for (let at = 0; at < state.length; at += 2) {
    const note = state.noteAt(at)
    const slot = note >> 1
    if (note % 2 === 0) seen[slot] = YES
    else if (seen[slot] === NO) seen[slot] = UNKNOWN
  }
}

const evaluate = (expression: SlotExpression, seen: Uint8Array): Truth => {
  switch (expression.kind) {
    case 'and': {
      let truth: Truth = YES
      for (const part of expression.of) truth = and(truth, evaluate(part, seen))
      return truth
    }
    case 'or': {
      let truth: Truth = NO
      for (const part of expression.of) truth = or(truth, evaluate(part, seen))
      return truth
    }
    case 'not':
      return not(evaluate(expression.of, seen))
    case 'slot': {
      const truth = seen[expression.slot]
      return truth === YES ? YES : truth === UNKNOWN ? UNKNOWN : NO
    }
    default:
      return unreachable(expression)
  }
}

/** Of each rule its latest match counts, or its latest hit where the answer is "cannot tell". */
const judgementOf = (
  state: GroupState,
  seen: Uint8Array,
  truth: Truth,
  atUs: number,
): Judgement => {
  let fromUs = atUs
  const counted = new Set<number>()
  for (let at = 0; at < state.length; at += 2) {
    const note = state.noteAt(at)
    if (counted.has(note >> 1) || (truth === YES && note % 2 === 1)) continue
    counted.add(note >> 1)
    fromUs = Math.min(fromUs, state.timeAt(at))
  }
  const matches = seen.filter((each) => each === YES).length
  return { truth, matches, unknowns: seen.filter((each) => each === UNKNOWN).length, fromUs }
}
