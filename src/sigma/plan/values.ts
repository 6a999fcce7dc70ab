import { unreachable } from '../../base/assert.ts'
import { parseRange } from '../../base/ip-range.ts'
import { LIMIT } from '../../base/limit.ts'
import { foldAscii } from '../match/fold.ts'
import { numberMatcher, scalarMatcher, textOfScalar } from '../match/scalar.ts'
import type { SearchItem, SearchValue } from '../parse/detection.ts'
import type { FieldType, SchemaField } from '../schema.ts'
import { expandValue } from './expand.ts'
import type { Comparison, Modifiers, TimePart } from './modifiers.ts'
import { type Pattern, parsePattern, type Wildcard } from './pattern.ts'
import type { NumberTest, RegexTest, Test, TextTest, TimePartTest } from './plan.ts'
import { type Planning, refuse, resolveField, warn } from './planning.ts'
import { toTextTest } from './text-test.ts'
import { transformPattern } from './transform.ts'

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

/** The types of fields whose text an encoded value, or one with dashes, can be found in. */
const TRANSFORMED: readonly FieldType[] = ['text', 'any']

const reportMisuse = (asking: Asking): boolean => {
  const { planning, item, field, modifiers } = asking
  const { comparison } = modifiers
  const { place } = item
  if (field.name === '') {
    if (OF_KEYWORDS.includes(comparison) && !modifiers.negated) return true
    const used = modifiers.negated ? 'neq' : comparison
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

const wrongFor = ({ field, modifiers }: Asking): boolean => {
  const { comparison, part, transforms } = modifiers
  if (part !== undefined) return field.type !== 'time' && field.type !== 'any'
  const changed = transforms.some((one) => one !== 'expand')
  if (changed && !TRANSFORMED.includes(field.type)) return true
  return TYPES[comparison]?.includes(field.type) === false
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

const planEquals = (asking: Asking, value: SearchValue): readonly Test[] | undefined => {
  const { field, modifiers } = asking
  if (field.name === '') return planTexts(asking, value, 'contains')
  if (modifiers.transforms.some((each) => each !== 'expand')) {
    return planTexts(asking, value, 'equals')
  }
  if (value.value === null) {
    if (asking.item.values.length > 1) {
      const message =
        'null is not allowed in a list by the specification: other tools may refuse it'
      warn(asking.planning, 'sigma/null-in-list', message, value.place)
    }
    return [{ kind: 'null' }]
  }
  if (field.type === 'number') {
    const number = numberOf(value)
    if (number !== undefined) return [{ kind: 'number', operator: 'eq', value: number }]
  }
  if (field.type === 'boolean') {
    const word = foldAscii(String(value.value))
    if (word === 'true' || word === 'false') return [{ kind: 'boolean', value: word === 'true' }]
  }
  const test = toTextTest(patternOf(asking, value), asking.modifiers.cased)
  return [checked(asking, value, test)]
}

type TextComparison = 'equals' | 'contains' | 'startswith' | 'endswith'

const planTexts = (
  asking: Asking,
  value: SearchValue,
  comparison: TextComparison,
): readonly Test[] | undefined => {
  const { modifiers, field } = asking
  if (typeof value.value !== 'string' && typeof value.value !== 'number') {
    const [transform] = modifiers.transforms
    return badValue(asking, value, `${comparison === 'equals' ? transform : comparison} needs text`)
  }
  const patterns = transformPattern(patternOf(asking, value), modifiers.transforms)
  if (typeof patterns === 'string') return badValue(asking, value, patterns)
  return patterns.map((pattern) => {
    const test = toTextTest(opened(pattern, comparison), modifiers.cased)
    return field.name === '' ? test : checked(asking, value, test)
  })
}

const opened = (pattern: Pattern, comparison: TextComparison): Pattern => {
  const before: readonly Wildcard[] =
    comparison === 'contains' || comparison === 'endswith' ? ['any'] : []
  const after: readonly Wildcard[] =
    comparison === 'contains' || comparison === 'startswith' ? ['any'] : []
  return [...before, ...pattern, ...after]
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
    scalarMatcher(test)
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
  // A list of lines holds nothing but text.
  const expanded = asking.modifiers.transforms.includes('expand')
  const number = expanded || typeof value.value === 'number' ? numberOf(value) : undefined
  if (number === undefined) return badValue(asking, value, `${operator} needs a number`)
  return { kind: 'number', operator, value: number }
}

/** What a part of a time can be. Of a year only that it has four digits. */
const PART_RANGES: Readonly<Record<TimePart, readonly [number, number]>> = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  week: [1, 53],
  month: [1, 12],
  year: [0, 9999],
}

const planPartOfTime = (
  asking: Asking,
  value: SearchValue,
  part: TimePart,
  operator: NumberTest['operator'],
): Test | undefined => {
  const number = numberOf(value)
  if (number === undefined) return badValue(asking, value, `${part} needs a number`)
  const test: TimePartTest = { kind: 'time-part', part, operator, value: number }
  const [least, most] = PART_RANGES[part]
  // Whatever is compared, the least, the most or the number itself satisfies it if any does.
  const whole = Number.isInteger(number) && number >= least && number <= most ? [number] : []
  const matches = numberMatcher(test)
  if (![least, most, ...whole].some(matches)) {
    const message = `${part} is never ${operator} ${number}: it is ${least} to ${most}`
    warn(asking.planning, 'sigma/impossible-value', message, value.place)
  }
  return test
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
