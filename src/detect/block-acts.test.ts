import { describe, expect, test } from 'vitest'
import type { AuditEvent, Stage } from '../model/event.ts'
import { BlockActs } from './block-acts.ts'
import { testEvent } from './testing.ts'

const at = (stage: Stage, second: number, changes: Partial<AuditEvent> = {}): AuditEvent => {
  const time = `2026-11-20T10:00:${String(second).padStart(2, '0')}.000000Z`
  return testEvent({ stage, requestReceivedTimestamp: time, stageTimestamp: time, ...changes })
}

describe('the stages of a request in one block', () => {
  test('wait, and are handed to the stage that ends it', () => {
    const acts = new BlockActs()
    const [received, started] = [at('RequestReceived', 1), at('ResponseStarted', 1)]
    acts.wait(received)
    acts.wait(started)
    const earlier = acts.settle(at('ResponseComplete', 1))
    expect(earlier?.events).toEqual([received, started])
    expect(earlier?.latest).toBe(started)
    expect([...acts.unsettled()]).toEqual([])
  })

  test('stay unsettled when nothing ends it', () => {
    const acts = new BlockActs()
    acts.wait(at('RequestReceived', 1))
    expect(acts.settle(at('ResponseComplete', 2))).toBeUndefined()
    expect([...acts.unsettled()]).toHaveLength(1)
  })

  test.each([
    ['user', { user: { username: 'eve', uid: undefined, groups: [], extra: undefined } }],
    ['verb', { verb: 'delete' }],
    ['URI', { requestURI: '/api' }],
    ['peer', { sourceIPs: ['10.0.0.7', '10.0.0.8'] }],
  ])('are not joined across another %s, although time and auditID are the same', (_, changes) => {
    const acts = new BlockActs()
    acts.wait(at('RequestReceived', 1))
    acts.wait(at('RequestReceived', 1, changes))
    expect(acts.settle(at('ResponseComplete', 1, { verb: 'watch' }))).toBeUndefined()
    expect([...acts.unsettled()]).toHaveLength(2)
  })

  test('may have begun in an earlier block only if received before this block was under way', () => {
    const acts = new BlockActs()
    for (let second = 10; second < 20; second += 1) acts.settle(at('ResponseComplete', second))
    expect(acts.mayHaveStartedBefore(at('ResponseComplete', 5))).toBe(true)
    expect(acts.mayHaveStartedBefore(at('ResponseComplete', 30))).toBe(false)
  })
})

test('requests that share an auditID are each joined with their own last stage, in any order', () => {
  const acts = new BlockActs()
  const other = { user: { username: 'eve', uid: undefined, groups: [], extra: undefined } }
  acts.wait(at('RequestReceived', 1))
  acts.wait(at('RequestReceived', 1, other))
  acts.wait(at('ResponseStarted', 1, other))
  expect(acts.settle(at('ResponseComplete', 1))?.events).toHaveLength(1)
  expect(acts.settle(at('ResponseComplete', 1, other))?.events).toHaveLength(2)
  expect([...acts.unsettled()]).toEqual([])
})
