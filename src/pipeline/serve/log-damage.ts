import type { Clock } from '../../base/clock.ts'
import type { LogDamage, WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import type { GapDelivery, Keep, LogSource } from '../../model/delivery.ts'

/** What keeping a loss of the log takes. */
export interface LogDamageParts {
  readonly log: WriteAheadLog
  readonly keep: Keep
  readonly clock: Clock
}

/**
 * Keeps as gaps what a crash of the machine damaged in the write-ahead log: acknowledged events may
 * have been in it. The bytes stay aside for whoever can read more of them.
 */
export const keepDamage = async ({ log, keep, clock }: LogDamageParts): Promise<void> => {
  const nowUs = clock.nowUs()
  const gaps = log.damage.map((damage) => gapOf(damage, nowUs))
  for (const gap of gaps) await keep(gap, new Uint8Array())
  if (gaps.length > 0) await log.damageTold()
}

/**
 * Brings a log forward that is behind the store, which is damage of the log: new records under
 * numbers that the store has would be taken for what is stored, and dropped.
 */
export const bringForward = (log: WriteAheadLog, lastSequence: number): Promise<void> =>
  log.advance(
    lastSequence + 1,
    `it ends with record ${log.nextSequence - 1}, and the store has up to ${lastSequence}: ` +
      'it was deleted, or put back from a copy; what was in it and not stored is lost',
  )

/** Whose log it was nobody can say any more. */
const NOBODY: LogSource = { cluster: '', server: '', way: 'webhook' }

const gapOf = (damage: LogDamage, arrivedUs: number): GapDelivery => ({
  kind: 'gap',
  source: NOBODY,
  arrivedUs,
  gap: {
    kind: 'log-damage',
    message: messageOf(damage),
    place: damage.segment,
    fromByte: damage.fromByte,
    toByte: damage.toByte,
    fromTime: undefined,
    toTime: undefined,
    events: undefined,
  },
})

const messageOf = ({ fromByte, toByte, reason, fromSequence, toSequence }: LogDamage): string => {
  const records = toSequence - fromSequence
  const bytes = toByte - fromByte
  return bytes === 0
    ? `${records} records of the write-ahead log are missing: ${reason}`
    : `${bytes} bytes of the write-ahead log are damaged (${reason}), with up to ${records} records`
}
