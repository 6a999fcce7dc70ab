import { type Field, findField } from '../../model/fields.ts'
import type { FalcoOperator, FalcoTest } from './falco-condition.ts'
import { meaningOf, type SameField } from './falco-fields.ts'
import { always, FALSE, map, negated, type SigmaValue, type Term, TRUE } from './term.ts'

/** A test in Sigma's words, and how it differs from Falco's. */
export type ConvertedTest =
  | { readonly term: Term; readonly notes: readonly string[] }
  | { readonly refused: string }

/**
 * A test of Falco as one of Sigma. `texts` are its values, lists expanded. `isNegated`: whether it
 * stands below an odd number of `not`s, so that a filter which is dropped holds nothing back.
 */
export const convertTest = (
  test: FalcoTest,
  texts: readonly string[],
  isNegated: boolean,
): ConvertedTest => {
  const meaning = meaningOf(test.field, test.argument)
  switch (meaning.kind) {
    case 'dropped':
      return { term: isNegated ? FALSE : TRUE, notes: [meaning.why] }
    case 'event':
      // `jevt.rawtime exists` and `jevt.rawtime=0` are how Falco says always and never.
      return { term: test.operator === 'exists' ? TRUE : FALSE, notes: [] }
    case 'none':
      return { refused: meaning.why }
    case 'same': {
      const field = findField(meaning.field)?.field
      if (field === undefined) throw new Error(`bug: there is no field ${meaning.field}`)
      const converted = compare({ test, texts, meaning, field })
      if (typeof converted === 'string') return { refused: `${test.field}: ${converted}` }
      const { term, notes } = converted
      return { term, notes: [meaning.note, ...notes].filter((note) => note !== '') }
    }
  }
}

interface Asked {
  readonly test: FalcoTest
  readonly texts: readonly string[]
  readonly meaning: SameField
  readonly field: Field
}

/** Why it cannot be said, or how it is. */
type Compared = string | { readonly term: Term; readonly notes: readonly string[] }

function compare(asked: Asked): Compared {
  const { test, texts, meaning, field } = asked
  const { operator } = test
  // Of a body's paths only texts, numbers and booleans are read: an object there is as if absent.
  if (operator === 'exists' && field.type === 'any' && !test.field.startsWith('ka.')) {
    return `whether ${test.argument} is there cannot be asked: it may hold an object`
  }
  if (operator === 'exists') return said(map([`${meaning.field}|exists`, [true]]))
  if (meaning.values === 'path') return comparePath(asked)
  if (texts.length === 0) return said(FALSE)
  switch (operator) {
    case '=':
    case '==':
    case 'intersects':
      return equals(asked)
    case '!=': {
      const term = equals(asked)
      if (typeof term === 'string') return term
      // Of an absent field `!=` is false in Falco, and `not … =` true.
      const there = map([`${meaning.field}|exists`, [true]])
      return { ...term, term: { kind: 'and', of: [there, negated(term.term)] } }
    }
    case 'in':
      return isFalcoList(test.field) ? subset(asked) : equals(asked)
    case 'pmatch':
      return comparePrefixes(asked)
    case 'contains':
    case 'icontains':
    case 'startswith':
    case 'endswith':
    case 'glob':
    case 'iglob':
      return compareText(asked, operator)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compareNumber(asked, NUMERIC[operator])
    default:
      return `the operator ${operator} has no counterpart`
  }
}

const said = (term: Term, ...notes: readonly string[]): Compared => ({ term, notes })

const NUMERIC = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const

/** Fields with any number of values, of which `in` asks that all are in the list. */
const isFalcoList = (name: string): boolean =>
  /^ka\.(user\.groups|req\.(pod\.(containers|volumes)\.|role\.rules|pod\.supplemental_groups))/.test(
    name,
  )

/** One of the values. Falco tells upper case from lower. */
function equals({ texts, meaning, field }: Asked): Compared {
  const values = valuesOf(texts, meaning, field)
  if (typeof values === 'string') return values
  return said(map([`${meaning.field}${casedFor(meaning, field, texts)}`, values]))
}

/** All values are among those listed: there is one, and none that is not. */
function subset(asked: Asked): Compared {
  const { texts, meaning, field } = asked
  const [first, second] = texts
  const isOneBoolean = field.type === 'boolean' && second === undefined && first !== undefined
  if (field.kind !== 'element' || (field.list === true && !isOneBoolean)) {
    return 'that all of several values are in a list cannot be said (in Falco, `in` means that)'
  }
  const values = valuesOf(texts, meaning, field)
  if (typeof values === 'string') return values
  const there: readonly [string, readonly SigmaValue[]] = [`${meaning.field}|exists`, [true]]
  const other = `${meaning.field}|neq${casedFor(meaning, field, texts)}`
  return said({ kind: 'and', of: [map(there), negated(map([other, values], there))] })
}

