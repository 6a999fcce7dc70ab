import type { EventDecision } from '../../kubernetes/audit-policy/decide-event.ts'
import type { LoadedPolicy } from '../../kubernetes/audit-policy/policy.ts'
import { partNames } from '../../model/blindness.ts'
import type { AuditEvent } from '../../model/event.ts'
import { wouldBeLogged } from './evaluation.ts'

/**
 * What a policy says of an event, as a line of JSON. `rule` is the index from 0, -1 where no rule
 * matches, and `line` where it begins in the file. Where it cannot be told, `level`, `omitStages`,
 * `omitManagedFields`, `rule` and `line` are null, `lacking` names the parts of the event that
 * would tell, and `possibleRules` the rules that may decide. `logged`: whether an event of this
 * stage would be written; null when not known. `recordedLevel` is the level it was written at.
 */
export const evaluationRecord = (
  event: AuditEvent,
  decided: EventDecision,
  loaded: LoadedPolicy,
): Record<string, unknown> => {
  const { decision, possible, unknown } = decided
  const { source, offset, length, index } = event.origin
  return {
    auditID: event.auditID ?? null,
    stage: event.stage,
    level: decision?.level ?? null,
    omitStages: decision?.omitStages ?? null,
    omitManagedFields: decision?.omitManagedFields ?? null,
    rule: decision?.rule ?? null,
    line: lineOf(loaded, decision?.rule) ?? null,
    logged: wouldBeLogged(event, decided) ?? null,
    recordedLevel: event.level ?? null,
    lacking: partNames(unknown),
    possibleRules: possible.map(({ rule }) => rule),
    cluster: source.cluster,
    server: source.server,
    file: source.file,
    offset,
    length,
    index,
  }
}

const lineOf = (loaded: LoadedPolicy, rule: number | undefined): number | undefined =>
  rule === undefined || rule < 0 ? undefined : loaded.placeOf(['rules', rule]).line
