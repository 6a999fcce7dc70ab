import { YES } from '../../../base/truth.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import { CELLS, compareRange } from '../compare.ts'
import type { GroupState } from '../group-state.ts'
import type { Judgement, Window } from './window.ts'

/** A cell is when it begins, its matches and its cannot-tells. */
const CELL_WORDS = 4
const MATCHES = 2
const UNTOLD = 3

/** A single hit takes two words: the begin of its cell, with what it is. */
const ONE_WORDS = 2
const ONE_MATCH = 1
const ONE_UNTOLD = 2

/** Counts hits by cells. The state is the cells that have any, newest first; or a single hit. */
export const eventCellsWindow = (plan: CorrelationPlan): Window => {
  const { comparisons, spanUs } = plan
  const cellUs = spanUs / CELLS
  return {
    completes: () => true,
    judge: (state, hits, atUs) => {
      const cell = Math.floor(atUs / cellUs) * cellUs
      expandOne(state)
      openCell(state, cell, spanUs, CELL_WORDS)
      for (const hit of hits) {
        const at = hit.truth === YES ? MATCHES : UNTOLD
        state.words[at] = (state.words[at] ?? 0) + 1
      }
      const judgement = judge(state, atUs, (low, high) => compareRange(comparisons, low, high))
      shrinkOne(state)
      return judgement
    },
  }
}

const expandOne = (state: GroupState): void => {
  if (state.length !== ONE_WORDS) return
  const isMatch = state.noteAt(0) === ONE_MATCH
  state.writeTime(0, state.timeAt(0), 0)
  state.length = CELL_WORDS
  state.words[MATCHES] = isMatch ? 1 : 0
  state.words[UNTOLD] = isMatch ? 0 : 1
}

const shrinkOne = (state: GroupState): void => {
  const matches = state.words[MATCHES] ?? 0
  if (state.length !== CELL_WORDS || matches + (state.words[UNTOLD] ?? 0) !== 1) return
  state.writeTime(0, state.timeAt(0), matches === 1 ? ONE_MATCH : ONE_UNTOLD)
  state.length = ONE_WORDS
}

/** Forgets the cells that a window which ends in `cell` has left, and puts that cell first. */
export const openCell = (
  state: GroupState,
  cell: number,
  spanUs: number,
  cellWords: number,
): void => {
  while (state.length > 0 && state.timeAt(state.length - cellWords) <= cell - spanUs) {
    state.length -= cellWords
  }
  if (state.length > 0 && state.timeAt(0) === cell) return
  state.insert(0, cellWords)
  state.words.fill(0, 0, cellWords)
  state.writeTime(0, cell, 0)
}

const judge = (
  state: GroupState,
  atUs: number,
  compare: (low: number, high: number) => Judgement['truth'],
): Judgement => {
  let matches = 0
  let unknowns = 0
  let matchFromUs = atUs
  for (let at = 0; at < state.length; at += CELL_WORDS) {
    const here = state.words[at + MATCHES] ?? 0
    if (here > 0) matchFromUs = state.timeAt(at)
    matches += here
    unknowns += state.words[at + UNTOLD] ?? 0
  }
  const truth = compare(matches, matches + unknowns)
  const fromUs = truth === YES ? matchFromUs : state.timeAt(state.length - CELL_WORDS)
  return { truth, matches, unknowns, fromUs }
}
