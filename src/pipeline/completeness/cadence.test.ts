import { describe, expect, it } from 'vitest'
import { Cadence } from './cadence.ts'
import { SECOND, START } from './testing/observation.ts'

const MINUTE = 60 * SECOND

const heard = (times: readonly number[]): Cadence => {
  const cadence = new Cadence(60 * SECOND, 3)
  for (const time of times) cadence.seen(time)
  return cadence
}

const every = (pauseUs: number, count: number, fromUs = START): readonly number[] =>
  Array.from({ length: count }, (_, n) => fromUs + n * pauseUs)

describe('a cadence', () => {
  it('knows nothing of what it hardly saw, and then only ten minutes are long', () => {
    expect(heard([]).usualUs()).toBeUndefined()
    expect(heard(every(SECOND, 19)).usualUs()).toBeUndefined()
    expect(heard(every(SECOND, 100)).usualUs()).toBeUndefined()
    expect(heard(every(SECOND, 100)).silentAfterUs()).toBe(10 * MINUTE)
  })

  it('learns the longest pause that is usual', () => {
    expect(heard(every(10 * SECOND, 40)).usualUs()).toBe(10 * SECOND)
    const uneven = every(10 * SECOND, 40).filter((_, n) => n % 5 !== 3)
    expect(heard(uneven).usualUs()).toBe(20 * SECOND)
  })

  it('calls nothing long that is shorter than the floor, or than three times the usual', () => {
    expect(heard(every(SECOND, 400)).silentAfterUs()).toBe(60 * SECOND)
    expect(heard(every(30 * SECOND, 40)).silentAfterUs()).toBe(90 * SECOND)
  })

  it('does not take the silence of an outage for usual', () => {
    const before = every(10 * SECOND, 60)
    const after = every(10 * SECOND, 60, (before.at(-1) ?? 0) + 50 * MINUTE)
    expect(heard([...before, ...after]).usualUs()).toBe(10 * SECOND)
  })

  it('gets used to quiet nights within the same day', () => {
    const day = every(10 * SECOND, 600)
    const night = every(5 * MINUTE, 100, (day.at(-1) ?? 0) + 5 * MINUTE)
    expect(heard([...day, ...night]).usualUs()).toBe(5 * MINUTE)
  })

  it('takes what comes out of order for nothing', () => {
    const cadence = heard(every(10 * SECOND, 40))
    cadence.seen(START)
    expect(cadence.lastUs).toBe(START + 390 * SECOND)
  })
})
