import { describe, expect, it } from 'vitest'
import type { LogSource } from '../../model/delivery.ts'
import type { SourceNote } from '../../model/source-health.ts'
import { Completeness } from './completeness.ts'
import { FILE, linesAt, observed, SECOND, START, WEBHOOK } from './testing/observation.ts'

const OTHER: LogSource = { ...FILE, server: 'master-2' }

/** Feeds each source with a delivery every ten seconds, up to a moment. */
const fed = (
  sources: Readonly<Record<string, { source: LogSource; toS: number }>>,
  heartbeats = 0,
): Completeness => {
  const watch = new Completeness()
  const last = Math.max(...Object.values(sources).map(({ toS }) => toS))
  for (let second = 0; second <= last; second += 10) {
    const atUs = START + second * SECOND
    for (const { source, toS } of Object.values(sources)) {
      if (second <= toS) watch.observe(linesAt(source, atUs), observed(atUs, { heartbeats }))
    }
  }
  return watch
}

const kinds = (notes: readonly SourceNote[]): readonly string[] => notes.map(({ kind }) => kind)

const at = (second: number): number => START + second * SECOND

describe('the silence of a log', () => {
  it('is told once it is too long, again when it has doubled, and is a gap in the end', () => {
    const watch = fed({ one: { source: FILE, toS: 600 } })
    expect(watch.tick(at(630)).notes).toEqual([])
    const [note, ...others] = watch.tick(at(661)).notes
    expect(others).toEqual([])
    expect(note).toMatchObject({
      ...{ kind: 'silence', cluster: 'shop', server: 'master-1', way: 'file' },
      ...{ fromUs: at(600), seconds: 61, usualSeconds: 10 },
      ...{ othersLogging: undefined, otherWayLogs: undefined },
    })
    expect(watch.tick(at(700)).notes).toEqual([])
    const [again] = watch.tick(at(730)).notes
    expect(again).toMatchObject({ fromUs: at(600), seconds: 130 })
    const { gaps } = watch.observe(linesAt(FILE, at(900)), observed(at(900)))
    expect(gaps).toMatchObject([
      {
        source: FILE,
        gap: {
          kind: 'silence',
          fromTime: '2026-11-20T10:10:00.000000Z',
          toTime: '2026-11-20T10:15:00.000000Z',
        },
      },
    ])
    expect(watch.tick(at(910)).notes).toEqual([])
  })

  it('is no gap when its events only came late', () => {
    const watch = fed({ one: { source: FILE, toS: 600 } })
    watch.tick(at(661))
    expect(watch.observe(linesAt(FILE, at(700)), observed(at(601))).gaps).toEqual([])
  })

  it('says whether the others log, and the other way', () => {
    const watch = fed({
      one: { source: FILE, toS: 600 },
      same: { source: WEBHOOK, toS: 650 },
      other: { source: OTHER, toS: 650 },
    })
    expect(watch.tick(at(665)).notes).toMatchObject([{ othersLogging: 1, otherWayLogs: true }])
  })

  it('of all of them at once is told of each', () => {
    const watch = fed({ one: { source: FILE, toS: 600 }, other: { source: OTHER, toS: 600 } })
    const { notes } = watch.tick(at(665))
    expect(notes).toMatchObject([
      { server: 'master-1', othersLogging: 0 },
      { server: 'master-2', othersLogging: 0 },
    ])
  })

  it('lasts over a restart, and has the same beginning', () => {
    const watch = new Completeness()
    watch.seed(FILE, at(600), at(599))
    const told = []
    for (let second = 4_000; second < 4_700; second += 10) {
      told.push(...watch.tick(at(second)).notes.map((note) => [second, note] as const))
    }
    // Nobody listened before: only then can it be told.
    expect(told).toMatchObject([
      [4_600, { kind: 'silence', fromUs: at(600), seconds: 600, usualSeconds: undefined }],
    ])
  })

  it('is none while the machine slept', () => {
    const watch = fed({ one: { source: FILE, toS: 600 } })
    expect(watch.tick(at(601)).notes).toEqual([])
    expect(watch.tick(at(5_000)).notes).toEqual([])
    expect(watch.tick(at(5_059)).notes).toEqual([])
    expect(watch.tick(at(5_061)).notes).toMatchObject([{ kind: 'silence', fromUs: at(600) }])
  })

  it('around a restart is a gap when a sender may have given up meanwhile', () => {
    const gapsAfter = (firstS: number) => {
      const watch = new Completeness()
      watch.seed(WEBHOOK, at(600), at(599))
      watch.tick(at(2_000))
      const { gaps } = watch.observe(linesAt(WEBHOOK, at(2_001)), observed(at(firstS)))
      return [...gaps, ...watch.observe(linesAt(WEBHOOK, at(2_002)), observed(at(2_002))).gaps]
    }
    expect(gapsAfter(660)).toEqual([])
    expect(gapsAfter(1_990)).toMatchObject([
      {
        source: WEBHOOK,
        gap: {
          kind: 'silence',
          fromTime: '2026-11-20T10:09:59.000000Z',
          toTime: '2026-11-20T10:33:10.000000Z',
        },
      },
    ])
  })

  it('of what is imported is none', () => {
    const source: LogSource = { ...FILE, way: 'import' }
    const watch = fed({ one: { source, toS: 600 } }, 3)
    expect(watch.tick(at(900)).notes).toEqual([])
    expect(watch.sources()).toMatchObject([{ watch: { events: 610 } }])
  })

  it('of a busy log is not told of a slow minute', () => {
    const watch = fed({ one: { source: FILE, toS: 3_600 } })
    for (let second = 3_600; second < 3_655; second++) {
      expect(watch.tick(at(second)).notes).toEqual([])
    }
  })
})

describe('missing heartbeats', () => {
  it('are told while other events come', () => {
    const watch = fed({ one: { source: FILE, toS: 600 } }, 4)
    for (let second = 610; second <= 640; second += 10) {
      watch.observe(linesAt(FILE, at(second)), observed(at(second)))
      const { notes } = watch.tick(at(second))
      expect(kinds(notes)).toEqual(second === 630 ? ['missing-heartbeats'] : [])
      if (second !== 630) continue
      expect(notes).toMatchObject([
        { fromUs: at(600), seconds: 30, usualSeconds: 10, missed: 12, otherEvents: 30 },
      ])
    }
  })

  it('are the earlier sign of silence', () => {
    const watch = fed({ one: { source: FILE, toS: 600 } }, 4)
    expect(kinds(watch.tick(at(631)).notes)).toEqual(['missing-heartbeats'])
    expect(kinds(watch.tick(at(661)).notes)).toEqual(['silence'])
  })

  it('that never came are not missed', () => {
    const watch = fed({ one: { source: FILE, toS: 600 } })
    expect(watch.tick(at(650)).notes).toEqual([])
  })
})
