import { describe, expect, it } from 'vitest'
import type { AuditMetrics, MetricsNote, Noticed } from '../../model/source-health.ts'
import { MetricsWatch, type Ways } from './metrics-watch.ts'
import { FILE, SECOND, START } from './testing/observation.ts'
import { WaySeconds } from './way-seconds.ts'

const at = (second: number): number => START + second * SECOND

/** Ten events each second, less those that are lost. */
const arrived = (seconds: number, lost: Readonly<Record<number, number>> = {}): WaySeconds => {
  const way = new WaySeconds()
  for (let n = -10; n < seconds; n++) {
    const second = START / SECOND + n
    way.add([{ second, events: 10 - (lost[n] ?? 0), sum: 0 }], second)
  }
  return way
}

const scrapeAt = (second: number, changes: Partial<AuditMetrics> = {}): AuditMetrics => ({
  cluster: 'shop',
  server: 'master-1',
  atUs: at(second),
  eventTotal: 1_000 + second * 10,
  errorTotal: {},
  levelTotal: { None: second, RequestResponse: second * 9 },
  rejectedTotal: 0,
  startedUs: at(-5_000),
  ...changes,
})

const webhook = (way: WaySeconds): Ways => new Map([['webhook', way]])

/** A scrape every half minute, and what is told once all could have come. */
const judged = (
  ways: Ways,
  change: (second: number) => Partial<AuditMetrics> = () => ({}),
  untilS = 600,
): { readonly settled: Noticed; readonly notes: readonly MetricsNote[] } => {
  const watch = new MetricsWatch(FILE)
  const notes: MetricsNote[] = []
  for (let second = 0; second <= untilS; second += 30) {
    notes.push(...watch.scrape(scrapeAt(second, change(second))))
  }
  return { settled: watch.tick(at(untilS + 400), ways), notes }
}

describe('the conservation of events', () => {
  it('holds when all arrived', () => {
    const { settled, notes } = judged(webhook(arrived(1_000)))
    expect(settled).toEqual({ notes: [], gaps: [] })
    expect(notes).toEqual([])
  })

  it('shows what never came, and as a gap', () => {
    const lost = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [100 + n, 10]))
    const { settled } = judged(webhook(arrived(1_000, lost)))
    const counts = settled.notes.map(({ kind }) => kind)
    expect(new Set(counts)).toEqual(new Set(['undelivered']))
    // Events of two seconds about each scrape are given the benefit of the doubt.
    expect(settled.notes.at(-1)).toMatchObject({ way: 'webhook', count: 50, fromUs: at(0) })
    expect(settled.gaps.at(-1)).toMatchObject({
      source: { way: 'webhook' },
      gap: { kind: 'undelivered', events: 50 },
    })
  })

  it('does not call missing what the API server says it lost', () => {
    const lost = { 100: 10, 101: 10, 102: 10, 103: 10, 104: 10 }
    const { settled, notes } = judged(webhook(arrived(1_000, lost)), (second) =>
      second > 105 ? { errorTotal: { webhook: 50 } } : {},
    )
    expect(settled.notes).toEqual([])
    expect(notes).toMatchObject([{ kind: 'audit-errors', plugin: 'webhook', count: 50 }])
  })

  it('does not call lost what is only perhaps lost', () => {
    const { settled } = judged(webhook(arrived(1_000)), (second) =>
      second > 105 ? { errorTotal: { webhook: 50 } } : {},
    )
    expect(settled.notes).toEqual([])
  })

  it('shows events that were never counted', () => {
    const { settled } = judged(webhook(arrived(1_000, { 200: -500 })))
    // What lies about the scrapes may be more by as much.
    expect(settled.notes[0]).toMatchObject({ kind: 'unaccounted', count: 460 })
    expect(settled.gaps).toEqual([])
  })

  it('begins again when the server does', () => {
    const restarted = (second: number): Partial<AuditMetrics> =>
      second < 300 ? {} : { eventTotal: (second - 300) * 10, startedUs: at(299) }
    expect(judged(webhook(arrived(1_000)), restarted).settled.notes).toEqual([])
  })

  it('begins again when the counts alone went back', () => {
    const restarted = (second: number): Partial<AuditMetrics> => ({
      startedUs: undefined,
      ...(second < 300 ? {} : { eventTotal: (second - 300) * 10 }),
    })
    expect(judged(webhook(arrived(1_000)), restarted).settled.notes).toEqual([])
  })

  it('says nothing of a way that began later, and of none', () => {
    const late = new WaySeconds()
    late.add([{ second: START / SECOND + 100, events: 1, sum: 0 }], START / SECOND + 100)
    expect(judged(webhook(late)).settled.notes).toEqual([])
    expect(judged(new Map()).settled.notes).toEqual([])
  })

  it('waits until late batches have come', () => {
    const watch = new MetricsWatch(FILE)
    watch.scrape(scrapeAt(0))
    watch.scrape(scrapeAt(30))
    expect(watch.tick(at(200), webhook(arrived(10))).notes).toEqual([])
    expect(watch.tick(at(330), webhook(arrived(10))).notes).toMatchObject([{ count: 180 }])
  })

  it('waits until a file is read, and not for ever', () => {
    const watch = new MetricsWatch(FILE)
    watch.scrape(scrapeAt(0))
    watch.scrape(scrapeAt(30))
    const file: Ways = new Map([['file', arrived(10)]])
    expect(watch.tick(at(3_000), file).notes).toEqual([])
    expect(watch.tick(at(3_700), file).notes).toMatchObject([{ way: 'file', count: 180 }])
    const read = new MetricsWatch(FILE)
    read.scrape(scrapeAt(0))
    read.scrape(scrapeAt(30))
    expect(read.tick(at(400), new Map([['file', arrived(40)]])).notes).toEqual([])
  })

  it('goes on for hours, and each loss is told in its time', () => {
    const watch = new MetricsWatch(FILE)
    const way = arrived(0)
    const told: MetricsNote['count'][] = []
    for (let second = 0; second <= 10_800; second++) {
      const lost = second >= 7_000 && second < 7_010
      const stage = START / SECOND + second
      way.add([{ second: stage, events: lost ? 0 : 10, sum: 0 }], stage)
      if (second % 30 !== 0) continue
      watch.scrape(scrapeAt(second))
      for (const note of watch.tick(at(second), webhook(way)).notes) {
        if (note.kind === 'undelivered') told.push(note.count)
      }
    }
    expect(told).toEqual([50])
  })
})

describe('the share of what the policy hides', () => {
  const levels = (none: number, all: number) => ({ None: none, RequestResponse: all - none })

  it('is told when it jumps, once', () => {
    const { notes } = judged(
      webhook(arrived(10_000)),
      (second) => ({
        levelTotal: levels(second * 2 + Math.max(0, second - 3_000) * 6, second * 10),
      }),
      5_400,
    )
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatchObject({
      kind: 'hidden-share',
      share: 0.8,
      usualShare: 0.2,
      fromUs: at(3_000),
    })
  })

  it('is not told of a few requests, or when it stays', () => {
    const few = judged(
      webhook(arrived(10)),
      (second) => ({ levelTotal: levels(second / 10, second / 10) }),
      5_400,
    )
    expect(few.notes).toEqual([])
    const much = judged(
      webhook(arrived(10)),
      (second) => ({ levelTotal: levels(second * 9, second * 10) }),
      5_400,
    )
    expect(much.notes).toEqual([])
  })
})
