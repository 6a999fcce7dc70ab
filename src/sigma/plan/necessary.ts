import { unreachable } from '../../base/assert.ts'
import { foldAscii } from '../match/fold.ts'
import type { Leaf, Plan } from './plan.ts'

/** Field names with the texts, folded to lower case, of which the field must hold one. */
export type Needs = ReadonlyMap<string, ReadonlySet<string>>

/**
 * What a row needs for the plan to be anything but "no", as far as the fields are known: for an
 * index. Only plain equality of text counts; a negation needs nothing.
 */
export const necessary = (plan: Plan): Needs => {
  switch (plan.kind) {
    case 'leaf':
      return ofLeaf(plan)
    case 'some-element':
      return necessary(plan.of)
    case 'not':
      return NOTHING
    case 'and':
      return plan.of.map(necessary).reduce(both, NOTHING)
    case 'or': {
      const [first = NOTHING, ...others] = plan.of.map(necessary)
      return others.reduce(either, first)
    }
    default:
      return unreachable(plan)
  }
}

const NOTHING: Needs = new Map()

const ofLeaf = ({ field, test }: Leaf): Needs => {
  if (test.kind !== 'equals' || field === '') return NOTHING
  return new Map([[field, new Set(test.texts.map(foldAscii))]])
}

/** Each alone is necessary: of two sets for one field the smaller says more. */
const both = (a: Needs, b: Needs): Needs => {
  const needs = new Map(a)
  for (const [field, texts] of b) {
    const known = needs.get(field)
    if (known === undefined || texts.size < known.size) needs.set(field, texts)
  }
  return needs
}

const either = (a: Needs, b: Needs): Needs => {
  const needs = new Map<string, ReadonlySet<string>>()
  for (const [field, texts] of a) {
    const others = b.get(field)
    if (others !== undefined) needs.set(field, new Set([...texts, ...others]))
  }
  return needs
}
