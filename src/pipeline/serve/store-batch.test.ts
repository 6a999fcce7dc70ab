import { expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import { Chains } from '../../store/evidence/chain.ts'
import type { Store, StoreRecord } from '../../store/store.ts'
import { storeExtras } from './store-batch.ts'

test('LIMIT.recordsPortionCharacters: signals are inserted in portions, each once', async () => {
  const inserts: { readonly token: string; readonly records: readonly StoreRecord[] }[] = []
  const refuse = (): never => {
    throw new Error('not asked for here')
  }
  const store: Store = {
    ...{ version: '', insert: refuse, query: refuse, stream: refuse, command: refuse },
    insertRecords: async (_, token, records) => void inserts.push({ token, records }),
    ping: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  }
  const document = 'x'.repeat(LIMIT.recordsPortionCharacters / 2)
  const signals = Array.from({ length: 5 }, (_, n) => {
    return { act: String(n), cluster: 'shop', timeUs: 1, rules: [], document }
  })
  const extras = { findings: [], signals, gaps: [], issues: [], judged: new Map() }
  const { signal } = new AbortController()
  const more = { chains: new Chains([]), instance: '', onRetry: () => {} }
  await storeExtras(extras, { store, clock: systemClock, signal, ...more })
  expect(inserts.map(({ records }) => records.map(({ act }) => act))).toEqual([
    ['0', '1'],
    ['2', '3'],
    ['4'],
  ])
  expect(new Set(inserts.map(({ token }) => token)).size).toBe(3)
})
