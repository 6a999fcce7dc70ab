import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { NewRecord, WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import type { GapDelivery, GapKind } from '../../model/delivery.ts'
import { HandClock } from '../../source/testing/hand-clock.ts'
import { Meters } from './meters.ts'
import type { ToldFinding } from './rows.ts'
import type { ServeHooks } from './running.ts'
import { gapTeller, teller } from './telling.ts'

const hooksTo = (said: string[]): ServeHooks => ({
  finding: ({ finding }) => said.push(finding.id),
  log: (_, message) => said.push(message),
})

const gapOf = (kind: GapKind, message: string): GapDelivery => {
  const nothing = { place: undefined, fromByte: undefined, toByte: undefined }
  const never = { fromTime: undefined, toTime: undefined, events: undefined }
  const source = { cluster: 'prod', server: 'a', way: 'webhook' } as const
  return { kind: 'gap', source, arrivedUs: 1, gap: { kind, message, ...nothing, ...never } }
}

test('gaps of a kind are said once in a while, with how many there were, and all counted', async () => {
  const [said, clock, meters]: [string[], HandClock, Meters] = [
    [],
    new HandClock(),
    new Meters('1'),
  ]
  const tell = gapTeller({ meters, hooks: hooksTo(said), clock })
  for (let n = 0; n < 5; n += 1) tell(gapOf('torn', `line ${n}`))
  tell(gapOf('oversize', 'long'))
  expect(said).toEqual(['a gap: line 0', 'a gap: long'])
  clock.move(10_000)
  tell(gapOf('torn', 'the next'))
  expect(said.slice(2)).toEqual(['a gap: the next (and 4 more before it)'])
  clock.move(10_000)
  tell(gapOf('torn', 'the last'))
  expect(said.slice(3)).toEqual(['a gap: the last'])
  expect(await meters.registry.metrics()).toMatch(/gaps_total\{.*kind="torn"\} 7/)
})

test('LIMIT.toldIdsPerRecord: many findings are noted in several records of the log', async () => {
  const records: NewRecord[] = []
  const append: WriteAheadLog['append'] = async (record) => records.push(record)
  // Only this member is used.
  const log = { append } as WriteAheadLog
  const [said, count]: [string[], number] = [[], LIMIT.toldIdsPerRecord + 5]
  const parts = { log, meters: new Meters('1'), hooks: hooksTo(said), clock: new HandClock() }
  const tell = teller(new Set(['id-1']), parts)
  for (let n = 0; n < count; n += 1) {
    // Only these members are read.
    const finding = { id: `id-${n}`, rule: { level: 'low' } } as ToldFinding['finding']
    tell({ finding, act: '', toldUs: 1, withdrawn: false }, false, 1)
  }
  await Promise.resolve()
  const ids = records.map(({ head }): unknown[] => JSON.parse(head))
  expect(ids.map((some) => some.length)).toEqual([LIMIT.toldIdsPerRecord, 4])
  expect(records.every(({ head }) => head.length < LIMIT.logHeadBytesMax)).toBe(true)
  // One was told before the crash: once more is not told.
  expect(said).toEqual(ids.flat())
  expect(said).not.toContain('id-1')
})
