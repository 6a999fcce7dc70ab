import type { Clock } from '../../base/clock.ts'
import type { WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import type { GapDelivery, Keep, LogSource } from '../../model/delivery.ts'

/** Whose log was in the damaged bytes nobody can say any more. */
const NOBODY: LogSource = { cluster: '', server: '', way: 'webhook' }

/**
 * Keeps as gaps what a crash of the machine damaged in the write-ahead log: acknowledged events may
 * have been in it. The bytes stay aside for whoever can read more of them.
 */
export const keepDamage = async (log: WriteAheadLog, keep: Keep, clock: Clock): Promise<void> => {
  const arrivedUs = clock.nowUs()
  const gaps = log.damage.map(({ segment, fromByte, toByte, reason, ...damage }): GapDelivery => {
    const { fromSequence, toSequence } = damage
    const records = toSequence - fromSequence
    return {
      kind: 'gap',
      source: NOBODY,
      arrivedUs,
      gap: {
        kind: 'log-damage',
        message:
          `${toByte - fromByte} bytes of the write-ahead log are damaged (${reason}), ` +
          `with up to ${records} records`,
        place: segment,
        fromByte,
        toByte,
        fromTime: undefined,
        toTime: undefined,
        events: undefined,
      },
    }
  })
  for (const gap of gaps) await keep(gap, new Uint8Array())
  if (gaps.length > 0) await log.damageTold()
}
