import { PART } from '../model/blindness.ts'
import { findField, partBehind } from '../model/fields.ts'
import { type Clue, type Guard, shareOfGuard } from '../sigma/plan/guards.ts'

/** The guard that lets the fewest events pass, as far as that can be guessed. */
export const bestGuard = (guards: readonly Guard[]): Guard | undefined =>
  leastPassing(guards, WORTH_MAX)

/** The same of guards that are cheap to ask and let hardly anything pass. */
export const earlyGuard = (guards: readonly Guard[]): Guard | undefined =>
  leastPassing(
    guards.filter((guard) => guard.every(isCheap)),
    EARLY_MAX,
  )

/** A guess: needles are rare, and the longer the rarer; of the two truth values "false" is not. */
export const shareOf = ({ field, needles, present, absent }: Clue): number => {
  const usual = RARE.some((name) => field.startsWith(name)) ? 0.05 : 1
  if (present) return usual
  const values = findField(field)?.field.values
  let share = absent ? 0.4 : 0
  for (const { text, place } of needles) {
    if (text === 'true' || text === 'false') share += text === 'true' ? 0.1 : 0.5
    else if (values !== undefined) share += 1 / values.length
    else if (place === 'whole') share += 0.01
    else share += SHARES.get(text) ?? (text.length < 3 ? 0.3 : 0.05)
  }
  return share * usual
}

/** A guard that lets more than this share of events pass is not worth its question. */
const WORTH_MAX = 0.6
const EARLY_MAX = 0.3

/** Fields that most events have no value for. */
const RARE = [
  ...['impersonatedUser.', 'authenticationMetadata.', 'client.tool', 'exec.', 'kubelet.'],
  ...['peer.claimed', 'request.pathSigns', 'spoof.', 'webhook.'],
]

/** Beginnings that many names have. */
const SHARES: ReadonlyMap<string, number> = new Map([
  ['system:', 0.9],
  ['system:serviceaccount:', 0.4],
  ['system:serviceaccount:kube-system:', 0.3],
  ['system:node:', 0.2],
])

const leastPassing = (guards: readonly Guard[], max: number): Guard | undefined => {
  let best: Guard | undefined
  let least = max
  for (const guard of guards) {
    const share = shareOfGuard(guard, shareOf)
    if (share >= least) continue
    best = guard
    least = share
  }
  return best
}

const BODIES = PART.requestObject | PART.responseObject

/** Bodies are parsed when somebody asks. */
const isCheap = ({ field, group }: Clue): boolean => {
  const found = findField(field)?.field
  return group === undefined && found !== undefined && (partBehind(found) & BODIES) === 0
}
