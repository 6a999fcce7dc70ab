import { LIMIT } from '../../base/limit.ts'
import { foldAscii } from '../match/fold.ts'
import { scalarMatcher, textOfScalar } from '../match/scalar.ts'
import type { SearchValue } from '../parse/detection.ts'
import type { SchemaField } from '../schema.ts'
import { type Asking, badValue } from './asking.ts'
import { numberOf } from './number-values.ts'
import { type Pattern, parsePattern, type Wildcard } from './pattern.ts'
import type { RegexTest, Test, TextTest } from './plan.ts'
import { refuse, warn } from './planning.ts'
import { toTextTest } from './text-test.ts'
import { transformPattern } from './transform.ts'

/** The tests of a value that must be the whole of it: of text, a number, a boolean or null. */
export const planEquals = (asking: Asking, value: SearchValue): readonly Test[] | undefined => {
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

/** How texts are compared. */
export type TextComparison = 'equals' | 'contains' | 'startswith' | 'endswith'

/** The tests of a text, whole or in part, in all the forms that it may have. */
export const planTexts = (
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

/** A regular expression, refused when it cannot be run. */
export const planRegex = (
  asking: Asking,
  { value, source, place }: SearchValue,
): Test | undefined => {
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
    const never = field.open === true ? 'is hardly ever' : 'is never'
    const message = `${field.name} ${never} ${JSON.stringify(source)}: it is ${values}`
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
