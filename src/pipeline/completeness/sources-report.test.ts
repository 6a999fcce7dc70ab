import { describe, expect, it } from 'vitest'
import type { SourceReport } from '../../model/source-health.ts'
import type { SourceStatus } from '../../source/source.ts'
import { Completeness } from './completeness.ts'
import { sourcesReport } from './sources-report.ts'
import { FILE, linesAt, observed, SECOND, START, WEBHOOK } from './testing/observation.ts'

const at = (second: number): number => START + second * SECOND

const status = (changes: Partial<SourceStatus>): SourceStatus => ({
  source: FILE,
  deliveries: 1,
  bytes: 5,
  lastArrivedUs: undefined,
  duplicates: 0,
  lagBytes: undefined,
  budgetSeconds: undefined,
  gaps: {},
  ...changes,
})

const levels = [{ kind: 'list pods by user', metadata: 3, request: 0, requestResponse: 1 }]

/** Ten minutes of a log, a delivery each second. */
const watched = (events: number): Completeness => {
  const watch = new Completeness()
  for (let second = 0; second < 600; second++) {
    const seen = observed(at(second) - 200_000, { events, firstUs: at(second) - SECOND, levels })
    watch.observe(linesAt(FILE, at(second)), seen)
  }
  return watch
}

const reported = (watch: Completeness, statuses: readonly SourceStatus[] = [], second = 599) => {
  const [report, ...others] = sourcesReport(watch, statuses, at(second))
  if (report === undefined) throw new Error('no report')
  return { report, others }
}

describe('the report of sources', () => {
  it('says what came, how fast and how late', () => {
    const { report, others } = reported(watched(10))
    expect(others).toEqual([])
    expect(report).toMatchObject({
      ...FILE,
      events: 6_000,
      bytes: 6_000_000,
      lastArrived: '2026-11-20T10:09:59.000000Z',
      lastEvent: '2026-11-20T10:09:58.800000Z',
      eventsPerSecond: 10,
      delaySeconds: 0.2,
      silentSeconds: 0,
      usualSilenceSeconds: 1,
      orphans: 0,
      duplicates: undefined,
    })
  })

  it('joins it with what the source says of itself', () => {
    const own = status({ duplicates: 3, lagBytes: 900, budgetSeconds: 60 })
    const { report } = reported(watched(10), [own])
    expect(report).toMatchObject({ duplicates: 3, lagBytes: 900, budgetSeconds: 60 })
    expect(report.troubles[0]).toContain('in 1 min')
  })

  it('has a row for a source that brought nothing', () => {
    const { report, others } = reported(watched(10), [
      status({ source: WEBHOOK, lastArrivedUs: at(1), gaps: { quarantine: 2 } }),
    ])
    expect(report.way).toBe('file')
    expect(others).toMatchObject([
      { way: 'webhook', events: 0, gaps: [{ kind: 'quarantine', count: 2 }] },
    ])
  })

  it('says of a source that it never brought anything, and of a quiet file nothing', () => {
    const troubles = (changes: Partial<SourceStatus>): SourceReport['troubles'] =>
      sourcesReport(new Completeness(), [status(changes)], at(1))[0]?.troubles ?? []
    expect(troubles({ source: WEBHOOK })[0]).toContain('nothing has come since the start')
    expect(troubles({ source: FILE })[0]).toContain('nothing has come since the start')
    expect(troubles({ source: FILE, lagBytes: 0 })).toEqual([])
    expect(troubles({ source: WEBHOOK, lastArrivedUs: at(0) })).toEqual([])
  })

  it('counts gaps, and the events that they say are missing', () => {
    const watch = watched(10)
    for (const events of [5, undefined, 7]) {
      const gap = {
        ...{ kind: 'retention' as const, message: 'gone', place: 'a.log', fromByte: 0, toByte: 9 },
        ...{ fromTime: '2026-11-20T09:00:00Z', toTime: '2026-11-20T09:01:00Z', events },
      }
      const [note] = watch.gap({ kind: 'gap', source: FILE, arrivedUs: at(600), gap })
      expect(note).toMatchObject({ kind: 'gap', gapKind: 'retention', bytes: 9, seconds: 60 })
    }
    const { report } = reported(watch)
    expect(report.gaps).toEqual([
      { kind: 'retention', count: 3, events: 12, last: '2026-11-20T09:01:00.000000Z' },
    ])
    expect(report.troubles).toContainEqual('parts of the log are lost: 3 × retention')
  })

  it('says what the policy seems to hide, of a log that was seen for long enough', () => {
    const hour = 3_600
    expect(reported(watched(1), [], hour).report.policy?.neverSeen).toEqual([])
    expect(reported(watched(10), [], hour - 1).report.policy?.neverSeen).toEqual([])
    const { policy } = reported(watched(10), [], hour).report
    expect(policy?.neverSeen).toContain('heartbeats of nodes and controllers')
    expect(policy?.neverSeen).not.toContain('lists')
    expect(policy).toMatchObject({ levels: { Metadata: 1_800, RequestResponse: 600 } })
  })

  it('counts what came by both ways, once it was compared', () => {
    const watch = new Completeness()
    for (let second = 0; second < 1_500; second++) {
      for (const source of [FILE, WEBHOOK]) {
        const missing = source === FILE && second === 400 ? 3 : 0
        watch.observe(linesAt(source, at(second)), observed(at(second), { events: 10 - missing }))
      }
      watch.tick(at(second))
    }
    const { report, others } = reported(watch, [], 1_500)
    const compared = 1_499 - 600 - 60
    expect(report.linked).toBe(compared * 10 - 3)
    expect(others).toMatchObject([{ linked: compared * 10 - 3 }])
    expect(reported(watched(1)).report.linked).toBeUndefined()
  })

  it('says how long it is silent', () => {
    const troubles = (second: number): SourceReport['troubles'] =>
      reported(watched(1), [], second).report.troubles
    expect(troubles(640)).toEqual([])
    expect(troubles(700)).toEqual(['nothing has come for 101 s'])
  })
})
