import { unreachable } from '../../base/assert.ts'
import type { Needle } from '../../base/needles.ts'
import { foldAscii } from '../match/fold.ts'
import { requiredLiteral } from '../match/required-literal.ts'
import { textOfNumber } from '../match/scalar.ts'
import type { Pattern } from './pattern.ts'
import type { Leaf, Plan } from './plan.ts'

/**
 * What a field must hold, or one element of its array, for a plan to be anything but "no": one of
 * the needles in the text of its value, or no value at all where `absent` says so. As with every
 * test, a field that cannot be told rules nothing out.
 */
export interface Guard {
  readonly field: string
  readonly group: string | undefined
  readonly needles: readonly Needle[]
  readonly absent: boolean
}

/**
 * The guards of a plan, for an index: each by itself is necessary. They may let pass what the plan
 * does not.
 */
export const guardsOf = (plan: Plan): readonly Guard[] => guards(plan, false)

const guards = (plan: Plan, negated: boolean): readonly Guard[] => {
  switch (plan.kind) {
    case 'leaf':
      return negated ? ofNegated(plan) : ofLeaf(plan)
    case 'some-element':
      return negated ? NOTHING : guards(plan.of, false)
    case 'not':
      return guards(plan.of, !negated)
    case 'and':
    case 'or': {
      const parts = plan.of.map((part) => guards(part, negated))
      const [first = NOTHING, ...others] = parts
      // The negation of an "and" is an "or" of negations.
      return (plan.kind === 'and') === negated ? others.reduce(either, first) : parts.flat()
    }
    default:
      return unreachable(plan)
  }
}

const NOTHING: readonly Guard[] = []

const ofLeaf = (leaf: Leaf): readonly Guard[] => {
  const needles = needlesOf(leaf)
  if (leaf.field === '' || needles === undefined) return NOTHING
  return [{ field: leaf.field, group: leaf.group, needles, absent: false }]
}

/** Of two truth values one is left. */
const ofNegated = ({ field, group, type, list, test }: Leaf): readonly Guard[] => {
  if (test.kind !== 'boolean' || type !== 'boolean' || list) return NOTHING
  const other: Needle = { text: String(!test.value), place: 'whole' }
  return [{ field, group, needles: [other], absent: true }]
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
    case 'regex': {
      const literal = test.insensitive ? undefined : requiredLiteral(test.source)
      return literal === undefined ? undefined : [needle(literal, 'anywhere')]
    }
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

/** A guard of both: where each has one on the same field, either's needles. */
const either = (a: readonly Guard[], b: readonly Guard[]): readonly Guard[] =>
  a.flatMap((one) => {
    const other = b
      .filter(({ field }) => field === one.field)
      .reduce<Guard | undefined>(fewer, undefined)
    if (other === undefined) return []
    const needles = new Map<string, Needle>()
    for (const each of [...one.needles, ...other.needles]) {
      needles.set(`${each.place} ${each.text}`, each)
    }
    return [{ ...one, needles: [...needles.values()], absent: one.absent || other.absent }]
  })

const fewer = (a: Guard | undefined, b: Guard): Guard =>
  a === undefined || b.needles.length < a.needles.length ? b : a
