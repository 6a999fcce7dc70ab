import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { AuditEvent } from '../../model/event.ts'
import { AuditIds } from './audit-ids.ts'

const CONTENT = ['11'.repeat(16), '22'.repeat(16)] as const

// Only these members are read.
const event = (auditID: string | undefined, server = 'a', stage = 'ResponseComplete'): AuditEvent =>
  ({ auditID, stage, origin: { source: { cluster: 'prod', server, file: '' } } }) as AuditEvent

test('the id of one request under the bytes of another is noticed, a copy is not', () => {
  const ids = new AuditIds(100)
  expect(ids.isReused(event('x'), CONTENT[0])).toBe(false)
  expect(ids.isReused(event('x'), CONTENT[0])).toBe(false)
  expect(ids.isReused(event('x'), CONTENT[1])).toBe(true)
})

test('another stage, another API server and no id at all are no reuse', () => {
  const ids = new AuditIds(100)
  ids.isReused(event('x'), CONTENT[0])
  expect(ids.isReused(event('x', 'a', 'RequestReceived'), CONTENT[1])).toBe(false)
  expect(ids.isReused(event('x', 'b'), CONTENT[1])).toBe(false)
  expect(ids.isReused(event(undefined), CONTENT[0])).toBe(false)
  expect(ids.isReused(event(undefined), CONTENT[1])).toBe(false)
})

test('LIMIT.auditIdsRememberedMax: so many ids are remembered, the oldest are forgotten', () => {
  const keep = 50
  expect(keep * 2).toBeLessThan(LIMIT.auditIdsRememberedMax)
  const ids = new AuditIds(keep)
  for (let n = 0; n < keep * 3; n += 1) ids.isReused(event(`id-${n}`), CONTENT[0])
  expect(ids.isReused(event(`id-${keep * 3 - 1}`), CONTENT[1])).toBe(true)
  expect(ids.isReused(event('id-0'), CONTENT[1])).toBe(false)
})
