import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import type { ServeHooks } from './running.ts'

/** The first wait after a fault, and the longest, in ms. */
const WAIT_MS_MIN = 200
const WAIT_MS_MAX = 10_000

/** What is told of a fault that will be tried again. */
export type OnRetry = (fault: Fault, waitMs: number) => void

/** Says in the log of the program that something is tried again. */
export const sayRetry =
  (what: string, hooks: Pick<ServeHooks, 'log'>): OnRetry =>
  ({ code, message }, waitMs) =>
    hooks.log('warn', `${what}: ${message}; again in ${waitMs} ms`, { code })

/**
 * Does something until it succeeds or cannot: transient faults are waited for, longer each time.
 * Rejects with the last fault when the signal aborts, and at once with any other error.
 */
export const persist = async <T>(
  work: () => Promise<T>,
  { clock, signal, onRetry }: { clock: Clock; signal: AbortSignal; onRetry: OnRetry },
): Promise<T> => {
  for (let waitMs = WAIT_MS_MIN; ; waitMs = Math.min(waitMs * 2, WAIT_MS_MAX)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Fault) || !error.transient || signal.aborted) throw error
      onRetry(error, waitMs)
      await clock.sleep(waitMs, signal)
    }
  }
}
