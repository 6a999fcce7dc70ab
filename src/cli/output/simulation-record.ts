import type { SimulationResult } from '../../advise/policy/simulate.ts'
import type { Flow, TopFlows } from '../../advise/policy/simulate-totals.ts'
import type { LoadedPolicy } from '../../kubernetes/audit-policy/policy.ts'
import type { EventsRead } from '../policy-events.ts'

/** A simulation with what it was made of. */
export interface Simulated {
  readonly file: string
  readonly loaded: LoadedPolicy
  readonly read: EventsRead
  readonly result: SimulationResult
}

/**
 * A simulation as JSON. Every flow has `recordedEvents`, `recordedBytes` (as logged), `events` and
 * `bytes` (under the policy) and `unknownBytes`: events of which only a part is known, so that
 * `bytes` is the least that it can be. `rule` is the index from 0, -1 where no rule matches.
 */
export const simulationRecord = ({
  file,
  loaded,
  read,
  result,
}: Simulated): Record<string, unknown> => {
  const { total, dropped, undecided, rules, stages, span } = result
  const shareOf = ({ logged }: Flow): number =>
    total.logged.bytes === 0 ? 0 : logged.bytes / total.logged.bytes
  return {
    policy: file,
    servers: read.servers,
    span: span ?? null,
    total: flowRecord(total),
    perDay: perDayOf(result) ?? null,
    droppedByLevel: dropped.byLevel,
    droppedByStage: dropped.byStage,
    undecided,
    wrapped: result.wrapped,
    rules: rules.map((one) => ({
      rule: one.rule,
      line: one.rule < 0 ? null : (loaded.placeOf(['rules', one.rule]).line ?? null),
      level: one.level,
      ...flowRecord(one),
      share: shareOf(one),
    })),
    severalRules: flowRecord(result.someRule),
    neverMatched: rules
      .filter((one) => one.rule >= 0 && one.recorded.events === 0)
      .map(({ rule }) => rule),
    levels: result.levels.map((one) => ({ level: one.level, ...flowRecord(one) })),
    stages: stages.map((one) => ({
      stage: one.stage,
      ...flowRecord(one),
      missing: one.missing,
    })),
    resources: topRecord(result.resources),
    users: topRecord(result.users),
    lost: topRecord(result.lost),
    days: topRecord(result.days),
  }
}

const flowRecord = ({ recorded, logged, unknownBytes }: Flow): Record<string, number> => ({
  recordedEvents: recorded.events,
  recordedBytes: recorded.bytes,
  events: logged.events,
  bytes: logged.bytes,
  unknownBytes,
})

const topRecord = ({ rows, others }: TopFlows): Record<string, unknown> => ({
  rows: rows.map((row) => ({ name: row.name, ...flowRecord(row) })),
  others: others === undefined ? null : flowRecord(others),
})

/** What a policy logs in a day, if every day is as what was recorded. */
export interface PerDay {
  readonly events: number
  readonly bytes: number
  /** By how much the recording was multiplied. */
  readonly factor: number
}

/** Undefined where the recording spans no time. */
export const perDayOf = ({ span, total }: SimulationResult): PerDay | undefined => {
  if (span === undefined || span.seconds < 1) return undefined
  const factor = DAY_SECONDS / span.seconds
  return { events: total.logged.events * factor, bytes: total.logged.bytes * factor, factor }
}

const DAY_SECONDS = 86_400
