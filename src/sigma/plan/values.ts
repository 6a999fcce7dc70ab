import { unreachable } from '../../base/assert.ts'
import { parseRange } from '../../base/ip-range.ts'
import { LIMIT } from '../../base/limit.ts'
import { foldAscii } from '../match/fold.ts'
import { regexMatcher } from '../match/regex.ts'
import { scalarMatcher, textOfScalar } from '../match/scalar.ts'
import type { SearchItem, SearchValue } from '../parse/detection.ts'
import type { FieldType, SchemaField } from '../schema.ts'
import type { Comparison, Modifiers } from './modifiers.ts'
import { type Pattern, parsePattern, type Wildcard } from './pattern.ts'
import type { NumberTest, RegexTest, Test, TextTest } from './plan.ts'
import { type Planning, refuse, resolveField, warn } from './planning.ts'
import { toTextTest } from './text-test.ts'

/**
 * The tests that the values of an item ask for, one for each value; plain texts that are
 * alternatives become one test. Undefined, with an issue, when one cannot be evaluated.
 */
export const planValues = (
  planning: Planning,
  item: SearchItem,
  field: SchemaField,
  modifiers: Modifiers,
): readonly Test[] | undefined => {
  const asking: Asking = { planning, item, field, modifiers }
  if (!reportMisuse(asking)) return undefined
  const planned = item.values.map((value) => planValue(asking, value))
  const tests = planned.filter((test) => test !== undefined)
  if (tests.length < planned.length) return undefined
  return modifiers.all ? tests : mergeEquals(tests)
}

interface Asking {
  readonly planning: Planning
  readonly item: SearchItem
  readonly field: SchemaField
  readonly modifiers: Modifiers
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

const reportMisuse = ({ planning, item, field, modifiers }: Asking): boolean => {
  const { comparison } = modifiers
  const { place } = item
  if (field.name === '') {
    if (OF_KEYWORDS.includes(comparison) && !modifiers.negated) return true
    const used = modifiers.negated ? 'neq' : comparison
    refuse(planning, 'sigma/unsupported-modifier', `${used} needs a field`, place)
    return false
  }
  const closedText = field.type === 'text' && field.values !== undefined
  const numeric = NUMERIC.includes(comparison)
  if (TYPES[comparison]?.includes(field.type) === false || (numeric && closedText)) {
    const message = `${comparison} cannot be asked of ${field.name}, which is ${field.type}`
    refuse(planning, 'sigma/wrong-type', message, place)
    return false
  }
  if (numeric && field.type === 'text') {
    warn(planning, 'sigma/number-on-text', `${field.name} is text, compared as a number`, place)
  }
  return true
}

const planValue = (asking: Asking, value: SearchValue): Test | undefined => {
  const { comparison } = asking.modifiers
  switch (comparison) {
    case 'equals':
      return planEquals(asking, value)
    case 'contains':
    case 'startswith':
    case 'endswith':
      return planPart(asking, value, comparison)
    case 're':
      return planRegex(asking, value)
    case 'cidr':
      return planNetwork(asking, value)
    case 'exists':
      return planExists(asking, value)
    case 'fieldref':
      return planReference(asking, value)
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return planNumber(asking, value, comparison)
    default:
      return unreachable(comparison)
  }
}

const planEquals = (asking: Asking, value: SearchValue): Test | undefined => {
  const { field } = asking
  if (field.name === '') return planPart(asking, value, 'contains')
  if (value.value === null) return { kind: 'null' }
  if (field.type === 'number') {
    const number = numberOf(value)
    if (number !== undefined) return { kind: 'number', operator: 'eq', value: number }
  }
  if (field.type === 'boolean') {
    const word = foldAscii(String(value.value))
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true' }
  }
  const test = toTextTest(patternOf(asking, value), asking.modifiers.cased)
  return checked(asking, value, test)
}

const planPart = (
  asking: Asking,
  value: SearchValue,
  comparison: 'contains' | 'startswith' | 'endswith',
): Test | undefined => {
  if (typeof value.value !== 'string' && typeof value.value !== 'number') {
    return badValue(asking, value, `${comparison} needs text`)
  }
  const open: readonly Wildcard[] = ['any']
  const pattern: Pattern = [
    ...(comparison === 'startswith' ? [] : open),
    ...patternOf(asking, value),
    ...(comparison === 'endswith' ? [] : open),
  ]
  const test = toTextTest(pattern, asking.modifiers.cased)
  return asking.field.name === '' ? test : checked(asking, value, test)
}

/** The text of a value with its wildcards. Booleans and numbers have their usual text. */
const patternOf = ({ planning }: Asking, { value, source, place }: SearchValue): Pattern => {
  if (typeof value === 'string') return parsePattern(value)
  const text = textOfScalar(value) ?? ''
  if (typeof value === 'number' && text !== source) {
    const message = `${source} is the number ${text}: put it in quotes if its text is meant`
    warn(planning, 'sigma/number-rewritten', message, place)
  }
  return text === '' ? [] : [{ text }]
}

const planRegex = (asking: Asking, { value, source, place }: SearchValue): Test | undefined => {
  const { planning, modifiers } = asking
  if (typeof value !== 'string' && typeof value !== 'number') {
    return badValue(asking, { value, source, place }, 're needs an expression')
  }
  const { insensitive, multiline, dotAll } = modifiers
  const text = typeof value === 'string' ? value : source
  const test: RegexTest = { kind: 'regex', source: text, insensitive, multiline, dotAll }
  if (text.length > LIMIT.regexCharactersMax) {
    const message = `longer than ${LIMIT.regexCharactersMax} characters`
    return refuse(planning, 'sigma/bad-regex', message, place)
  }
  try {
    regexMatcher(test)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return refuse(planning, 'sigma/bad-regex', message, place)
  }
  return asking.field.name === '' ? test : checked(asking, { value, source, place }, test)
}

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

const planNumber = (
  asking: Asking,
  value: SearchValue,
  operator: NumberTest['operator'],
): Test | undefined => {
  if (typeof value.value !== 'number' || !Number.isFinite(value.value)) {
    return badValue(asking, value, `${operator} needs a number`)
  }
  return { kind: 'number', operator, value: value.value }
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

/** A number, or text that is one in plain decimals. */
const numberOf = ({ value }: SearchValue): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || !PLAIN_DECIMAL.test(value)) return undefined
  return Number(value)
}

const PLAIN_DECIMAL = /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$/

/** Warns when no value that the field can have satisfies the test. */
const checked = (
  asking: Asking,
  { place, source }: SearchValue,
  test: TextTest | RegexTest,
): Test => {
  const { planning, field } = asking
  const possible = possibleValues(field)
  if (possible !== undefined && !possible.some(scalarMatcher(test).text)) {
    const values = possible.map((one) => (one === '' ? '""' : one)).join(', ')
    const message = `${field.name} is never ${JSON.stringify(source)}: it is ${values}`
    warn(planning, 'sigma/impossible-value', message, place)
  }
  if (field.type === 'number' && test.kind === 'equals') {
    const message = `${field.name} is a number and never ${JSON.stringify(source)}`
    warn(planning, 'sigma/impossible-value', message, place)
  }
  return test
}

const possibleValues = ({ type, values }: SchemaField): readonly string[] | undefined =>
  type === 'boolean' ? ['true', 'false'] : values

const badValue = (asking: Asking, value: SearchValue, message: string): undefined =>
  refuse(asking.planning, 'sigma/bad-value', message, value.place)

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
