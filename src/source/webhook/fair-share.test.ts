import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { FairShare } from './fair-share.ts'

test('one alone gets two thirds, and whoever comes next finds something', () => {
  const share = new FairShare(900)
  let taken = 0
  while (share.take('greedy', 1)) taken += 1
  expect(taken).toBe(600)
  expect(share.take('other', 200)).toBe(true)
  expect(share.take('greedy', 1)).toBe(false)
  share.give('greedy', 600)
  share.give('other', 200)
  expect(share.used).toBe(0)
})

test('the largest body fits when nothing else is there, with another half as large', () => {
  const share = new FairShare(LIMIT.webhookBytesInHandMax)
  expect(share.take('a', LIMIT.webhookBodyBytesMax)).toBe(true)
  expect(share.take('b', LIMIT.webhookBodyBytesMax)).toBe(false)
  expect(share.take('b', LIMIT.webhookBodyBytesMax / 4)).toBe(true)
})

test('never more than there is, and all of it comes back', () => {
  const step = fc.record({
    source: fc.constantFrom('a', 'b', 'c'),
    amount: fc.nat(40),
    give: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const share = new FairShare(100)
      const held: { source: string; amount: number }[] = []
      for (const { source, amount, give } of steps) {
        const back = give ? held.pop() : undefined
        if (back !== undefined) share.give(back.source, back.amount)
        else if (share.take(source, amount)) held.push({ source, amount })
        const sum = held.reduce((total, each) => total + each.amount, 0)
        expect(share.used).toBe(sum)
        expect(sum).toBeLessThanOrEqual(100)
      }
      for (const { source, amount } of held) share.give(source, amount)
      expect(share.used).toBe(0)
    }),
    { seed: 20_261_121 },
  )
})
