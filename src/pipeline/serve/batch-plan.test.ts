import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { BatchPlan } from './batch-plan.ts'

const LIMITS = { bytesMax: 100, msMax: 1000 }

test('a batch is closed when it is full, and the next delivery opens another', () => {
  const plan = new BatchPlan(LIMITS, 7, [])
  expect(plan.add(3, 60, 0)).toBe(8)
  expect(plan.close(0, 4)).toBeUndefined()
  expect(plan.add(5, 60, 0)).toBe(8)
  expect(plan.close(0, 6)).toEqual({ bounds: { number: 8, first: 3, last: 5 }, isNew: true })
  expect(plan.add(6, 1, 0)).toBe(9)
})

test('a batch is closed when it is old', () => {
  const plan = new BatchPlan(LIMITS, 0, [])
  plan.add(1, 1, 500)
  expect(plan.isOpen).toBe(true)
  expect(plan.close(1499, 2)).toBeUndefined()
  expect(plan.close(1500, 2)).toEqual({ bounds: { number: 1, first: 1, last: 1 }, isNew: true })
  expect(plan.isOpen).toBe(false)
})

test('LIMIT.batchBytesMax and LIMIT.batchMsMax close a batch', () => {
  const plan = new BatchPlan({ bytesMax: LIMIT.batchBytesMax, msMax: LIMIT.batchMsMax }, 0, [])
  plan.add(1, LIMIT.batchBytesMax - 1, 0)
  expect(plan.close(LIMIT.batchMsMax - 1, 2)).toBeUndefined()
  expect(plan.close(LIMIT.batchMsMax, 2)?.bounds.last).toBe(1)
  plan.add(2, LIMIT.batchBytesMax - 1, 0)
  plan.add(3, 1, 0)
  expect(plan.close(0, 4)?.bounds.last).toBe(3)
})

test('what was cut before a crash is cut so again, whatever the limits say', () => {
  const planned = [
    { number: 5, first: 20, last: 20 },
    { number: 4, first: 10, last: 12 },
  ]
  const plan = new BatchPlan(LIMITS, 3, planned)
  expect(plan.add(10, 5000, 0)).toBe(4)
  expect(plan.close(9999, 11)).toBeUndefined()
  plan.add(12, 1, 9999)
  const fourth = { bounds: { number: 4, first: 10, last: 12 }, isNew: false }
  expect(plan.close(9999, 13)).toEqual(fourth)
  expect(plan.closeBefore(20)).toBeUndefined()
  expect(plan.add(20, 1, 9999)).toBe(5)
  expect(plan.close(9999, 21)?.bounds.number).toBe(5)
  expect(plan.add(21, 1, 9999)).toBe(6)
  expect(plan.finish(22)).toEqual({ bounds: { number: 6, first: 21, last: 21 }, isNew: true })
})

test('a batch keeps its number when damage took its first record, its last, or all of them', () => {
  const planned = [
    { number: 2, first: 1, last: 3 },
    { number: 3, first: 4, last: 6 },
    { number: 4, first: 7, last: 9 },
  ]
  const plan = new BatchPlan(LIMITS, 1, planned)
  expect(plan.add(2, 1, 0)).toBe(2)
  expect(plan.closeBefore(8)).toEqual({ bounds: { number: 2, first: 1, last: 3 }, isNew: false })
  expect(plan.add(8, 1, 0)).toBe(4)
  // Record 9 is damaged, and nothing comes behind it.
  expect(plan.close(0, 9)).toBeUndefined()
  expect(plan.close(0, 10)).toEqual({ bounds: { number: 4, first: 7, last: 9 }, isNew: false })
  expect(plan.add(11, 1, 0)).toBe(5)
})

test('a batch whose boundaries were damaged ends where the next one begins', () => {
  const plan = new BatchPlan(LIMITS, 1, [{ number: 3, first: 4, last: 6 }])
  expect(plan.add(1, 1, 0)).toBe(2)
  expect(plan.closeBefore(3)).toBeUndefined()
  expect(plan.add(3, 1, 0)).toBe(2)
  expect(plan.closeBefore(4)).toEqual({ bounds: { number: 2, first: 1, last: 3 }, isNew: true })
  expect(plan.add(4, 1, 0)).toBe(3)
})

test('of a batch that was cut before a crash nothing is closed before all of it was taken', () => {
  const plan = new BatchPlan(LIMITS, 1, [{ number: 2, first: 1, last: 3 }])
  plan.add(1, 1, 0)
  plan.add(2, 1, 0)
  expect(plan.finish(3)).toBeUndefined()
  expect(plan.isOpen).toBe(true)
  plan.add(3, 1, 0)
  expect(plan.finish(4)).toEqual({ bounds: { number: 2, first: 1, last: 3 }, isNew: false })
})
