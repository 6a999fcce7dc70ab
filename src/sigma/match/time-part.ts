import { unreachable } from '../../base/assert.ts'
import type { TimePart } from '../plan/modifiers.ts'

/**
 * The part of a time, in UTC: of a text as RFC 3339 defines it. Undefined for any other text.
 */
export const timePartOf = (text: string, part: TimePart): number | undefined => {
  const [, date = '', clock = '', zone = ''] = TIME.exec(text) ?? []
  if (date === '') return undefined
  const time = new Date(`${date}T${clock}${zone.toUpperCase()}`)
  // A day that a month does not have would become one of the next month.
  const plain = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(time.getTime()) || !plain.toISOString().startsWith(date)) return undefined
  return readPart(time, part)
}

const TIME =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$/

const readPart = (time: Date, part: TimePart): number => {
  switch (part) {
    case 'minute':
      return time.getUTCMinutes()
    case 'hour':
      return time.getUTCHours()
    case 'day':
      return time.getUTCDate()
    case 'week':
      return isoWeek(time)
    case 'month':
      return time.getUTCMonth() + 1
    case 'year':
      return time.getUTCFullYear()
    default:
      return unreachable(part)
  }
}

const DAY_MS = 86_400_000

/** A week belongs to the year of its Thursday, and begins on Monday. */
const isoWeek = (time: Date): number => {
  const day = (time.getUTCDay() + 6) % 7
  const thursday = new Date(time.getTime() + (3 - day) * DAY_MS)
  const yearStart = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  return 1 + Math.floor((thursday.getTime() - yearStart) / DAY_MS / 7)
}
