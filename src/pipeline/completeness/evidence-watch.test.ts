import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { EvidenceWatch } from './evidence-watch.ts'
import { FILE, observed, opened, SECOND, START } from './testing/observation.ts'

const at = (second: number): number => START + second * SECOND

describe('events that say less than they should', () => {
  it('are told of each kind, with the events that show it', () => {
    const watch = new EvidenceWatch(FILE)
    const examples = [opened(1, 0).event]
    const seen = observed(at(1), {
      truncated: 2,
      hugeMetadata: 1,
      hugeMetadataBytes: 40_000,
      missingBodies: 3,
      examples,
    })
    expect(watch.add(at(2), seen)).toMatchObject([
      { kind: 'truncated', count: 2, bytes: undefined, fromUs: at(1), events: examples },
      { kind: 'huge-metadata', count: 1, bytes: 40_000 },
      { kind: 'missing-bodies', count: 3 },
    ])
    expect(watch.truncated).toBe(2)
  })

  it('are one note for an hour, told again when there are twice as many', () => {
    const watch = new EvidenceWatch(FILE)
    const told: (readonly [number, number])[] = []
    for (let n = 0; n < 100; n++) {
      for (const { count, fromUs } of watch.add(
        at(n * 60),
        observed(at(n * 60), { truncated: 1 }),
      )) {
        told.push([(fromUs - START) / SECOND, count])
      }
    }
    const first = [1, 2, 4, 8, 16, 32].map((count) => [0, count])
    const second = [1, 2, 4, 8, 16, 32].map((count) => [3_660, count])
    expect(told).toEqual([...first, ...second])
  })

  it('are shown LIMIT.noteEventsMax at most', () => {
    const watch = new EvidenceWatch(FILE)
    const examples = Array.from({ length: LIMIT.noteEventsMax - 1 }, (_, n) => opened(n, 0).event)
    watch.add(at(1), observed(at(1), { truncated: 1, examples }))
    const [note] = watch.add(at(2), observed(at(2), { truncated: 9, examples }))
    expect(note?.events).toHaveLength(LIMIT.noteEventsMax)
  })

  it('are nothing when there is none', () => {
    expect(new EvidenceWatch(FILE).add(at(1), observed(at(1)))).toEqual([])
  })
})
