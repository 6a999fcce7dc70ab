import type { FieldType } from '../schema.ts'
import type { Asking } from './asking.ts'
import type { Comparison } from './modifiers.ts'
import { refuse, warn } from './planning.ts'

/** Whether the modifiers can be asked of the field at all; an issue says why not. */
export const reportMisuse = (asking: Asking): boolean => {
  const { planning, item, field, modifiers } = asking
  const { comparison } = modifiers
  const { place } = item
  if (field.name === '') {
    const { part, negated } = modifiers
    if (OF_KEYWORDS.includes(comparison) && !negated && part === undefined) return true
    const used = part ?? (negated ? 'neq' : comparison)
    refuse(planning, 'sigma/unsupported-modifier', `${used} needs a field`, place)
    return false
  }
  const closedText = field.type === 'text' && field.values !== undefined
  const numeric = NUMERIC.includes(comparison) && modifiers.part === undefined
  const transform = modifiers.transforms.find((one) => one !== 'expand')
  const wrong = wrongFor(asking) || (numeric && closedText)
  if (wrong) {
    const asked = modifiers.part ?? (comparison === 'equals' ? transform : comparison)
    const message = `${asked} cannot be asked of ${field.name}, which is ${field.type}`
    refuse(planning, 'sigma/wrong-type', message, place)
    return false
  }
  if (numeric && field.type === 'text') {
    warn(planning, 'sigma/number-on-text', `${field.name} is text, compared as a number`, place)
  }
  return true
}

const NUMERIC: readonly Comparison[] = ['lt', 'lte', 'gt', 'gte']
const OF_KEYWORDS: readonly Comparison[] = ['equals', 'contains', 're']

/** The types of fields that a comparison can be asked of; one that is not named, of all. */
const TYPES: Readonly<Partial<Record<Comparison, readonly FieldType[]>>> = {
  contains: ['text', 'number', 'time', 'address', 'any'],
  startswith: ['text', 'number', 'time', 'address', 'any'],
  endswith: ['text', 'number', 'time', 'address', 'any'],
  re: ['text', 'number', 'time', 'address', 'any'],
  cidr: ['text', 'address', 'any'],
  lt: ['text', 'number', 'any'],
  lte: ['text', 'number', 'any'],
  gt: ['text', 'number', 'any'],
  gte: ['text', 'number', 'any'],
}

/** The types of fields whose text an encoded value, or one with dashes, can be found in. */
const TRANSFORMED: readonly FieldType[] = ['text', 'any']

const wrongFor = ({ field, modifiers }: Asking): boolean => {
  const { comparison, part, transforms } = modifiers
  if (part !== undefined) return field.type !== 'time' && field.type !== 'any'
  const changed = transforms.some((one) => one !== 'expand')
  if (changed && !TRANSFORMED.includes(field.type)) return true
  return TYPES[comparison]?.includes(field.type) === false
}