/** As the values of a Sigma rule; a text that says why there are none. */
function valuesOf(
  texts: readonly string[],
  { values }: SameField,
  field: Field,
): readonly SigmaValue[] | string {
  if (field.type === 'boolean') {
    const odd = texts.find((text) => text !== 'true' && text !== 'false')
    return odd === undefined ? texts.map((text) => text === 'true') : `"${odd}" is no boolean`
  }
  if (field.type === 'number') {
    const odd = texts.find((text) => !NUMBER.test(text))
    return odd === undefined ? texts.map(Number) : `"${odd}" is no number`
  }
  if (values === 'capability') return texts.map((text) => literal(capability(text)))
  if (values !== 'repository') return texts.map(literal)
  return texts.map(literal).flatMap((image) => [image, `${image}:*`, `${image}@*`])
}

const NUMBER = /^-?\d{1,15}(\.\d{1,6})?$/

const capability = (text: string): string => text.toUpperCase().replace(/^CAP_/, '')

/** Text in which no character means anything but itself. */
const literal = (text: string): string => text.replaceAll(/[\\*?]/g, (found) => `\\${found}`)

/** Words that the API server has in lower case alone, and what is compared in upper case. */
const ONE_CASE = ['verb', 'objectRef.resource', 'objectRef.subresource']

function casedFor({ field, values }: SameField, { type }: Field, texts: readonly string[]): string {
  const isText = type === 'text' || type === 'any'
  const hasCase = texts.some((text) => /[a-z]/i.test(text))
  return isText && hasCase && values !== 'capability' && !ONE_CASE.includes(field) ? '|cased' : ''
}

const HOW = {
  contains: 'contains',
  icontains: 'contains',
  startswith: 'startswith',
  endswith: 'endswith',
  glob: '',
  iglob: '',
} as const satisfies Partial<Record<FalcoOperator, string>>

function compareText(asked: Asked, operator: keyof typeof HOW): Compared {
  const { texts, meaning, field } = asked
  if (meaning.field === 'responseStatus.code') return compareCode(asked)
  if (field.type !== 'text' && field.type !== 'any')
    return `${operator} asks text of a ${field.type}`
  const isGlob = operator === 'glob' || operator === 'iglob'
  const odd = isGlob ? texts.find((text) => /[[\]{}\\]/.test(text)) : undefined
  if (odd !== undefined) return `the pattern "${odd}" has more than * and ?`
  const isRepository = meaning.values === 'repository'
  if (isRepository && (isGlob || operator === 'endswith')) {
    return `${operator} of an image without its tag cannot be said`
  }
  const cased = operator.startsWith('i') ? '' : casedFor(meaning, field, texts)
  const how = HOW[operator] === '' ? '' : `|${HOW[operator]}`
  const values = isGlob ? texts : texts.map(literal)
  const note = isRepository && operator !== 'startswith' ? 'the tag is searched as well' : ''
  return said(map([`${meaning.field}${how}${cased}`, values]), note)
}

/** `startswith 2` is how Falco says 200 to 299. */
function compareCode({ test, texts, meaning }: Asked): Compared {
  const [digits = ''] = texts
  if (test.operator !== 'startswith' || !/^[1-9]\d{0,2}$/.test(digits)) {
    return `${test.operator} of a number cannot be said`
  }
  if (digits.length === 3) return said(map([meaning.field, [Number(digits)]]))
  const size = digits.length === 1 ? 100 : 10
  const from = Number(digits) * size
  const { field } = meaning
  return said({
    kind: 'and',
    of: [map([`${field}|gte`, [from]]), map([`${field}|lt`, [from + size]])],
  })
}

function compareNumber({ texts, meaning, field }: Asked, how: string): Compared {
  const [text = ''] = texts
  if (!NUMBER.test(text)) return `"${text}" is no number`
  if (field.type !== 'number' && field.type !== 'any') return `it is no number here`
  return said(map([`${meaning.field}|${how}`, [Number(text)]]))
}

/** The path itself, or what is below it. */
function comparePrefixes({ texts, meaning, field }: Asked): Compared {
  if (field.type !== 'text' && field.type !== 'any') return 'pmatch asks text'
  const paths = texts.map((text) => text.replace(/\/+$/, ''))
  const cased = casedFor(meaning, field, texts)
  const exact = paths.filter((path) => path !== '').map(literal)
  const below = paths.map((path) => `${literal(path)}/`)
  const of = [map([`${meaning.field}|startswith${cased}`, below])]
  if (exact.length > 0) of.unshift(map([`${meaning.field}${cased}`, exact]))
  return said({ kind: 'or', of })
}

/** `ka.req.volume.hostpath[/etc*]=true`. */
function comparePath({ test, texts, meaning }: Asked): Compared {
  const path = test.argument ?? ''
  const isTrue = (test.operator === '=' || test.operator === '==') && texts[0] === 'true'
  if (path === '' || !isTrue) return 'only [path]=true can be said'
  if (!path.endsWith('*')) return said(map([`${meaning.field}|cased`, [literal(path)]]))
  return said(map([`${meaning.field}|startswith|cased`, [literal(path.slice(0, -1))]]))
}

/** A test that is true of every event, to be said where a rule asks nothing. */
export const EVERY_EVENT: Term = always('verb')
