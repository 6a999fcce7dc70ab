import { describe, expect, it } from 'vitest'
import type { LogSource } from '../../model/delivery.ts'
import type { SkewNote } from '../../model/source-health.ts'
import { Completeness } from './completeness.ts'
import { SkewWatch } from './skew-watch.ts'
import { FILE, linesAt, observed, SECOND, START, WEBHOOK } from './testing/observation.ts'

const at = (second: number): number => START + second * SECOND

/** Deliveries whose newest event is so many seconds old at its arrival. */
const heard = (ages: readonly number[], source = FILE): SkewWatch => {
  const watch = new SkewWatch(source)
  for (const [n, age] of ages.entries()) {
    watch.add(at(n * 10), observed(at(n * 10) - age * SECOND))
  }
  return watch
}

const times = (age: number, count = 20): readonly number[] =>
  Array.from({ length: count }, () => age)

const told = (watch: SkewWatch, othersUs?: number): readonly SkewNote[] =>
  watch.tick(at(1_000), othersUs)

describe('the clock of an API server', () => {
  it('that is right is not told', () => {
    expect(told(heard(times(0.2)))).toEqual([])
    expect(told(heard(times(-0.5)))).toEqual([])
  })

  it('that is ahead or behind is told once, by a median', () => {
    const watch = heard([...times(-7, 12), 60, ...times(-7, 7)])
    expect(told(watch)).toMatchObject([{ kind: 'clock-skew', aheadSeconds: 7 }])
    expect(told(watch)).toEqual([])
    const [behind] = told(heard(times(5)))
    expect(behind?.aheadSeconds).toBeCloseTo(-5, 0)
  })

  it('is not judged by a few deliveries', () => {
    expect(told(heard(times(-7, 14)))).toEqual([])
  })

  it('is not judged while a log catches up, or batches come again', () => {
    const catchingUp = Array.from({ length: 25 }, (_, n) => 600 - n * 20)
    expect(told(heard(catchingUp))).toEqual([])
    expect(told(heard([...times(0.2, 12), ...times(85, 8)]))).toEqual([])
  })

  it('is not judged by what was held up and comes all at once', () => {
    const watch = heard(times(0.2), WEBHOOK)
    for (let n = 0; n < 100; n++) {
      watch.add(at(200) + n * 0.1 * SECOND, observed(at(200) - 180 * SECOND + n * SECOND))
    }
    expect(told(watch)).toEqual([])
  })

  it('is not wrong because batches wait, for nobody knows how long', () => {
    expect(told(heard(times(5), WEBHOOK))).toEqual([])
    expect(told(heard(times(29), WEBHOOK))).toEqual([])
    expect(told(heard(times(40), WEBHOOK))).toMatchObject([{ way: 'webhook', aheadSeconds: -10 }])
  })

  it('is ahead although batches wait, by the least of many', () => {
    const waits = Array.from({ length: 30 }, (_, n) => (n * 7) % 30)
    const ahead = heard(
      waits.map((wait) => wait - 7),
      WEBHOOK,
    )
    expect(told(ahead)[0]?.aheadSeconds).toBeGreaterThan(3)
    expect(told(heard([-600, -500, ...times(8, 28)], WEBHOOK))).toEqual([])
  })

  it('is compared with the others of its cluster', () => {
    const watch = new Completeness()
    const sources: readonly (readonly [LogSource, number])[] = [
      [FILE, 1.5],
      [{ ...FILE, server: 'master-2' }, -1.5],
      [{ ...FILE, server: 'master-3' }, -1.6],
    ]
    for (let n = 0; n < 20; n++) {
      for (const [source, age] of sources) {
        const lastUs = at(n * 10) - age * SECOND
        watch.observe(
          linesAt(source, at(n * 10)),
          observed(lastUs, { events: 1_000, firstUs: lastUs - SECOND }),
        )
      }
    }
    const { notes } = watch.tick(at(200))
    expect(notes.map(({ server }) => server)).toEqual(
      ['master-1', 'master-2', 'master-3'].slice(0, notes.length),
    )
    const [first] = notes
    expect(first).toMatchObject({ kind: 'clock-skew', server: 'master-1' })
    const ahead = first?.kind === 'clock-skew' ? first.aheadOfOthersSeconds : undefined
    expect(ahead).toBeCloseTo(-3, 0)
  })
})
