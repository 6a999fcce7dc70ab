import type { Clock } from '../../base/clock.ts'
import type { WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import type { GapDelivery, Keep, LogSource, SourceGap } from '../../model/delivery.ts'

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
  const gaps = log.damage.map(({ segment, fromByte, toByte, reason, ...damage }) => {
    const records = damage.toSequence - damage.fromSequence
    const bytes = `${toByte - fromByte} bytes of the write-ahead log`
    const message = `${bytes} are damaged (${reason}), with up to ${records} records`
    return gapOf({ message, place: segment, fromByte, toByte }, nowUs)
  })
  for (const gap of gaps) await keep(gap, new Uint8Array())
  if (gaps.length > 0) await log.damageTold()
}

/**
 * Brings a log forward that is behind the store, and keeps that as a gap: new records under numbers
 * that the store has would be taken for what is stored, and dropped.
 */
export const keepBehind = async (
  lastSequence: number,
  { log, keep, clock }: LogDamageParts,
): Promise<void> => {
  const { nextSequence } = log
  if (nextSequence > lastSequence) return
  const message =
    `the write-ahead log ends with record ${nextSequence - 1}, and the store has up to ` +
    `${lastSequence}: it was deleted, or put back from a copy; what was in it and not stored is lost`
  await log.advance(lastSequence + 1)
  const unknown = { place: undefined, fromByte: undefined, toByte: undefined }
  await keep(gapOf({ message, ...unknown }, clock.nowUs()), new Uint8Array())
}

/** Whose log it was nobody can say any more. */
const NOBODY: LogSource = { cluster: '', server: '', way: 'webhook' }

const gapOf = (
  what: Pick<SourceGap, 'message' | 'place' | 'fromByte' | 'toByte'>,
  arrivedUs: number,
): GapDelivery => ({
  kind: 'gap',
  source: NOBODY,
  arrivedUs,
  gap: {
    kind: 'log-damage',
    ...what,
    fromTime: undefined,
    toTime: undefined,
    events: undefined,
  },
})
