import { assert } from '../../../base/assert.ts'
import { NO, YES } from '../../../base/truth.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import { CELLS, compareRange, decidingCount } from '../compare.ts'
import type { GroupState } from '../group-state.ts'
import type { Hit } from '../hit.ts'
import { CellSet } from './cell-set.ts'
import { digestOfValue } from './value-digest.ts'
import type { Judgement, Outside, Window } from './window.ts'

/** One value: when it was seen last, with what it is of, and its digest. */
const ONE_WORDS = 4
const DIGEST_AT = 2
const MATCH = 0
const UNSURE = 1
const UNTOLD = 2

/** Number of the set in a state that refers to one; longer than it needs, for it is progress. */
const SET_WORDS = 14
const SET_AT = 2

/** Counts distinct values by cells. The state is one value, or refers to a set of them. */
export const valueCellsWindow = (plan: CorrelationPlan): Window => {
  const { comparisons, spanUs } = plan
  const most = decidingCount(comparisons)
  const cellUs = spanUs / CELLS
  const sets = new Sets(most, cellUs)
  const judge = (
    matches: number,
    all: number,
    fromUs: (ofMatches: boolean) => number,
  ): Judgement => {
    const truth = compareRange(comparisons, matches, all)
    // Where nothing is said nobody asks from when.
    const from = truth === NO ? 0 : fromUs(truth === YES)
    return { truth, matches, unknowns: all - matches, fromUs: from }
  }
  return {
    completes: () => true,
    outside: sets,
    judge: (state, hits, atUs) => {
      const cell = Math.floor(atUs / cellUs)
      if (isOne(state) && Math.floor(state.timeAt(0) / cellUs) <= cell - CELLS) state.length = 0
      if (staysOne(state, hits, atUs)) {
        const all = isOne(state) ? 1 : 0
        const matches = isOne(state) && state.noteAt(0) === MATCH ? 1 : 0
        const fromUs = Math.floor(state.timeAt(0) / cellUs) * cellUs
        return judge(matches, all, (of) => ((of ? matches : all) === 0 ? atUs : fromUs))
      }
      const set = sets.of(state)
      const before = set.bytes
      set.advance(cell)
      for (const hit of hits) count(set, hit)
      sets.bytes += set.bytes - before
      state.writeTime(0, atUs, 0)
      return judge(set.matches, set.all, (of) => {
        if ((of ? set.matches : set.all) === 0) return atUs
        return set.fromCell(of ? 'matches' : 'all') * cellUs
      })
    },
  }
}

const isOne = (state: GroupState): boolean => state.length === ONE_WORDS

/** Takes the hits if the group has no more than one value with them. */
const staysOne = (state: GroupState, hits: readonly Hit[], atUs: number): boolean => {
  if (state.length === SET_WORDS) return false
  const telling = hits.filter(({ values }) => values?.length !== 0)
  const [hit] = telling
  if (hit === undefined) return true
  if (telling.length > 1 || (hit.values ?? ['']).length > 1) return false
  const [value] = hit.values ?? []
  const note = value === undefined ? UNTOLD : hit.truth === YES ? MATCH : UNSURE
  const digest = value === undefined ? NO_DIGEST : digestOfValue(value)
  if (isOne(state) && (note === UNTOLD || !isSame(state, note, digest))) return false
  state.length = ONE_WORDS
  state.writeTime(0, atUs, note)
  state.words.set(digest, DIGEST_AT)
  return true
}

const NO_DIGEST = new Uint32Array(2)

const isSame = (state: GroupState, note: number, digest: Uint32Array): boolean =>
  state.noteAt(0) === note &&
  state.words[DIGEST_AT] === digest[0] &&
  state.words[DIGEST_AT + 1] === digest[1]

const count = (set: CellSet, { truth, values }: Hit): void => {
  if (values === undefined) set.addUntold()
  for (const value of values ?? []) set.add(digestOfValue(value), truth === YES)
}

/** The sets of all groups, by number. */
class Sets implements Outside {
  readonly #most: number
  readonly #cellUs: number
  readonly #sets: (CellSet | undefined)[] = []
  readonly #free: number[] = []
  bytes = 0

  constructor(most: number, cellUs: number) {
    this.#most = most
    this.#cellUs = cellUs
  }

  /** The set that a state refers to; a new one with the state's value when it refers to none. */
  of(state: GroupState): CellSet {
    if (state.length === SET_WORDS) {
      const set = this.#sets[state.words[SET_AT] ?? 0]
      assert(set !== undefined, 'a state refers to a set')
      return set
    }
    const set = new CellSet(this.#most)
    if (isOne(state)) {
      set.advance(Math.floor(state.timeAt(0) / this.#cellUs))
      const digest = state.words.subarray(DIGEST_AT, DIGEST_AT + 2)
      if (state.noteAt(0) === UNTOLD) set.addUntold()
      else set.add(digest, state.noteAt(0) === MATCH)
    }
    const number = this.#free.pop() ?? this.#sets.length
    this.#sets[number] = set
    this.bytes += set.bytes
    state.words.fill(0, 0, SET_WORDS)
    state.words[SET_AT] = number
    state.length = SET_WORDS
    return set
  }

  release(words: Uint32Array, at: number, length: number): void {
    if (length !== SET_WORDS) return
    const number = words[at + SET_AT] ?? 0
    this.bytes -= this.#sets[number]?.bytes ?? 0
    this.#sets[number] = undefined
    this.#free.push(number)
  }
}
