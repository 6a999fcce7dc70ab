import { unreachable } from '../../base/assert.ts'
import { type FieldValue, YES } from '../../base/truth.ts'
import { EVERY_PART, PART, partsHidden } from '../../model/blindness.ts'
import type { Level, Stage } from '../../model/event.ts'
import { findField, partBehind } from '../../model/fields.ts'
import { emitLeaf } from '../../sigma/emit/predicate.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import type { Leaf, Plan, SomeElement } from '../../sigma/plan/plan.ts'
import { joined } from '../../sigma/plan/specialise.ts'

/** How an event was logged, which says how much of its request it can show. */
export interface View {
  readonly level: Level
  readonly stage: Stage
  readonly verb: string
}

/** How far a test can be told in a view. `partly`: in some events of it, not in others. */
export type Sight = 'shown' | 'partly' | 'hidden'

/**
 * The plan that holds, of all that a request is, where `plan` says "yes" to an event that shows no
 * more of it than this view. It is two-valued: what is hidden is never "yes" and never "no". What
 * is partly shown becomes a test of an invented field, which nothing else speaks of.
 */
export const seenIn = (plan: Plan, view: View): Plan | boolean => bound(plan, view, true)

/** The fields of a plan that cannot be told in a view, or not in all of its events, sorted. */
export const fieldsMissing = (plan: Plan, view: View): readonly string[] => {
  const missing = leaves(plan).filter((leaf) => sightOf(leaf, view) !== 'shown')
  return [...new Set(missing.map(({ field }) => field || ANY_TEXT))].sort()
}

/** What a keyword is called where fields are listed. */
export const ANY_TEXT = 'any text'

/** What a request submits, as far as its verb says. */
export type Submits = 'object' | 'patch' | 'nothing'

/** What requests of a verb submit: such verbs are one to a view. */
export const submittedBy = (verb: string): Submits => {
  if (verb === 'patch') return 'patch'
  return verb === 'create' || verb === 'update' ? 'object' : 'nothing'
}

/** `wanted`: where the plan is "yes"; else: where it is not "no". */
const bound = (plan: Plan, view: View, wanted: boolean): Plan | boolean => {
  switch (plan.kind) {
    case 'not': {
      const part = bound(plan.of, view, !wanted)
      return typeof part === 'boolean' ? !part : { kind: 'not', of: part }
    }
    case 'and':
    case 'or':
      return joined(
        plan.kind,
        plan.of.map((part) => bound(part, view, wanted)),
      )
    case 'leaf':
      return answer(plan, view) ?? known(plan, sightOf(plan, view), wanted)
    case 'some-element':
      if (leaves(plan).every((leaf) => isOfOtherVerbs(leaf, view))) return false
      return known(plan, worst(leaves(plan).map((leaf) => sightOf(leaf, view))), wanted)
    default:
      return unreachable(plan)
  }
}

const known = (plan: Leaf | SomeElement, sight: Sight, wanted: boolean): Plan | boolean => {
  if (sight === 'shown') return plan
  if (sight === 'hidden') return !wanted
  const shown = isShown(plan)
  return wanted
    ? { kind: 'and', of: [plan, shown] }
    : { kind: 'or', of: [plan, { kind: 'not', of: shown }] }
}

/** Parts of one body are shown or not together. */
const isShown = (plan: Leaf | SomeElement): Leaf => {
  const leaf = plan.kind === 'leaf' ? plan : leaves(plan)[0]
  if (leaf === undefined) throw new Error('bug: elements of which nothing is asked')
  const { selection, place } = leaf
  return {
    ...{ kind: 'leaf', type: 'any', list: false, group: undefined, column: undefined },
    ...{ field: `shown ${leaf.field}`, test: { kind: 'exists', value: true }, selection, place },
  }
}

const worst = (sights: readonly Sight[]): Sight => {
  if (sights.includes('hidden')) return 'hidden'
  return sights.includes('partly') ? 'partly' : 'shown'
}

/** The view itself answers what is asked of the level, the stage, and of a body that is none. */
const answer = (leaf: Leaf, view: View): boolean | undefined => {
  if (leaf.test.kind === 'same') return undefined
  if (isOfOtherVerbs(leaf, view)) return holdsFor(leaf, undefined)
  if (leaf.field === 'level') return holdsFor(leaf, view.level)
  return leaf.field === 'stage' ? holdsFor(leaf, view.stage) : undefined
}

const holdsFor = (leaf: Leaf, value: FieldValue): boolean =>
  emitLeaf(leaf, () => () => value)(undefined) === YES

/** What is computed from the object that a request submits is not there where it submits none. */
const isOfOtherVerbs = ({ field: name }: Leaf, { verb }: View): boolean => {
  const field = findField(name)?.field
  return field?.part === 0 && field.from === PART.requestObject && submittedBy(verb) === 'nothing'
}

const sightOf = (leaf: Leaf, view: View): Sight => {
  const fields = leaf.test.kind === 'same' ? [leaf.field, leaf.test.other.field] : [leaf.field]
  return worst(fields.map((field) => sightOfField(field, view)))
}

const sightOfField = (name: string, { level, stage, verb }: View): Sight => {
  const hidden = partsHidden(level, stage, false)
  // A keyword is found in what is shown, and else may be in what is not.
  if (name === '') return (hidden & EVERY_PART) === 0 ? 'shown' : 'partly'
  const field = findField(name)?.field
  const part = field === undefined ? 0 : partBehind(field)
  if ((part & hidden) === 0) return isOfPatch(part, level, verb) ? 'partly' : 'shown'
  // Many requests have the name in their path, and their event shows it from the first stage on.
  return stage === 'RequestReceived' && part === PART.name ? 'partly' : 'hidden'
}

/** A patch says what it changes; the object that comes of it is in the answer. */
const isOfPatch = (part: number, level: Level, verb: string): boolean =>
  verb === 'patch' && level === 'Request' && part === PART.requestObject
