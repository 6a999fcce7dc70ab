import { numberMatcher } from '../match/scalar.ts'
import type { SearchValue } from '../parse/detection.ts'
import { type Asking, badValue } from './asking.ts'
import type { TimePart } from './modifiers.ts'
import type { NumberTest, Test, TimePartTest } from './plan.ts'
import { warn } from './planning.ts'

/** A comparison with a number. */
export const planNumber = (
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

/** A comparison of a part of a time with a number. */
export const planPartOfTime = (
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

/** A number, or text that is one in plain decimals. */
export const numberOf = ({ value }: SearchValue): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || !PLAIN_DECIMAL.test(value)) return undefined
  return Number(value)
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

const PLAIN_DECIMAL = /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$/
