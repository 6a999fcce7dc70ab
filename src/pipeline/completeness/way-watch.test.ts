import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { OneWayNote } from '../../model/source-health.ts'
import { FILE, SECOND, START } from './testing/observation.ts'
import { WaySeconds } from './way-seconds.ts'
import { WayWatch } from './way-watch.ts'

const at = (second: number): number => START + second * SECOND

const came = (
  seconds: number,
  change: (second: number) => { events?: number; sum?: number } = () => ({}),
): WaySeconds => {
  const way = new WaySeconds()
  for (let n = 0; n < seconds; n++) {
    const second = START / SECOND + n
    way.add([{ second, events: 10, sum: 70, ...change(n) }], second)
  }
  return way
}

const told = (
  file: WaySeconds,
  webhook: WaySeconds,
  untilS = 3_000,
  starts: readonly number[] = [],
): readonly OneWayNote[] =>
  new WayWatch(FILE).tick(
    at(untilS),
    new Map([
      ['file', file],
      ['webhook', webhook],
    ]),
    starts,
  )

const without = (from: number, to: number) => (second: number) =>
  second >= from && second < to ? { events: 0, sum: 0 } : {}

describe('the two ways of a log', () => {
  it('that bring the same are not told', () => {
    expect(told(came(2_000), came(2_000))).toEqual([])
  })

  it('show what only one brought', () => {
    expect(told(came(2_000), came(2_000, without(500, 503)))).toMatchObject([
      { kind: 'one-way', way: 'webhook', count: 30, fromUs: at(500), toUs: at(503), atStop: false },
    ])
    expect(told(came(2_000, without(900, 901)), came(2_000))).toMatchObject([
      { way: 'file', count: 10 },
    ])
  })

  it('show other events of the same number', () => {
    const notes = told(
      came(2_000),
      came(2_000, (n) => (n === 700 ? { sum: 71 } : {})),
    )
    expect(notes.map(({ way, count }) => [way, count])).toEqual([
      ['webhook', 1],
      ['file', 1],
    ])
  })

  it('are compared only once both had the time, and of a time that both know', () => {
    expect(told(came(2_000), came(2_000, without(1_500, 1_503)))).toEqual([])
    expect(told(came(2_000), came(2_000, without(20, 30)))).toEqual([])
    expect(told(came(2_000), came(900))).toEqual([])
    expect(told(came(2_000), new WaySeconds())).toEqual([])
  })

  it('know when the server stopped', () => {
    const lacking = came(2_000, without(500, 501))
    expect(told(came(2_000), lacking, 3_000, [at(530)])).toMatchObject([{ atStop: true }])
    expect(told(came(2_000), lacking, 3_000, [at(100)])).toMatchObject([{ atStop: false }])
  })

  it('remember LIMIT.waySecondsMax seconds at most', () => {
    const way = came(LIMIT.waySecondsMax + 500)
    const last = START / SECOND + LIMIT.waySecondsMax + 499
    expect(way.last).toBe(last)
    expect(way.between(last - LIMIT.waySecondsMax, last + 1)).toBeLessThanOrEqual(
      LIMIT.waySecondsMax * 10,
    )
    expect(way.at(last).events).toBe(10)
    expect(way.at(START / SECOND).events).toBe(0)
    expect(way.at(way.since).events).toBe(10)
  })

  it('are not confused by times that somebody made up', () => {
    const way = came(2_000)
    const now = START / SECOND + 2_000
    const madeUp = (from: number) =>
      Array.from({ length: LIMIT.waySecondsMax }, (_, n) => ({
        second: from + n,
        events: 1,
        sum: 0,
      }))
    for (const from of [0, now - 86_400, now + 86_400]) way.add(madeUp(from), now)
    way.add([{ second: now, events: 10, sum: 70 }], now)
    expect(way.last).toBe(now)
    expect(way.at(START / SECOND + 1_900).events).toBe(10)
  })
})
