import { isTime } from './columns.ts'

/** Reads times as rows keep them. Most lie on the same day as the one before, and say µs. */
export class TimeReader {
  #day = ''
  /** µs since 1970 of its midnight. */
  #midnight = 0

  /**
   * µs since 1970, digits below a microsecond left out; a bigint where a double has not so many.
   * Undefined for what is no time (`isTime`).
   */
  microsecondsOf(value: unknown): number | bigint | undefined {
    if (typeof value !== 'string') return undefined
    if (value.length === USUAL_LENGTH && value.startsWith(this.#day) && this.#day !== '') {
      const clock = clockOf(value)
      if (clock !== undefined) return this.#midnight + clock
    }
    if (!isTime(value)) return undefined
    this.#remember(value.slice(0, DAY_LENGTH))
    const micro = (FRACTION.exec(value)?.[1] ?? '').padEnd(6, '0').slice(3, 6)
    const exact = BigInt(Math.floor(Date.parse(value))) * 1000n + BigInt(micro)
    const rounded = Number(exact)
    return Number.isSafeInteger(rounded) ? rounded : exact
  }

  #remember(day: string): void {
    const midnight = Date.parse(`${day}T00:00:00Z`) * 1000
    const isExact = Math.abs(midnight) < Number.MAX_SAFE_INTEGER - DAY_US
    this.#day = isExact ? day : ''
    this.#midnight = midnight
  }
}

const DAY_LENGTH = '2026-11-20'.length
const USUAL_LENGTH = '2026-11-20T10:00:00.000000Z'.length
const DAY_US = 86_400e6

/** µs since midnight of a time in UTC with six decimals; undefined where it is not just that. */
const clockOf = (text: string): number | undefined => {
  const hours = digits(text, 11, 2)
  const minutes = digits(text, 14, 2)
  const seconds = digits(text, 17, 2)
  const micro = digits(text, 20, 6)
  const isPlain = text[10] === 'T' && text[13] === ':' && text[16] === ':' && text[19] === '.'
  if (!isPlain || text[26] !== 'Z' || !(hours < 24 && minutes < 60 && seconds < 60)) {
    return undefined
  }
  return Number.isNaN(micro) ? undefined : ((hours * 60 + minutes) * 60 + seconds) * 1e6 + micro
}

/** NaN when they are no digits. */
const digits = (text: string, from: number, count: number): number => {
  let value = 0
  for (let at = from; at < from + count; at += 1) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const ZERO = '0'.charCodeAt(0)
const FRACTION = /\.(\d+)/
