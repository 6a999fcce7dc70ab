import { unreachable } from '../../base/assert.ts'
import type { Needle } from '../../base/needles.ts'
import { foldAscii } from '../match/fold.ts'
import { literalsOf } from '../match/regex.ts'
import { textOfNumber } from '../match/scalar.ts'
import type { Pattern } from './pattern.ts'
import type { Leaf, Plan } from './plan.ts'

/**
 * What a field must hold, or one element of its array, for a plan to be anything but "no": one of
 * the needles in the text of its value; or any value at all, or none, where `present` and `absent`
 * say so. As with every test, a field that cannot be told rules nothing out.
 */
export interface Clue {
  readonly field: string
  readonly group: string | undefined
  readonly needles: readonly Needle[]
  readonly present: boolean
  readonly absent: boolean
}

/** Clues of different fields, of which one must be there. */
export type Guard = readonly Clue[]

/** Which share of the rows a clue lets pass, as far as that can be guessed: to choose by. */
export type ShareOf = (clue: Clue) => number

/**
 * The guards of a plan, for an index: each by itself is necessary. They may let pass what the plan
 * does not.
 */
export const guardsOf = (plan: Plan, shareOf: ShareOf): readonly Guard[] =>
  guards({ shareOf }, plan, false)

/** The clues that a test gives by itself, or its negation. */
export const cluesOf = (leaf: Leaf): readonly Clue[] => [...ofLeaf(leaf), ...ofNegated(leaf)]

/** The share of rows that a guard lets pass. */
export const shareOfGuard = (guard: Guard, shareOf: ShareOf): number =>
  guard.reduce((sum, clue) => sum + shareOf(clue), 0)

interface Choosing {
  readonly shareOf: ShareOf
}

const guards = (choosing: Choosing, plan: Plan, negated: boolean): readonly Guard[] => {
  switch (plan.kind) {
    case 'leaf':
      return (negated ? ofNegated(plan) : ofLeaf(plan)).map((clue) => [clue])
    case 'some-element':
      return negated ? NOTHING : guards(choosing, plan.of, false)
    case 'not':
      return guards(choosing, plan.of, !negated)
    case 'and':
    case 'or': {
      const parts = plan.of.map((part) => guards(choosing, part, negated))
      // The negation of an "and" is an "or" of negations.
      return (plan.kind === 'and') === negated ? anyOf(choosing, parts) : parts.flat()
    }
    default:
      return unreachable(plan)
  }
}

const NOTHING: readonly Guard[] = []

/** A guard of alternatives: the best one of each; undefined when one has none. */
const anyOf = ({ shareOf }: Choosing, parts: readonly (readonly Guard[])[]): readonly Guard[] => {
  const byField = new Map<string, Clue>()
  for (const part of parts) {
    const [first, ...others] = part
    if (first === undefined) return NOTHING
    const best = others.reduce(
      (a, b) => (shareOfGuard(b, shareOf) < shareOfGuard(a, shareOf) ? b : a),
      first,
    )
    for (const clue of best) byField.set(clue.field, merged(byField.get(clue.field), clue))
  }
  return [[...byField.values()]]
}

const merged = (a: Clue | undefined, b: Clue): Clue => {
  if (a === undefined) return b
  const needles = new Map<string, Needle>()
  for (const one of [...a.needles, ...b.needles]) needles.set(`${one.place} ${one.text}`, one)
  return {
    ...a,
    needles: [...needles.values()],
    present: a.present || b.present,
    absent: a.absent || b.absent,
  }
}

const ofLeaf = (leaf: Leaf): readonly Clue[] => {
  const { field, group, test } = leaf
  if (field === '') return []
  const needles = needlesOf(leaf)
  const isAnything =
    needles === undefined && test.kind !== 'null' && !(test.kind === 'exists' && !test.value)
  if (needles === undefined && !isAnything) return []
  return [{ field, group, needles: needles ?? [], present: isAnything, absent: false }]
}

/** Of two truth values one is left. */
const ofNegated = ({ field, group, type, list, test }: Leaf): readonly Clue[] => {
  if (test.kind !== 'boolean' || type !== 'boolean' || list) return []
  const other: Needle = { text: String(!test.value), place: 'whole' }
  return [{ field, group, needles: [other], present: false, absent: true }]
}

const needlesOf = ({ test, type }: Leaf): readonly Needle[] | undefined => {
  switch (test.kind) {
    case 'equals':
      return test.texts.map((text) => needle(text, 'whole'))
    case 'startswith':
      return [needle(test.text, 'start')]
    case 'endswith':
      return [needle(test.text, 'end')]
    case 'contains':
      return [needle(test.text, 'anywhere')]
    case 'like':
      return ofPattern(test.pattern)
    case 'boolean':
      return [needle(String(test.value), 'whole')]
    case 'number':
      if (type !== 'number' || test.operator !== 'eq') return undefined
      return [needle(textOfNumber(test.value), 'whole')]
    case 'regex':
      return literalsOf(test)?.map((text) => needle(text, 'anywhere'))
    default:
      return undefined
  }
}

const needle = (text: string, place: Needle['place']): Needle => ({ text: foldAscii(text), place })

/** The longest text of a pattern, and whether the value begins or ends with it. */
const ofPattern = (pattern: Pattern): readonly Needle[] | undefined => {
  let best: Needle | undefined
  for (const [at, part] of pattern.entries()) {
    if (typeof part !== 'object' || part.text.length <= (best?.text.length ?? 0)) continue
    const end = at === pattern.length - 1 ? 'end' : 'anywhere'
    best = needle(part.text, at === 0 ? 'start' : end)
  }
  return best && [best]
}
