import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { Turns } from './turns.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('what waits begins in turn, one of each source after the other', async () => {
  const turns = new Turns(10)
  const began: string[] = []
  const ends: (() => void)[] = []
  const run = (source: string, name: string, bytes = 6): Promise<void> =>
    turns.run(source, bytes, () => {
      began.push(name)
      return new Promise((resolve) => ends.push(resolve))
    })
  const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((name) => run(name[0] ?? '', name))
  for (let i = 0; i < all.length; i += 1) {
    await settle()
    expect(began).toHaveLength(i + 1)
    ends.shift()?.()
  }
  await Promise.all(all)
  expect(began).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
})

test('small work runs together, work above the bound runs alone', async () => {
  const turns = new Turns(LIMIT.webhookKeepBytesMax)
  const ends: (() => void)[] = []
  const run = (bytes: number): Promise<void> =>
    turns.run('a', bytes, () => new Promise((resolve) => ends.push(resolve)))
  const all = [run(100), run(100), run(LIMIT.webhookKeepBytesMax + 1), run(1)]
  await settle()
  expect(ends).toHaveLength(2)
  ends.splice(0).map((end) => end())
  await settle()
  expect(ends).toHaveLength(1)
  ends.splice(0).map((end) => end())
  await settle()
  expect(ends).toHaveLength(1)
  ends.splice(0).map((end) => end())
  await Promise.all(all)
})

test('work that fails makes room as well', async () => {
  const turns = new Turns(1)
  const failing = turns.run('a', 1, () => Promise.reject(new Error('no')))
  const next = turns.run('b', 1, async () => 'done')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('done')
})
