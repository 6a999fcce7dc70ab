import type { Truth } from '../../../base/truth.ts'
import type { GroupState } from '../group-state.ts'
import type { Hit } from '../hit.ts'

/** What a window says at an instant, and what it counted. */
export interface Judgement {
  readonly truth: Truth
  readonly matches: number
  readonly unknowns: number
  readonly fromUs: number
}

/** How the state of a group changes with its hits, and when its correlation holds. */
export interface Window {
  /**
   * Takes all hits that a group has at one time, and judges. Undefined: none of them is of a rule
   * at which the correlation is judged.
   */
  judge(state: GroupState, hits: readonly Hit[], atUs: number): Judgement | undefined
  /** Whether a hit can complete the window. */
  completes(hit: Hit): boolean
  /** What states refer to outside of their words. */
  readonly outside?: Outside
}

/** Memory of states that is not in their words. */
export interface Outside {
  readonly bytes: number
  /** Frees what a state refers to. */
  release(words: Uint32Array, at: number, length: number): void
}
