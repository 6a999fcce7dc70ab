import { unreachable } from '../../base/assert.ts'
import { parseRange } from '../../base/ip-range.ts'
import type { SearchItem, SearchValue } from '../parse/detection.ts'
import type { SchemaField } from '../schema.ts'
import { type Asking, badValue } from './asking.ts'
import { expandValue } from './expand.ts'
import { reportMisuse } from './misuse.ts'
import type { Modifiers } from './modifiers.ts'
import { planNumber, planPartOfTime } from './number-values.ts'
import type { Test } from './plan.ts'
import { type Planning, refuse, resolveField } from './planning.ts'
import { planEquals, planRegex, planTexts } from './text-values.ts'

/**
 * The tests that the values of an item ask for, by value: any test of a value is enough for it.
 * Unless all values are needed, they are one: plain texts that are alternatives become one test.
 * Undefined, with an issue, when one cannot be evaluated.
 */
export const planValues = (
  planning: Planning,
  item: SearchItem,
  field: SchemaField,
  modifiers: Modifiers,
): readonly (readonly Test[])[] | undefined => {
  const asking: Asking = { planning, item, field, modifiers }
  if (!reportMisuse(asking)) return undefined
  const planned = item.values.map((value) => planWritten(asking, value))
  const tests = planned.filter((test) => test !== undefined)
  if (tests.length < planned.length) return undefined
  return modifiers.all ? tests.map(mergeEquals) : [mergeEquals(tests.flat())]
}

/** The tests of a value as it is written: several when it is expanded or has several forms. */
const planWritten = (asking: Asking, value: SearchValue): readonly Test[] | undefined => {
  const expands = asking.modifiers.transforms.includes('expand')
  const values = expands ? expandValue(asking.planning, value) : [value]
  const planned = values?.map((each) => planValue(asking, each))
  const tests = planned?.filter((each) => each !== undefined)
  return tests?.length === planned?.length ? tests?.flat() : undefined
}

const planValue = (asking: Asking, value: SearchValue): readonly Test[] | undefined => {
  const { comparison, part } = asking.modifiers
  switch (comparison) {
    case 'equals':
      if (part !== undefined) return one(planPartOfTime(asking, value, part, 'eq'))
      return planEquals(asking, value)
    case 'contains':
    case 'startswith':
    case 'endswith':
      return planTexts(asking, value, comparison)
    case 're':
      return one(planRegex(asking, value))
    case 'cidr':
      return one(planNetwork(asking, value))
    case 'exists':
      return one(planExists(asking, value))
    case 'fieldref':
      return one(planReference(asking, value))
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      if (part !== undefined) return one(planPartOfTime(asking, value, part, comparison))
      return one(planNumber(asking, value, comparison))
    default:
      return unreachable(comparison)
  }
}

const one = (test: Test | undefined): readonly Test[] | undefined => test && [test]

const planNetwork = (asking: Asking, value: SearchValue): Test | undefined => {
  const text = value.value
  const network = typeof text === 'string' && text.includes('/') ? parseRange(text) : undefined
  if (typeof text !== 'string' || network === undefined) {
    return badValue(asking, value, 'cidr needs a network: address/bits')
  }
  return { kind: 'network', network, text }
}

const planExists = (asking: Asking, value: SearchValue): Test | undefined => {
  if (typeof value.value !== 'boolean' || asking.item.values.length !== 1) {
    return badValue(asking, value, 'exists needs true or false')
  }
  return { kind: 'exists', value: value.value }
}

const planReference = (asking: Asking, value: SearchValue): Test | undefined => {
  const { planning, field, modifiers } = asking
  if (typeof value.value !== 'string') return badValue(asking, value, 'fieldref needs a name')
  const other = resolveField(planning, value.value, value.place)
  if (other === undefined) return undefined
  if (other.group !== field.group) {
    const message = `${field.name} and ${other.name} do not belong to the same element`
    return refuse(planning, 'sigma/unsupported-reference', message, value.place)
  }
  const { type, list, column } = other
  return { kind: 'same', other: { field: other.name, type, list, column }, cased: modifiers.cased }
}

/** Alternatives of plain text become one test, in place of the first. */
const mergeEquals = (tests: readonly Test[]): readonly Test[] => {
  const plain = tests.filter((test) => test.kind === 'equals')
  const [first, ...others] = plain
  if (first === undefined || others.length === 0) return tests
  const rest = new Set(others.flatMap((test) => test.texts))
  for (const text of first.texts) rest.delete(text)
  const merged: Test = { ...first, texts: [...first.texts, ...rest] }
  const kept = tests.filter((test) => test.kind !== 'equals' || test === first)
  return kept.map((test) => (test === first ? merged : test))
}
