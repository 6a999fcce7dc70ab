import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { KindLevels } from '../../model/source-health.ts'
import { DriftWatch } from './drift-watch.ts'
import { observed, SECOND, START } from './testing/observation.ts'

const at = (second: number): number => START + second * SECOND

const kind = (changes: Partial<KindLevels>): KindLevels => ({
  kind: 'get secrets by user',
  metadata: 0,
  request: 0,
  requestResponse: 0,
  ...changes,
})

const compared = (one: readonly KindLevels[], other: readonly KindLevels[]): DriftWatch => {
  const watch = new DriftWatch('shop')
  watch.add('master-2', at(1), observed(at(1), { levels: one }))
  watch.add('master-1', at(2), observed(at(2), { levels: other }))
  return watch
}

describe('policies of one cluster', () => {
  it('that agree are not told', () => {
    const levels = [kind({ requestResponse: 80 })]
    expect(compared(levels, levels).tick(at(60))).toEqual([])
  })

  it('that differ are told once, of the server that logs less', () => {
    const watch = compared([kind({ metadata: 80 })], [kind({ requestResponse: 90 })])
    expect(watch.tick(at(60))).toMatchObject([
      {
        ...{ kind: 'policy-drift', server: 'master-2', otherServer: 'master-1', fromUs: at(2) },
        ...{ level: 'Metadata', otherLevel: 'RequestResponse', requestKind: 'get secrets by user' },
      },
    ])
    expect(watch.tick(at(120))).toEqual([])
  })

  it('are not compared by a few requests, or where a kind has several levels', () => {
    expect(
      compared([kind({ metadata: 49 })], [kind({ requestResponse: 90 })]).tick(at(60)),
    ).toEqual([])
    const mixed = [kind({ metadata: 80, request: 1 })]
    expect(compared(mixed, [kind({ requestResponse: 90 })]).tick(at(60))).toEqual([])
  })

  it('differ in the stages that they leave out', () => {
    const watch = new DriftWatch('shop')
    const stages = { received: 2_000, started: 0, complete: 2_000, panic: 0 }
    watch.add('master-1', at(1), observed(at(1), { stages }))
    watch.add('master-2', at(1), observed(at(1), { stages: { ...stages, received: 0 } }))
    expect(watch.tick(at(60))).toMatchObject([
      { server: 'master-2', requestKind: 'stage RequestReceived', level: 'not logged' },
    ])
  })

  it('are compared within an hour: they do change', () => {
    const watch = new DriftWatch('shop')
    watch.add('master-1', at(1), observed(at(1), { levels: [kind({ metadata: 80 })] }))
    const later = observed(at(4_000), { levels: [kind({ request: 80 })] })
    watch.add('master-2', at(4_000), later)
    expect(watch.tick(at(4_060))).toEqual([])
  })

  it('are known by LIMIT.policyKindsMax kinds at most', () => {
    const many = (level: Partial<KindLevels>): readonly KindLevels[] =>
      Array.from({ length: LIMIT.policyKindsMax + 10 }, (_, n) => kind({ kind: `k${n}`, ...level }))
    const notes = compared(many({ metadata: 80 }), many({ request: 80 })).tick(at(60))
    expect(notes).toHaveLength(LIMIT.noteEpisodesMax)
    expect(LIMIT.noteEpisodesMax).toBeLessThan(LIMIT.policyKindsMax)
  })
})
