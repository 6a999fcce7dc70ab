import { NO, type Truth, UNKNOWN, YES } from '../../../base/truth.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import type { GroupState } from '../group-state.ts'
import type { Hit } from '../hit.ts'
import type { Judgement, Window } from './window.ts'

/**
 * Follows chains of hits. The state is, for each rule but the last, when the chain that ends with
 * it began: the latest such time of chains of matches, and of any hits. Of two chains that are as
 * long the one that began later can do all that the other can.
 */
export const temporalOrderedWindow = (plan: CorrelationPlan): Window => {
  const { spanUs, slots } = plan
  const last = slots.length - 1
  const chains: Chains = {
    before: new Float64Array(slots.length * 2),
    after: new Float64Array(slots.length * 2),
  }
  return {
    completes: ({ slot }) => slot === last,
    judge: (state, hits, atUs) => {
      read(state, chains, atUs - spanUs)
      for (const hit of hits) extend(chains, hit, atUs)
      const isJudged = hits.some(({ slot }) => slot === last)
      const judgement = isJudged ? judge(chains, last, atUs) : undefined
      write(state, chains, last)
      return judgement
    },
  }
}

/** When chains began, at `slot * 2` those of matches and beside it those of any hits; 0: none. */
interface Chains {
  readonly before: Float64Array
  readonly after: Float64Array
}

const read = (state: GroupState, { before, after }: Chains, afterUs: number): void => {
  before.fill(0)
  for (let at = 0; at < state.length; at += 2) {
    const timeUs = state.timeAt(at)
    const note = state.noteAt(at)
    if (timeUs <= afterUs) continue
    before[note] = timeUs
    if (note % 2 === 0) before[note + 1] = Math.max(before[note + 1] ?? 0, timeUs)
  }
  after.set(before)
  after.fill(0, after.length - 2)
}

/** From the chains before this instant alone: hits of a chain follow each other in time. */
const extend = ({ before, after }: Chains, { slot, truth }: Hit, atUs: number): void => {
  for (const kind of truth === YES ? [0, 1] : [1]) {
    const begun = slot === 0 ? atUs : (before[slot * 2 - 2 + kind] ?? 0)
    const at = slot * 2 + kind
    after[at] = Math.max(after[at] ?? 0, begun)
  }
}

const judge = ({ after }: Chains, last: number, atUs: number): Judgement => {
  const sure = after[last * 2] ?? 0
  const begun = after[last * 2 + 1] ?? 0
  const truth: Truth = sure > 0 ? YES : begun > 0 ? UNKNOWN : NO
  const fromUs = truth === YES ? sure : truth === UNKNOWN ? begun : atUs
  const length = last + 1
  return {
    truth,
    matches: truth === YES ? length : 0,
    unknowns: truth === UNKNOWN ? length : 0,
    fromUs,
  }
}

/** The latest begin is written first. A chain of matches is one of any hits too. */
const write = (state: GroupState, { after }: Chains, last: number): void => {
  state.length = 0
  let latest = 0
  for (let note = 0; note < last * 2; note += 1) {
    const timeUs = after[note] ?? 0
    if (timeUs === 0 || (note % 2 === 1 && timeUs === after[note - 1])) continue
    if (timeUs > latest) state.insert(0, 2)
    else state.length += 2
    state.writeTime(timeUs > latest ? 0 : state.length - 2, timeUs, note)
    latest = Math.max(latest, timeUs)
  }
}
