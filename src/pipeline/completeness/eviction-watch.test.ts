import { describe, expect, it } from 'vitest'
import type { EvictionNote } from '../../model/source-health.ts'
import { EvictionWatch } from './eviction-watch.ts'
import { FILE, observed, SECOND, START } from './testing/observation.ts'

const at = (second: number): number => START + second * SECOND

/** A delivery each second, of so many bytes, from one second up to another. */
const feed = (
  watch: EvictionWatch,
  [fromS, toS]: readonly [number, number],
  bytes: number,
  fingerprintOf: (second: number) => string = () => 'f',
  hugeMetadata = 0,
): readonly EvictionNote[] => {
  const notes: EvictionNote[] = []
  for (let second = fromS; second < toS; second++) {
    watch.add(at(second), observed(at(second), { bytes, hugeMetadata }), fingerprintOf(second))
    notes.push(...watch.tick(at(second)))
  }
  return notes
}

describe('a flood', () => {
  it('is told when bytes come ten times faster than usual', () => {
    const watch = new EvictionWatch(FILE)
    expect(feed(watch, [0, 1_200], 50_000)).toEqual([])
    expect(feed(watch, [1_200, 1_260], 200_000)).toEqual([])
    const notes = feed(watch, [1_260, 1_320], 6_000_000, undefined, 1)
    expect(notes[0]).toMatchObject({ kind: 'eviction', usualBytesPerSecond: 50_000 })
    expect(notes[0]?.bytesPerSecond).toBeGreaterThan(500_000)
    expect(notes[0]?.hugeMetadata).toBeGreaterThan(0)
    // As it grows, the same episode is told again.
    expect(notes.length).toBeGreaterThan(1)
    expect(notes.length).toBeLessThan(6)
    expect(new Set(notes.map(({ fromUs }) => fromUs)).size).toBe(1)
  })

  it('of a quiet log is none while it is small', () => {
    const watch = new EvictionWatch(FILE)
    feed(watch, [0, 1_200], 100)
    expect(feed(watch, [1_200, 1_320], 5_000)).toEqual([])
  })

  it('of a new log is one when nothing is known of it', () => {
    const notes = feed(new EvictionWatch(FILE), [0, 60], 6_000_000)
    expect(notes[0]).toMatchObject({ usualBytesPerSecond: undefined })
  })

  it('is one when files are rotated within a minute', () => {
    const watch = new EvictionWatch(FILE)
    const slowly = (second: number): string => `f${Math.floor(second / 300)}`
    expect(feed(watch, [0, 1_500], 300, slowly)).toEqual([])
    const fast = (second: number): string => `g${Math.floor(second / 20)}`
    const [note] = feed(watch, [1_500, 1_600], 300, fast)
    expect(note).toMatchObject({ rotationSeconds: 20 })
  })

  it('is one when unread files will soon be gone, and is told again as time runs out', () => {
    const watch = new EvictionWatch(FILE)
    feed(watch, [0, 100], 300)
    watch.budget(3_000)
    expect(watch.tick(at(100))).toEqual([])
    watch.budget(500)
    expect(watch.tick(at(101))).toMatchObject([{ budgetSeconds: 500 }])
    expect(watch.tick(at(102))).toEqual([])
    watch.budget(200)
    expect(watch.tick(at(103))).toMatchObject([{ budgetSeconds: 200 }])
    watch.budget(undefined)
    expect(watch.tick(at(104))).toEqual([])
  })

  it('has rates of the last minute', () => {
    const watch = new EvictionWatch(FILE)
    feed(watch, [0, 120], 300)
    expect(watch.rates(at(119))).toEqual({ events: 10, bytes: 300 })
    expect(watch.rates(at(300))).toEqual({ events: 0, bytes: 0 })
  })
})
