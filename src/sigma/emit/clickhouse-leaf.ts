import { unreachable } from '../../base/assert.ts'
import type { IpRange } from '../../base/ip-range.ts'
import { IPV4_SOURCE } from '../match/network.ts'
import { NUMERIC_TEXT, textOfNumber } from '../match/scalar.ts'
import type { Pattern } from '../plan/pattern.ts'
import type {
  Leaf,
  NumberTest,
  RegexTest,
  ScalarTest,
  TextTest,
  TimePartTest,
} from '../plan/plan.ts'
import type { FieldType } from '../schema.ts'

/** The value of a query parameter. A number is given as its text, which no client rounds. */
export type StatementParameter = string | readonly string[]

/** Binds a literal and gives the parameter that stands for it. */
export type Binding = (type: string, value: StatementParameter) => string

/** What a test is written with. */
export interface TestParts {
  readonly bind: Binding
  /** The expression of the field's value. */
  readonly value: string
  /** That of the field compared with, for `same`. */
  readonly other: string
  /** Whether the one value of the field was written as null. */
  readonly writtenAsNull: string
}

/**
 * Whether ClickHouse might judge the test otherwise, or refuse it and the whole query with it. Of
 * an expression: `\B` matches between the bytes of a character there; classes of Unicode repeated
 * often become programs larger than its RE2 allows; the rest cannot be escaped by `regexSource`. A
 * time is stored as one, not as the text that rules are written for: only its parts can be asked.
 */
