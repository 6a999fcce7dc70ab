import { Fault } from '../../base/fault.ts'
import type { Store } from '../../store/store.ts'
import { signalsBetween } from './before.ts'
import type { AskStore } from './live-findings.ts'
import { persist } from './persist.ts'
import type { ServeHooks } from './running.ts'

/** How long a store that is away is asked again, in ms: others that came late wait meanwhile. */
const ASK_MS = 300_000

/** Asks a store for acts that bear on those that came late, which without it stay unjudged. */
export const askStore =
  (store: Store, trying: Parameters<typeof persist>[1], hooks: Pick<ServeHooks, 'log'>): AskStore =>
  async ({ fromUs, toUs, clusters, rules }) => {
    const { clock } = trying
    const end = new AbortController()
    const untilMs = clock.elapsedMs() + ASK_MS
    const ask = (): ReturnType<typeof signalsBetween> => {
      if (clock.elapsedMs() >= untilMs) end.abort()
      return signalsBetween(store, fromUs, toUs, { clusters, rules })
    }
    try {
      const signal = AbortSignal.any([trying.signal, end.signal])
      return await persist(ask, { ...trying, signal })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      hooks.log('warn', `acts that came late are not judged, the store was asked: ${error.message}`)
      return undefined
    }
  }
