import { assert } from '../../../base/assert.ts'
import { YES } from '../../../base/truth.ts'
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
  const judge = (matches: Counted, all: Counted, atUs: number): Judgement => {
    const truth = compareRange(comparisons, matches.count, all.count)
    const { count, fromCell } = truth === YES ? matches : all
    return {
      truth,
      matches: matches.count,
      unknowns: all.count - matches.count,
      fromUs: count === 0 ? atUs : fromCell * cellUs,
    }
  }
  return {
    completes: () => true,
    outside: sets,
    judge: (state, hits, atUs) => {
      const cell = Math.floor(atUs / cellUs)
      if (isOne(state) && Math.floor(state.timeAt(0) / cellUs) <= cell - CELLS) state.length = 0
      if (!staysOne(state, hits, atUs)) {
        const set = sets.of(state)
        const before = set.bytes
        for (const hit of hits) count(set, hit, cell)
        sets.bytes += set.bytes - before
        state.writeTime(0, atUs, 0)
        return judge(set.countIn(cell, 'matches'), set.countIn(cell, 'all'), atUs)
      }
      const fromCell = Math.floor(state.timeAt(0) / cellUs)
      const all = { count: isOne(state) ? 1 : 0, fromCell }
      return judge(
        isOne(state) && state.noteAt(0) === MATCH ? all : { count: 0, fromCell },
        all,
        atUs,
      )
    },
  }
}

interface Counted {
  readonly count: number
  readonly fromCell: number
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

const count = (set: CellSet, { truth, values }: Hit, cell: number): void => {
  if (values === undefined) set.addUntold(cell)
  for (const value of values ?? []) set.add(digestOfValue(value), truth === YES, cell)
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
      const cell = Math.floor(state.timeAt(0) / this.#cellUs)
      const digest = state.words.subarray(DIGEST_AT, DIGEST_AT + 2)
      if (state.noteAt(0) === UNTOLD) set.addUntold(cell)
      else set.add(digest, state.noteAt(0) === MATCH, cell)
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
