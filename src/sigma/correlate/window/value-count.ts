import { YES } from '../../../base/truth.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import { compareRange, decidingCount } from '../compare.ts'
import type { GroupState } from '../group-state.ts'
import { digestOfValue } from './value-digest.ts'
import type { Judgement, Window } from './window.ts'

/** A time, with what it is of, and the digest of a value. */
const ENTRY_WORDS = 4

/** The value of a match, of a cannot-tell, or a hit whose value cannot be told. */
const MATCH = 0
const UNSURE = 1
const UNTOLD = 2

/**
 * Counts distinct values exactly. The state is when each was seen last, by a match and by a
 * cannot-tell, newest first, and never more of them than decide the comparisons.
 */
export const valueCountWindow = (plan: CorrelationPlan): Window => {
  const { comparisons, spanUs } = plan
  const most = decidingCount(comparisons)
  return {
    completes: () => true,
    judge: (state, hits, atUs) => {
      while (state.length > 0 && state.timeAt(state.length - ENTRY_WORDS) <= atUs - spanUs) {
        state.length -= ENTRY_WORDS
      }
      for (const { truth, values } of hits) {
        if (values === undefined) push(state, atUs, UNTOLD, NO_DIGEST, most)
        for (const value of values ?? []) {
          push(state, atUs, truth === YES ? MATCH : UNSURE, digestOfValue(value), most)
        }
      }
      return judge(state, atUs, most, (low, high) => compareRange(comparisons, low, high))
    },
  }
}

const NO_DIGEST = new Uint32Array(2)

/** Puts an entry first, and takes out the one it replaces, or the one that no longer matters. */
const push = (
  state: GroupState,
  atUs: number,
  note: number,
  digest: Uint32Array,
  most: number,
): void => {
  const { words } = state
  let alike = 0
  for (let at = 0; at < state.length; at += ENTRY_WORDS) {
    if (state.noteAt(at) !== note) continue
    alike += 1
    const same = words[at + 2] === digest[0] && words[at + 3] === digest[1]
    if (alike < most && (note === UNTOLD || !same)) continue
    state.remove(at, ENTRY_WORDS)
    break
  }
  state.insert(0, ENTRY_WORDS)
  state.writeTime(0, atUs, note)
  words.set(digest, 2)
}

const judge = (
  state: GroupState,
  atUs: number,
  most: number,
  compare: (low: number, high: number) => Judgement['truth'],
): Judgement => {
  let matches = 0
  let all = 0
  let matchFromUs = atUs
  let fromUs = atUs
  const mixed = hasNote(state, UNSURE)
  for (let at = 0; at < state.length; at += ENTRY_WORDS) {
    const note = state.noteAt(at)
    if (note === MATCH) {
      matches += 1
      matchFromUs = state.timeAt(at)
    }
    if (all < most && (!mixed || note === UNTOLD || !isSeenBefore(state, at))) {
      all += 1
      fromUs = state.timeAt(at)
    }
  }
  const truth = compare(matches, all)
  return { truth, matches, unknowns: all - matches, fromUs: truth === YES ? matchFromUs : fromUs }
}

const hasNote = (state: GroupState, note: number): boolean => {
  for (let at = 0; at < state.length; at += ENTRY_WORDS) {
    if (state.noteAt(at) === note) return true
  }
  return false
}

/** Whether a newer entry, of the other kind, has the same value. */
const isSeenBefore = ({ words }: GroupState, at: number): boolean => {
  for (let other = 0; other < at; other += ENTRY_WORDS) {
    if (words[other + 2] === words[at + 2] && words[other + 3] === words[at + 3]) return true
  }
  return false
}
