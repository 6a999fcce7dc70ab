import type { LogComparison } from '../../advise/policy/compare-logs.ts'
import type { CoverageChange, DiffClass, PolicyDiff } from '../../advise/policy/diff.ts'
import type { SimulationResult } from '../../advise/policy/simulate.ts'
import type {
  LoadedPolicy,
  PolicyDecision,
  PolicyRequest,
} from '../../kubernetes/audit-policy/policy.ts'
import { targetOf } from '../../kubernetes/audit-policy/request-target.ts'
import type { EventsRead } from '../policy-events.ts'
import { perDayOf } from './simulation-record.ts'

/** A policy and the file that it came from. */
export interface NamedPolicy {
  readonly file: string
  readonly loaded: LoadedPolicy
}

/** The detections that see less under a new policy, and those that see more. */
export interface DetectionChanges {
  readonly lost: readonly CoverageChange[]
  readonly gained: readonly CoverageChange[]
  /** How many were looked at. */
  readonly rules: number
}

/** Two policies and how they differ. */
export interface ComparedPolicies {
  readonly before: NamedPolicy
  readonly after: NamedPolicy
  readonly diff: PolicyDiff
  /** Undefined where nothing differs. */
  readonly detections: DetectionChanges | undefined
  /** Undefined where no logs were given. */
  readonly logs: { readonly read: EventsRead; readonly comparison: LogComparison } | undefined
}

/**
 * A difference of policies as JSON. `different` is whether any request is logged otherwise; null
 * where the search ended before it was known (`untold`: pairs of rules that were not searched to
 * the end). `classes` has one for each pair of an old and a new rule that decide requests
 * differently: `change` is `less`, `more` or `mixed`; `rule` is the index from 0, -1 where no rule
 * matches; `objects` and `paths` say what it is about, where no `verbs` are any; `leftOut` patterns
 * were not looked at; `answered` is false where an API server has no answer but 404 and 405;
 * `example` is a request that both rules decide. `remote` is such a request where there is no
 * other: an odd one, with a star in a name or of a kind that cannot exist. `detections` is null
 * where nothing differs, and `events` where no logs are given: `gone` are logged by the old policy
 * only, `added` by the new one only, `smaller` and `larger` by both, with the bytes saved and those
 * on top.
 */
export const diffRecord = (compared: ComparedPolicies): Record<string, unknown> => {
  const { before, after, diff, detections, logs } = compared
  const { classes, untold, remote } = diff
  return {
    old: before.file,
    new: after.file,
    different: classes.length > 0 ? true : untold > 0 ? null : false,
    classes: classes.map((one) => classRecord(one, compared)),
    untold,
    remote: remote === undefined ? null : exampleRecord(remote.request),
    detections: detections === undefined ? null : detectionsRecord(detections),
    events: logs === undefined ? null : logsRecord(logs.comparison),
  }
}

const classRecord = (
  { change, before, after, scope, isAnswered, request }: DiffClass,
  compared: ComparedPolicies,
): Record<string, unknown> => ({
  change,
  before: decisionRecord(before, compared.before.loaded),
  after: decisionRecord(after, compared.after.loaded),
  objects: scope.objects,
  paths: scope.paths,
  users: scope.users,
  userGroups: scope.userGroups,
  unauthenticatedOnly: scope.isUnauthenticated,
  answered: isAnswered,
  leftOut: scope.leftOut,
  example: exampleRecord(request),
})

const decisionRecord = (
  { rule, level, omitStages, omitManagedFields }: PolicyDecision,
  { placeOf }: LoadedPolicy,
): Record<string, unknown> => {
  const line = rule < 0 ? null : (placeOf(['rules', rule]).line ?? null)
  return { rule, line, level, omitStages, omitManagedFields }
}

const exampleRecord = (request: PolicyRequest): Record<string, unknown> => ({
  user: request.user?.name ?? null,
  groups: request.user?.groups ?? [],
  verb: request.verb,
  group: request.resource?.group ?? null,
  resource: request.resource?.resource ?? null,
  subresource: request.resource?.subresource ?? null,
  namespace: request.resource?.namespace ?? null,
  name: request.resource?.name ?? null,
  path: request.path,
  ...targetOf(request),
})

const detectionsRecord = ({ lost, gained, rules }: DetectionChanges): Record<string, unknown> => ({
  rules,
  lost: lost.map(changeRecord),
  gained: gained.map(changeRecord),
})

const changeRecord = ({ rule, before, after }: CoverageChange): Record<string, unknown> => ({
  id: rule.id,
  detection: rule.detection ?? null,
  title: rule.title,
  before,
  after,
})

const logsRecord = (comparison: LogComparison): Record<string, unknown> => {
  const { before, after, gone, added, smaller, larger } = comparison
  return {
    recorded: before.total.recorded,
    before: totalRecord(before),
    after: totalRecord(after),
    ...{ gone, added, smaller, larger },
  }
}

const totalRecord = (result: SimulationResult): Record<string, unknown> => {
  const day = perDayOf(result)
  return {
    ...result.total.logged,
    unknownBytes: result.total.unknownBytes,
    undecided: result.undecided.events,
    perDay: day === undefined ? null : { events: day.events, bytes: day.bytes },
  }
}
