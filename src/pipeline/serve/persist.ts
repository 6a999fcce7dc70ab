import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'

/** The first wait after a fault, and the longest, in ms. */
const WAIT_MS_MIN = 200
const WAIT_MS_MAX = 10_000

/** What is told of a fault that will be tried again. */
export type OnRetry = (fault: Fault, waitMs: number) => void

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
