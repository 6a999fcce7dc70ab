import { expect, test } from 'vitest'
import { Wakers } from './wakers.ts'

test('all who wait are woken, and those who wait for something go on waiting until it holds', async () => {
  const wakers = new Wakers()
  let count = 0
  const said: string[] = []
  const waiting = [
    wakers.wait().then(() => said.push('woken')),
    wakers.until(() => count >= 1).then(() => said.push('one')),
    wakers.until(() => count >= 2).then(() => said.push('two')),
    wakers.until(() => true).then(() => said.push('at once')),
  ]
  await waiting[3]
  count = 1
  wakers.wake()
  await Promise.all(waiting.slice(0, 2))
  expect(said).toEqual(['at once', 'woken', 'one'])
  count = 2
  wakers.wake()
  await Promise.all(waiting)
  expect(said.at(-1)).toBe('two')
})

test('an abort ends a wait, and an error ends what is waited for', async () => {
  const wakers = new Wakers()
  const stop = new AbortController()
  const waiting = wakers.wait(stop.signal)
  stop.abort()
  await waiting
  await wakers.wait(stop.signal)
  let isBroken = false
  const failing = wakers.until(() => {
    if (isBroken) throw new Error('broken')
    return false
  })
  isBroken = true
  wakers.wake()
  await expect(failing).rejects.toThrow('broken')
})
