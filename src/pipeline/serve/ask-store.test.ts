import { expect, test } from 'vitest'
import { Fault } from '../../base/fault.ts'
import { HandClock } from '../../source/testing/hand-clock.ts'
import type { Store } from '../../store/store.ts'
import { askStore } from './ask-store.ts'

const QUESTION = { clusters: ['shop'], fromUs: 1, toUs: 2, rules: [] }
const AWAY = new Fault('store/unreachable', 'it is away', { transient: true })

/** A store that does not answer so many times. */
const storeAfter = (times: number, fault: Fault): Store => {
  let left = times
  const query = async (): Promise<[]> => {
    left -= 1
    if (left >= 0) throw fault
    return []
  }
  // Only this member is used.
  return { query } as Partial<Store> as Store
}

const asking = (store: Store) => {
  const clock = new HandClock()
  const { signal } = new AbortController()
  const said: string[] = []
  const hooks = { log: (_: string, message: string): void => void said.push(message) }
  const answer = askStore(store, { clock, signal, onRetry: () => {} }, hooks)(QUESTION)
  return { answer, clock, said }
}

const moves = async (clock: HandClock, times: number): Promise<void> => {
  for (let n = 0; n < times; n += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    clock.move(10_000)
  }
}

test('a store that is away for a moment is asked again', async () => {
  const { answer, clock, said } = asking(storeAfter(3, AWAY))
  await moves(clock, 5)
  expect(await answer).toEqual([])
  expect(said).toEqual([])
})

test('a store that refuses, or stays away, is not asked for ever', async () => {
  const refusing = asking(storeAfter(1, new Fault('store/refused', 'no')))
  expect(await refusing.answer).toBeUndefined()
  expect(refusing.said).toEqual(['acts that came late are not judged, the store was asked: no'])
  const away = asking(storeAfter(1_000, AWAY))
  await moves(away.clock, 100)
  expect(await away.answer).toBeUndefined()
  expect(away.said).toHaveLength(1)
})
