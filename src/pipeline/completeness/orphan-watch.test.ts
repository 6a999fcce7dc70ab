import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { OrphanNote, SourceObservation } from '../../model/source-health.ts'
import { OrphanWatch } from './orphan-watch.ts'
import { FILE, observed, opened, SECOND, START } from './testing/observation.ts'

const at = (second: number): number => START + second * SECOND

const received = { received: 1, started: 0, complete: 0, panic: 0 }

const begins = (second: number, ...keys: readonly number[]): SourceObservation =>
  observed(at(second), {
    stages: received,
    opened: keys.map((key) => opened(key, at(second))),
  })

const ends = (second: number, ...keys: readonly number[]): SourceObservation =>
  observed(at(second), { closed: Float64Array.from(keys) })

/** Gives deliveries by the second of their arrival, then the notes up to a moment. */
const notesOf = (
  deliveries: readonly (readonly [number, SourceObservation])[],
  untilS: number,
  watch = new OrphanWatch(FILE),
): readonly OrphanNote[] => {
  for (const [second, seen] of deliveries) watch.add(at(second), seen, 0)
  return watch.tick(at(untilS))
}

describe('a request without an end', () => {
  it('is told after 90 s, with where it is', () => {
    const deliveries = [
      [1, begins(1, 11)],
      [60, ends(60)],
    ] as const
    expect(notesOf(deliveries, 90)).toEqual([])
    expect(notesOf(deliveries, 91)).toMatchObject([
      {
        ...{ kind: 'orphans', way: undefined, fromUs: at(1), count: 1, writes: 1, atStop: false },
        ...{ verb: 'patch', target: 'configmaps', user: 'mallory' },
        events: [{ offset: 11 }],
      },
    ])
  })

  it('is none when it ends, in this order or the other', () => {
    const later = ends(80)
    expect(
      notesOf(
        [
          [1, begins(1, 11)],
          [5, ends(5, 11)],
          [80, later],
        ],
        200,
      ),
    ).toEqual([])
    const early = [
      [1, begins(1, 99)],
      [2, ends(2, 11, 99)],
      [70, begins(1, 11)],
      [130, later],
    ] as const
    expect(notesOf(early, 300)).toEqual([])
  })

  it('is none when it is a watch or a session', () => {
    const watching = observed(at(1), {
      stages: received,
      opened: [opened(11, at(1), { longRunning: true })],
    })
    expect(
      notesOf(
        [
          [1, watching],
          [80, ends(80)],
        ],
        200,
      ),
    ).toEqual([])
  })

  it('is not judged while nothing comes after it', () => {
    const watch = new OrphanWatch(FILE)
    expect(notesOf([[1, begins(1, 11)]], 300, watch)).toEqual([])
    expect(notesOf([], 602, watch)).toMatchObject([{ count: 1 }])
  })

  it('is not judged while a sender may still repeat what it could not deliver', () => {
    const watch = new OrphanWatch(FILE)
    watch.add(at(1), begins(1, 11), 0)
    watch.add(at(100), ends(100), 95 * SECOND)
    expect(watch.tick(at(200))).toEqual([])
    watch.add(at(340), ends(20, 11), 0)
    expect(watch.tick(at(360))).toEqual([])
  })

  it('is told apart when its server stopped in the middle of it', () => {
    const start = observed(at(40), { startedUs: at(40) })
    const stopped = notesOf(
      [
        [1, begins(1, 11)],
        [40, start],
        [90, ends(90)],
      ],
      200,
    )
    expect(stopped).toMatchObject([{ atStop: true }])
    const after = notesOf(
      [
        [40, start],
        [41, begins(41, 11)],
        [90, ends(90)],
      ],
      200,
    )
    expect(after).toMatchObject([{ atStop: false }])
  })

  it('is told with others of its kind, and again when there are twice as many', () => {
    const watch = new OrphanWatch(FILE)
    const counts: number[] = []
    for (let n = 0; n < 40; n++) {
      watch.add(at(n), begins(n, n), 0)
      for (const note of watch.tick(at(n))) counts.push(note.count)
    }
    for (let n = 40; n < 140; n++) {
      watch.add(at(n), ends(n), 0)
      for (const note of watch.tick(at(n))) counts.push(note.count)
    }
    expect(counts).toEqual([1, 2, 4, 8, 16, 32])
    expect(watch.count).toBe(40)
  })

  it('is counted with the others, although its log is read a day late', () => {
    const watch = new OrphanWatch(FILE)
    const day = 86_400
    for (let n = 0; n < 4; n++) watch.add(at(day + n), begins(n, n), 0)
    watch.add(at(day + 60), ends(60), 0)
    const counts = [91, 92, 93].map((second) => watch.tick(at(day + second))[0]?.count)
    expect(counts).toEqual([2, undefined, 4])
    expect(watch.count).toBe(4)
  })

  it('is one of many kinds at most', () => {
    const kinds = LIMIT.noteEpisodesMax + 50
    const many = observed(at(1), {
      stages: received,
      opened: Array.from({ length: kinds }, (_, n) => opened(n, at(1), { target: `x${n}` })),
    })
    const notes = notesOf(
      [
        [1, many],
        [60, ends(60)],
      ],
      100,
    )
    expect(notes).toHaveLength(LIMIT.noteEpisodesMax + 1)
    expect(notes.at(-1)).toMatchObject({ count: 50, target: '', key: '(others)' })
  })

  it('of more than LIMIT.openRequestsMax the oldest are given up, and counted', () => {
    const watch = new OrphanWatch(FILE)
    const step = 50_000
    for (let from = 0; from < LIMIT.openRequestsMax + step; from += step) {
      const keys = Array.from({ length: step }, (_, n) => from + n)
      watch.add(at(1), begins(1, ...keys), 0)
    }
    expect(watch.givenUp).toBe(step)
    const closed = Array.from({ length: LIMIT.openRequestsMax }, (_, n) => n + step)
    watch.add(at(60), observed(at(60), { closed: Float64Array.from(closed) }), 0)
    expect(watch.tick(at(200))).toEqual([])
  })

  it('of a log that leaves out the first stage nothing is remembered', () => {
    const watch = new OrphanWatch(FILE)
    watch.add(at(1), ends(1, 11), 0)
    watch.add(at(2), begins(2, 11), 0)
    watch.add(at(60), ends(60), 0)
    expect(watch.tick(at(100))).toMatchObject([{ count: 1 }])
  })

  it('shows LIMIT.noteEventsMax events at most', () => {
    const keys = Array.from({ length: LIMIT.noteEventsMax + 9 }, (_, n) => n)
    const [note] = notesOf(
      [
        [1, begins(1, ...keys)],
        [60, ends(60)],
      ],
      100,
    )
    expect(note?.events).toHaveLength(LIMIT.noteEventsMax)
  })
})
