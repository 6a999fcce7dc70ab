import { BlockList, isIPv4, isIPv6 } from 'node:net'
import {
  and,
  CANNOT_TELL,
  type FieldValue,
  NO,
  not,
  or,
  type Scalar,
  type Truth,
  UNKNOWN,
  YES,
} from '../../base/truth.ts'
import type { TimePart } from '../plan/modifiers.ts'
import type { Pattern } from '../plan/pattern.ts'
import type { Leaf, Plan, ScalarTest } from '../plan/plan.ts'
import { membersOf, type TestElement, type TestRow, textsOf } from './rows.ts'

/**
 * The slow, obvious version of what a plan means. It shares no code with the emitters: patterns are
 * matched by recursion, expressions run on the native engine, networks on node:net.
 */
export const referenceTruth = (plan: Plan, row: TestRow, element?: TestElement): Truth => {
  switch (plan.kind) {
    case 'and':
      return plan.of.map((part) => referenceTruth(part, row, element)).reduce(and, YES)
    case 'or':
      return plan.of.map((part) => referenceTruth(part, row, element)).reduce(or, NO)
    case 'not':
      return not(referenceTruth(plan.of, row, element))
    case 'some-element': {
      const elements = row.groups[plan.group]
      if (elements === CANNOT_TELL) return UNKNOWN
      return (elements ?? []).map((each) => referenceTruth(plan.of, row, each)).reduce(or, NO)
    }
    case 'leaf':
      return referenceLeaf(plan, row, element)
  }
}

const referenceLeaf = (leaf: Leaf, row: TestRow, element: TestElement | undefined): Truth => {
  const read = (name: string): FieldValue =>
    name === '' ? textsOf(row).texts : (element ?? row.values)[name]
  const value = read(leaf.field)
  if (value === CANNOT_TELL) return UNKNOWN
  const hidden = leaf.field === '' && row.values[''] === CANNOT_TELL ? UNKNOWN : NO
  const { test } = leaf
  const empty = Array.isArray(value) && value.length === 0 && leaf.type !== 'any'
  const absent = value === undefined || empty
  const members = membersOf(value)
  switch (test.kind) {
    case 'exists':
      return truthOf(absent !== test.value)
    case 'null':
      return truthOf(absent || members.includes(null))
    case 'same': {
      const other = read(test.other.field)
      if (other === CANNOT_TELL) return UNKNOWN
      const form = (member: Scalar): string => (test.cased ? text(member) : fold(text(member)))
      const pairs = members.flatMap((a) => membersOf(other).map((b) => [a, b] as const))
      return truthOf(pairs.some(([a, b]) => a !== null && b !== null && form(a) === form(b)))
    }
    default:
      return or(truthOf(members.some((member) => member !== null && holds(test, member))), hidden)
  }
}

const truthOf = (condition: boolean): Truth => (condition ? YES : NO)

const holds = (test: ScalarTest, value: Exclude<Scalar, null>): boolean => {
  switch (test.kind) {
    case 'equals':
      return test.texts.some((wanted) => form(test.cased, value) === wanted)
    case 'contains':
      return form(test.cased, value).split(test.text).length > 1 || test.text === ''
    case 'startswith':
      return form(test.cased, value).slice(0, test.text.length) === test.text
    case 'endswith':
      return test.text === '' || form(test.cased, value).slice(-test.text.length) === test.text
    case 'like':
      return like(test.pattern, [...form(test.cased, value)])
    case 'regex': {
      const flags = `u${test.insensitive ? 'i' : ''}${test.multiline ? 'm' : ''}${test.dotAll ? 's' : ''}`
      return new RegExp(test.source, flags).test(text(value))
    }
    case 'network':
      return inNetwork(test.text, text(value))
    case 'boolean':
      return fold(text(value)) === String(test.value)
    case 'time-part': {
      const seen = partOf(text(value), test.part)
      return seen !== undefined && compare(test.operator, seen, test.value)
    }
    case 'number': {
      const whole = typeof value === 'string' && /^-?\d{1,15}$/.test(value)
      const number = typeof value === 'number' ? value : whole ? Number(value) : Number.NaN
      if (typeof value === 'string' && String(number) !== value) return false
      return compare(test.operator, number, test.value)
    }
  }
}

/** By the ISO text of the time in UTC; a week by its Monday, from that of the 4th of January. */
const partOf = (value: string, part: TimePart): number | undefined => {
  const known = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i.test(value)
  const time = new Date(value.replace(/(\.\d{3})\d+/, '$1'))
  const day = Number(value.slice(8, 10))
  const last = new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0))
  if (!known || Number.isNaN(time.getTime()) || day > last.getUTCDate()) return undefined
  const [year = '', month = '', date = '', hour = '', minute = ''] = time
    .toISOString()
    .split(/[-T:.]/)
  const week = [1, 0, -1]
    .map((years) => firstMonday(Number(year) + years))
    .find((monday) => monday <= time.getTime())
  const weeks = Math.floor((time.getTime() - (week ?? 0)) / 604_800_000)
  const parts = { minute, hour, day: date, month, year, week: weeks + 1 }
  return Number(parts[part])
}

const firstMonday = (year: number): number => {
  const fourth = new Date(Date.UTC(year, 0, 4))
  while (fourth.getUTCDay() !== 1) fourth.setUTCDate(fourth.getUTCDate() - 1)
  return fourth.getTime()
}

const compare = (operator: string, a: number, b: number): boolean =>
  ({ eq: a === b, lt: a < b, lte: a <= b, gt: a > b, gte: a >= b })[operator] === true

const form = (cased: boolean, value: Scalar): string => (cased ? text(value) : fold(text(value)))

const text = (value: Scalar): string => String(value).replace('e+', 'e')

const fold = (value: string): string =>
  [...value].map((one) => (one >= 'A' && one <= 'Z' ? one.toLowerCase() : one)).join('')

const like = (pattern: Pattern, points: readonly string[]): boolean => {
  const [part, ...rest] = pattern
  if (part === undefined) return points.length === 0
  if (part === 'any') {
    return points.some((_, taken) => like(rest, points.slice(taken))) || like(rest, [])
  }
  if (part === 'one') return points.length > 0 && like(rest, points.slice(1))
  const wanted = [...part.text]
  const found = points.slice(0, wanted.length).join('') === part.text
  return found && like(rest, points.slice(wanted.length))
}

const inNetwork = (network: string, value: string): boolean => {
  const [base = '', bits = ''] = network.split('/')
  const address = unmapped(value)
  const start = unmapped(base)
  const mapped = isIPv4(start) && base.includes(':')
  const known = (isIPv4(address) || isIPv6(address)) && !address.includes('%')
  if (!known || isIPv4(address) !== isIPv4(start)) return false
  const list = new BlockList()
  const family = isIPv4(start) ? 'ipv4' : 'ipv6'
  list.addSubnet(start, Number(bits) - (mapped ? 96 : 0), family)
  return list.check(address, family)
}

/** An IPv4-mapped address as the IPv4 address that it is, through the canonical form of URLs. */
const unmapped = (value: string): string => {
  if (!isIPv6(value) || value.includes('%')) return value
  const canonical = new URL(`http://[${value}]/`).hostname.slice(1, -1)
  const match = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical)
  if (match === null) return value
  const high = Number.parseInt(match[1] ?? '', 16)
  const low = Number.parseInt(match[2] ?? '', 16)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
