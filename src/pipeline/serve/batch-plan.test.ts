import { expect, test } from 'vitest'
import { BatchPlan } from './batch-plan.ts'

const LIMITS = { bytesMax: 100, msMax: 1000 }

test('a batch is closed when it is full, and the next delivery opens another', () => {
  const plan = new BatchPlan(LIMITS, 7, [])
  expect(plan.add(3, 60, 0)).toBe(8)
  expect(plan.close(0)).toBeUndefined()
  expect(plan.add(5, 60, 0)).toBe(8)
  expect(plan.close(0)).toEqual({ bounds: { number: 8, first: 3, last: 5 }, isNew: true })
  expect(plan.add(6, 1, 0)).toBe(9)
})

test('a batch is closed when it is old', () => {
  const plan = new BatchPlan(LIMITS, 0, [])
  plan.add(1, 1, 500)
  expect(plan.msLeft(600)).toBe(900)
  expect(plan.close(1499)).toBeUndefined()
  expect(plan.close(1500)).toEqual({ bounds: { number: 1, first: 1, last: 1 }, isNew: true })
  expect(plan.msLeft(1500)).toBeUndefined()
})

test('what was cut before a crash is cut so again, whatever the limits say', () => {
  const planned = [
    { number: 5, first: 20, last: 20 },
    { number: 4, first: 10, last: 12 },
  ]
  const plan = new BatchPlan(LIMITS, 3, planned)
  expect(plan.add(10, 5000, 0)).toBe(4)
  expect(plan.close(9999)).toBeUndefined()
  plan.add(12, 1, 9999)
  expect(plan.close(9999)).toEqual({ bounds: { number: 4, first: 10, last: 12 }, isNew: false })
  plan.add(20, 1, 9999)
  expect(plan.close(9999)?.bounds.number).toBe(5)
  expect(plan.add(21, 1, 9999)).toBe(6)
  expect(plan.finish()).toEqual({ bounds: { number: 6, first: 21, last: 21 }, isNew: true })
})
