import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { GapDelivery } from '../../model/delivery.ts'
import type { EventRef } from '../../model/finding.ts'
import type { SourceNote } from '../../model/source-health.ts'
import { Completeness, collisionNote } from './completeness.ts'
import { FILE, linesAt, observed, opened, SECOND, START, WEBHOOK } from './testing/observation.ts'

const at = (second: number): number => START + second * SECOND

describe('what is watched of logs', () => {
  it('joins the two ways of a server: what the one ends is no orphan of the other', () => {
    const watch = new Completeness()
    const stages = { received: 1, started: 0, complete: 0, panic: 0 }
    const begun = observed(at(1), { stages, opened: [opened(7, at(1))] })
    watch.observe(linesAt(WEBHOOK, at(1)), begun)
    watch.observe(linesAt(FILE, at(1)), begun)
    watch.observe(linesAt(FILE, at(2)), observed(at(2), { closed: Float64Array.of(7) }))
    watch.observe(linesAt(FILE, at(60)), observed(at(60)))
    expect(watch.tick(at(100)).notes).toEqual([])
  })

  it('keeps servers apart, whatever their names', () => {
    const watch = new Completeness()
    for (const [cluster, server] of [
      ['a', 'b/c'],
      ['a/b', 'c'],
      ['', 'a/b/c'],
    ] as const) {
      watch.observe(linesAt({ cluster, server, way: 'file' }, at(1)), observed(at(1)))
    }
    expect(watch.sources()).toHaveLength(3)
  })

  it('remembers LIMIT.watchedSourcesMax sources at most', () => {
    const watch = new Completeness()
    for (let n = 0; n < LIMIT.watchedSourcesMax + 3; n++) {
      const source = { ...FILE, server: `made-up-${n}` }
      const { notes } = watch.observe(linesAt(source, at(1)), observed(at(1), { truncated: 1 }))
      expect(notes).toHaveLength(1)
    }
    expect(watch.sources()).toHaveLength(LIMIT.watchedSourcesMax)
  })

  it('tells a gap as a note, with what is known of it', () => {
    const watch = new Completeness()
    const gap: GapDelivery = {
      kind: 'gap',
      source: FILE,
      arrivedUs: at(9),
      gap: {
        ...{ kind: 'torn', message: 'a torn line', place: 'audit.log', fromByte: 5 },
        ...{ toByte: undefined, fromTime: undefined, toTime: undefined, events: undefined },
      },
    }
    expect(watch.gap(gap)).toMatchObject([
      { kind: 'gap', gapKind: 'torn', way: 'file', fromUs: at(9), bytes: undefined },
    ])
  })

  it('tells a collision of two events the same way round', () => {
    const ref = (id: string): EventRef => ({
      ...opened(1, 0).event,
      id,
      time: '2026-11-20T10:00:00Z',
    })
    const note = collisionNote('shop', ref('b'), ref('a'))
    expect(note).toEqual(collisionNote('shop', ref('a'), ref('b')))
    expect(note).toMatchObject({ kind: 'audit-id-collision', fromUs: START, server: 'master-1' })
    expect(note.events.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('takes scrapes, and compares them with what came', () => {
    const watch = new Completeness()
    const notes: SourceNote[] = []
    for (let second = 0; second <= 900; second++) {
      const seen = observed(at(second), {
        firstUs: at(second) - SECOND / 2,
        events: second < 500 ? 10 : 5,
      })
      watch.observe(linesAt(FILE, at(second)), seen)
      const metrics = {
        ...{ cluster: 'shop', server: 'master-1', atUs: at(second), eventTotal: second * 10 },
        ...{ errorTotal: {}, levelTotal: {}, rejectedTotal: 0, startedUs: undefined },
      }
      if (second % 60 === 30) notes.push(...watch.scrape(metrics))
      notes.push(...watch.tick(at(second)).notes)
    }
    expect(new Set(notes.map(({ kind }) => kind))).toEqual(new Set(['undelivered']))
    const [file] = watch.sources()
    expect(file?.watch.gaps.get('undelivered')?.count).toBeGreaterThan(0)
  })

  it('gives the same notes for the same deliveries', () => {
    const play = (): string => {
      const watch = new Completeness()
      const notes: SourceNote[] = []
      for (let n = 0; n < 2_000; n++) {
        const isPaused = n > 900 && n < 1_100
        if (!isPaused && n % 7 !== 3) {
          const seen = observed(at(n), { heartbeats: n % 3, truncated: n === 40 ? 1 : 0 })
          notes.push(...watch.observe(linesAt(FILE, at(n)), seen).notes)
        }
        notes.push(...watch.tick(at(n)).notes)
      }
      return JSON.stringify(notes)
    }
    expect(play()).toBe(play())
    expect(play()).toContain('silence')
  })
})