export const isBeyondClickHouse = ({ test, type }: Leaf): boolean => {
  if (type === 'time') return test.kind !== 'time-part'
  if (test.kind === 'same') return test.other.type === 'time'
  if (test.kind !== 'regex') return false
  const { source } = test
  const classes = source.match(/\\p/gi)?.length ?? 0
  if (classes > UNICODE_CLASSES_MAX || (classes > 0 && /\{[0-9]/.test(source))) return true
  return /\\[BQ\u0080-\uffff]|\(\?P?<[^>]*[\u0080-\uffff]/.test(source)
}

const UNICODE_CLASSES_MAX = 20

/** A test of a known value as SQL: 1, 0, or NULL where the value is absent. */
export const sqlOfTest = (leaf: Leaf, parts: TestParts): string => {
  const { test, list, type } = leaf
  const { value } = parts
  switch (test.kind) {
    case 'exists': {
      const there = list ? `notEmpty(${value})` : `(isNotNull(${value}) OR ${parts.writtenAsNull})`
      return test.value ? there : `(NOT ${there})`
    }
    case 'null':
      if (!list) return `isNull(${value})`
      return `(empty(${value}) OR arrayExists(member -> isNull(member), ${value}))`
    case 'same': {
      const mine = textsOf(value, list, type, test.cased)
      return `hasAny(${mine}, ${textsOf(parts.other, test.other.list, test.other.type, test.cased)})`
    }
    default: {
      if (!list) return sqlOfScalar(test, type, value, parts.bind)
      const condition = sqlOfScalar(test, type, 'member', parts.bind)
      return `arrayExists(member -> ifNull(${condition}, 0), ${value})`
    }
  }
}

const sqlOfScalar = (test: ScalarTest, type: FieldType, value: string, bind: Binding): string => {
  const text = textOf(value, type)
  switch (test.kind) {
    case 'equals':
    case 'contains':
    case 'startswith':
    case 'endswith':
    case 'like':
      return sqlOfText(test, test.cased ? text : `lower(${text})`, bind)
    case 'regex':
      return `match(${text}, ${bind('String', regexSource(test))})`
    case 'network':
      return sqlOfNetwork(test.network, text, bind)
    case 'number':
      return sqlOfNumber(test, type, value, bind)
    case 'time-part':
      return sqlOfTimePart(test, value, bind)
    case 'boolean':
      return `(lower(${text}) = ${bind('String', String(test.value))})`
    default:
      return unreachable(test)
  }
}

/** `+ 0` makes 0 of -0, whose text JavaScript does not tell apart. */
const textOf = (value: string, type: FieldType): string => {
  if (type === 'number') return `toString(${value} + 0)`
  return type === 'boolean' ? `toString(${value})` : value
}

const sqlOfText = (test: TextTest, text: string, bind: Binding): string => {
  switch (test.kind) {
    case 'equals': {
      const [only] = test.texts
      if (test.texts.length === 1) return `(${text} = ${bind('String', only)})`
      return `(${text} IN ${bind('Array(String)', test.texts)})`
    }
    case 'contains':
      return `(position(${text}, ${bind('String', test.text)}) > 0)`
    case 'startswith':
      return `startsWith(${text}, ${bind('String', test.text)})`
    case 'endswith':
      return `endsWith(${text}, ${bind('String', test.text)})`
    case 'like':
      return `match(${text}, ${bind('String', patternSource(test.pattern))})`
    default:
      return unreachable(test)
  }
}

/**
 * ClickHouse lets the dot match line breaks unless told otherwise; re2js and Sigma do not. It also
 * searches first for text that an expression must contain, and takes a character beyond ASCII
 * before `?` or `*` for such text: escaped, it does not. See the case `optional-beyond-ascii`.
 */
const regexSource = ({ source, insensitive, multiline, dotAll }: RegexTest): string => {
  const flags = `${insensitive ? 'i' : ''}${multiline ? 'm' : ''}${dotAll ? 's' : '-s'}`
  const escaped = source.replace(
    /[\u0080-\u{10ffff}]/gu,
    (point) => `\\x{${point.codePointAt(0)?.toString(16)}}`,
  )
  return `(?${flags})${escaped}`
}

/** RE2 works on code points of UTF-8, so that `?` is one code point here too. */
const patternSource = (pattern: Pattern): string => {
  const parts = pattern.map((part) => {
    if (part === 'any') return '.*'
    return part === 'one' ? '.' : escapeRegex(part.text)
  })
  return `(?s)^${parts.join('')}$`
}

const escapeRegex = (text: string): string =>
  text.replace(/[^A-Za-z0-9_\u0080-\uffff]/g, (character) =>
    character === '\0' ? '\\x00' : `\\${character}`,
  )

const TIME_PARTS: Readonly<Record<TimePartTest['part'], string>> = {
  minute: 'toMinute',
  hour: 'toHour',
  day: 'toDayOfMonth',
  week: 'toISOWeek',
  month: 'toMonth',
  year: 'toYear',
}

const sqlOfTimePart = (
  { part, operator, value }: TimePartTest,
  seen: string,
  bind: Binding,
): string =>
  `(${TIME_PARTS[part]}(${seen}, 'UTC') ${OPERATORS[operator]} ${bind('Float64', textOfNumber(value))})`

const OPERATORS = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

const sqlOfNumber = (test: NumberTest, type: FieldType, value: string, bind: Binding): string => {
  const operator = OPERATORS[test.operator]
  const wanted = bind('Float64', textOfNumber(test.value))
  if (type === 'number') return `(${value} ${operator} ${wanted})`
  const text = textOf(value, type)
  const numeric = `match(${text}, ${bind('String', NUMERIC_TEXT)})`
  return `(${numeric} AND toFloat64OrNull(${text}) ${operator} ${wanted})`
}

/** What can be an IPv6 address, by its characters and the IPv4 address it may end in. */
const IPV6_SHAPE = `^[0-9a-fA-F:]*:([0-9a-fA-F]*|${IPV4_SOURCE})$`

/** Both families as IPv6: an IPv4 address is the mapped one. Other text is NULL or refused. */
const sqlOfNetwork = ({ address, bits }: IpRange, text: string, bind: Binding): string => {
  const isV4 = address.length === 4
  const start = isV4 ? Uint8Array.of(...MAPPED, ...address) : address
  const shape = bind('String', `^${IPV4_SOURCE}$|${IPV6_SHAPE}`)
  const seen = `toIPv6OrNull(${text})`
  const inside = sqlOfRange(seen, start, isV4 ? bits + MAPPED_BITS : bits, bind)
  const mapped = sqlOfRange(seen, Uint8Array.of(...MAPPED, 0, 0, 0, 0), MAPPED_BITS, bind)
  return `(match(${text}, ${shape}) AND ${inside}${isV4 ? '' : ` AND NOT (${mapped})`})`
}

/** The first 96 bits of an IPv4-mapped address. */
const MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
const MAPPED_BITS = 96

const sqlOfRange = (seen: string, start: Uint8Array, bits: number, bind: Binding): string => {
  const mask = start.map((_, at) => 0xff >> Math.min(8, Math.max(0, bits - at * 8)))
  const first = start.map((byte, at) => byte & ~(mask[at] ?? 0))
  const last = start.map((byte, at) => byte | (mask[at] ?? 0))
  return `${seen} BETWEEN ${sqlOfAddress(first, bind)} AND ${sqlOfAddress(last, bind)}`
}

const sqlOfAddress = (address: Uint8Array, bind: Binding): string => {
  const groups = Buffer.from(address).toString('hex').match(/.{4}/g) ?? []
  return `toIPv6(${bind('String', groups.join(':'))})`
}

/** The texts of a field's values, nulls left out. */
const textsOf = (value: string, list: boolean, type: FieldType, cased: boolean): string => {
  const text = textOf('member', type)
  const members = list ? value : `[${value}]`
  const texts = `arrayMap(member -> ${cased ? text : `lower(${text})`}, ${members})`
  return `arrayFilter(member -> isNotNull(member), ${texts})`
}
