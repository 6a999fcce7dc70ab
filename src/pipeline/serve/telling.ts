import type { Clock } from '../../base/clock.ts'
import type { WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import type { OnTold } from './live-findings.ts'
import type { Meters } from './meters.ts'
import { toldRecord } from './records.ts'
import type { ServeHooks } from './running.ts'

/** What telling needs. */
export interface TellingParts {
  readonly log: WriteAheadLog
  readonly meters: Meters
  readonly hooks: ServeHooks
  readonly clock: Clock
}

/**
 * Tells findings as they come, and notes in the log which: a replay after a crash finds them again,
 * and they are stored again, but not told. `before` are the ids that the log says were told.
 */
export const teller = (
  before: ReadonlySet<string>,
  { log, meters, hooks, clock }: TellingParts,
): OnTold => {
  const replayed = new Set(before)
  let told: string[] = []
  const note = (): void => {
    const ids = told
    told = []
    // A log that cannot take it now will say so to those who must not go on without it.
    log.append(toldRecord(ids)).catch(() => {})
  }
  return (finding, isUpdate, arrivedUs) => {
    const { id, rule } = finding.finding
    // Of what was told before the crash the first time is the repetition; what follows is news.
    if (replayed.delete(id) && !finding.withdrawn) return
    hooks.finding(finding, isUpdate)
    meters.findings.inc({ level: rule.level })
    meters.findingSeconds.observe(Math.max(0, clock.nowUs() - arrivedUs) / 1e6)
    if (told.length === 0) queueMicrotask(note)
    told.push(id)
  }
}
