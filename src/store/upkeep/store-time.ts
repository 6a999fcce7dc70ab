/** The latest moment that a column of the store holds. */
export const LATEST_US: number = Date.UTC(2299, 11, 31) * 1000

/** A moment in µs since 1970 as a column of time takes it; what lies beyond is its nearest one. */
export const timeOfStore = (us: number): string => {
  const inside = Math.min(Math.max(Math.floor(us), EARLIEST_US), LATEST_US)
  const below = ((inside % 1000) + 1000) % 1000
  const whole = new Date((inside - below) / 1000).toISOString().slice(0, -1)
  return `${whole}${String(below).padStart(3, '0')}Z`
}

const EARLIEST_US = Date.UTC(1900, 0, 1) * 1000
