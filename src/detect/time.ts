/**
 * µs since 1970 of an RFC 3339 time, digits below a microsecond left out. Undefined when the text
 * is none.
 */
export const microsecondsOf = (text: string): number | undefined => {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) return undefined
  const fraction = FRACTION.exec(text)?.[1] ?? ''
  const below = fraction.padEnd(6, '0').slice(3, 6)
  return Math.floor(ms) * 1000 + Number(below)
}

/** RFC 3339 in UTC with six decimals, as the API server writes it. */
export const timeText = (microseconds: number): string => {
  const below = ((microseconds % 1000) + 1000) % 1000
  const whole = new Date((microseconds - below) / 1000)
  // Beyond the years that a Date can hold there is nothing to write.
  if (Number.isNaN(whole.getTime())) return ''
  return `${whole.toISOString().slice(0, -1)}${String(below).padStart(3, '0')}Z`
}

const FRACTION = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d\.(\d+)/
