import type { InstanceParts } from './instance-parts.ts'
import type { IntakeHooks } from './intake.ts'
import type { DrainedExtras } from './live-findings.ts'
import type { Monitor } from './monitor.ts'
import { reopenedRecord } from './records.ts'
import { type BatchStoreParts, storeBatch, storeExtras } from './store-batch.ts'

/**
 * Stores batches and what came to light, so that a process that finds a part of it in the store
 * knows from when on it cannot be trusted.
 */
export const commitsOf = (
  { live, log, anchoring, meters }: Pick<InstanceParts, 'live' | 'log' | 'anchoring' | 'meters'>,
  storing: BatchStoreParts,
  monitor: Pick<Monitor, 'committed'>,
): Pick<IntakeHooks, 'commit' | 'settle'> => {
  const drained = async (): Promise<DrainedExtras> => {
    const extras = live.drain()
    if (extras.reopened.size > 0) await log.append(reopenedRecord(extras.reopened))
    return extras
  }
  return {
    commit: async (closed, batch, reading) => {
      const extras = await drained()
      const { clock } = storing
      const beganMs = clock.elapsedMs()
      await storeBatch({ ...closed, batch, reading, extras }, storing)
      meters.insertSeconds.observe((clock.elapsedMs() - beganMs) / 1000)
      live.stored(extras)
      live.committed(extras)
      anchoring.begin()
      monitor.committed(closed.bounds)
    },
    settle: async () => {
      const extras = await drained()
      await storeExtras(extras, storing)
      live.stored(extras)
      anchoring.begin()
      return extras.isSettled
    },
  }
}
