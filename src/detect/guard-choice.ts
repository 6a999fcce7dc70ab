import { PART } from '../model/blindness.ts'
import { findField, partBehind } from '../model/fields.ts'
import type { Guard } from '../sigma/plan/guards.ts'

/** The guard that lets the fewest events pass, as far as that can be guessed. */
export const bestGuard = (guards: readonly Guard[]): Guard | undefined =>
  leastPassing(guards, WORTH_MAX)

/** The same of guards that are cheap to ask and let hardly anything pass. */
export const earlyGuard = (guards: readonly Guard[]): Guard | undefined =>
  leastPassing(guards.filter(isCheap), EARLY_MAX)

/** A guard that lets more than this share of events pass is not worth its question. */
const WORTH_MAX = 0.6
const EARLY_MAX = 0.3

const leastPassing = (guards: readonly Guard[], max: number): Guard | undefined => {
  let best: Guard | undefined
  let least = max
  for (const guard of guards) {
    const share = shareOf(guard)
    if (share >= least) continue
    best = guard
    least = share
  }
  return best
}

/** A guess: needles are rare, and the longer the rarer; of the two truth values "false" is not. */
const shareOf = ({ field, needles, absent }: Guard): number => {
  const values = findField(field)?.field.values
  let share = absent ? 0.4 : 0
  for (const { text, place } of needles) {
    if (text === 'true' || text === 'false') share += text === 'true' ? 0.1 : 0.5
    else if (values !== undefined) share += 1 / values.length
    else if (place === 'whole') share += 0.01
    else share += text.length < 3 ? 0.3 : 0.05
  }
  return share
}

const BODIES = PART.requestObject | PART.responseObject

/** Bodies are parsed when somebody asks. */
const isCheap = ({ field, group }: Guard): boolean => {
  const found = findField(field)?.field
  return group === undefined && found !== undefined && (partBehind(found) & BODIES) === 0
}
