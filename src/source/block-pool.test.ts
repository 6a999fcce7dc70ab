import { expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { BlockPool } from './block-pool.ts'

test('a buffer that was given back is filled again, another length of it', () => {
  const pool = new BlockPool()
  const first = pool.take(10)
  const second = pool.take(20)
  expect(second.buffer).not.toBe(first.buffer)
  pool.give(first)
  const third = pool.take(LIMIT.blockBytes)
  expect(third.buffer).toBe(first.buffer)
  expect(third.length).toBe(LIMIT.blockBytes)
})

test('a longer block has a buffer of its own, which is not kept', () => {
  const pool = new BlockPool()
  const long = pool.take(LIMIT.blockBytes * 3)
  expect(long.length).toBe(LIMIT.blockBytes * 3)
  pool.give(long)
  expect(pool.take(10).buffer).not.toBe(long.buffer)
})
