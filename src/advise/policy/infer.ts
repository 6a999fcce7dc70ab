import type { AuditPolicy, PolicyRule } from '../../kubernetes/audit-policy/policy.ts'
import {
  compilePolicy,
  type PolicyEvaluator,
} from '../../kubernetes/audit-policy/policy-evaluator.ts'
import type { Level, Stage } from '../../model/event.ts'
import { KIND_EVENTS_MIN, STAGE_EVENTS_MIN, USUAL_KINDS } from '../../model/request-kind.ts'
import {
  addCounts,
  noCounts,
  type SeenCounts,
  type SeenEvent,
  type SeenRequest,
  type SeenRequests,
} from './infer-requests.ts'
import { inferRules } from './infer-rules.ts'

/** How sure a conclusion is, by how much of it was seen and whether anything speaks against it. */
export type Confidence = 'high' | 'medium' | 'low'

/** The policy in force as far as logs show it. */
export interface InferredPolicy {
  /** Never has a rule at level None: what is not logged cannot be seen. */
  readonly policy: AuditPolicy
  /** What is known of each rule, in the order of the policy. */
  readonly rules: readonly InferredRule[]
  readonly counts: Readonly<SeenCounts>
  /** Stages that never came, though so many requests should have had them. */
  readonly stages: readonly StageVerdict[]
  readonly managedFields: { readonly kept: boolean | undefined; readonly objects: number }
  /** Requests whose level is another than the inferred policy says, at most `UNEXPLAINED_MAX`. */
  readonly unexplained: readonly Unexplained[]
  /** Events of all of them. */
  readonly unexplainedEvents: number
  /** What every cluster does and these logs never show. */
  readonly hints: readonly HiddenHint[]
  /** Events that do not say what a policy asks. */
  readonly untold: number
  /** Events of more different requests than are kept. */
  readonly leftOut: number
  /** That the logs span; undefined: no event has a time. */
  readonly seconds: number | undefined
}

/** What was seen of a rule's requests. */
export interface InferredRule {
  readonly rule: PolicyRule
  readonly counts: Readonly<SeenCounts>
  /** Events at the rule's level. */
  readonly agreeing: number
  /** Different requests. */
  readonly requests: number
  readonly confidence: Confidence
  /** An event that the rule was inferred from. */
  readonly example: SeenEvent | undefined
}

/** Whether a stage is logged. */
export interface StageVerdict {
  readonly stage: Stage
  readonly isOmitted: boolean
  readonly events: number
  /** Requests that should have had it. */
  readonly of: number
  readonly confidence: Confidence
}

/** Requests that were logged at another level than others like them. */
export interface Unexplained {
  readonly request: SeenRequest['request']
  readonly inferred: string
  readonly levels: Readonly<Record<Level, number>>
  readonly example: SeenEvent | undefined
}

/** Something that is perhaps hidden by the policy: never seen is not None. */
export interface HiddenHint {
  /** `update leases` */
  readonly kind: string
  readonly about: string
  readonly everySeconds: number
}

/** Infers the policy that API servers with the same policy have, from their logs. */
export const inferPolicy = (logs: readonly SeenRequests[]): InferredPolicy => {
  const requests = logs.flatMap((log) => log.all)
  const counts = noCounts()
  for (const log of logs) addCounts(counts, log.counts)
  const stages = stagesOf(counts)
  const rules = inferRules(requests)
  const bare: AuditPolicy = {
    rules,
    omitStages: stages.filter(({ isOmitted }) => isOmitted).map(({ stage }) => stage),
    omitManagedFields: counts.objects >= OBJECTS_MIN && counts.managed === 0,
  }
  const sorted = sortByRule(compilePolicy(bare), requests)
  const policy = { ...bare, rules: rules.map((rule, at) => refine(rule, sorted[at], bare)) }
  const unexplained = unexplainedOf(policy, requests, sorted)
  return {
    policy,
    rules: policy.rules.map((rule, at) => describe(rule, sorted[at] ?? [])),
    counts,
    stages,
    managedFields: {
      kept: counts.objects < OBJECTS_MIN && counts.managed === 0 ? undefined : counts.managed > 0,
      objects: counts.objects,
    },
    unexplained: unexplained.slice(0, UNEXPLAINED_MAX),
    unexplainedEvents: unexplained.reduce((all, { levels }) => all + eventsAt(levels), 0),
    hints: hintsOf(logs),
    untold: logs.reduce((sum, log) => sum + log.untold, 0),
    leftOut: logs.reduce((sum, log) => sum + log.leftOut, 0),
    seconds: secondsOf(logs),
  }
}

const UNEXPLAINED_MAX = 20
/** So many stored objects without managedFields are no accident. */
const OBJECTS_MIN = 20
/** So many ended requests of one rule without a stage are none either. */
const RULE_STAGE_MIN = 10

/** The requests that each rule decides; those that none does are in no list. */
const sortByRule = (
  evaluator: PolicyEvaluator,
  requests: readonly SeenRequest[],
): readonly (readonly SeenRequest[])[] => {
  const sorted: SeenRequest[][] = evaluator.policy.rules.map(() => [])
  for (const one of requests) sorted[evaluator.decide(one.request).rule]?.push(one)
  return sorted
}

/** The rule with the stages and managed fields that only its requests lack. */
const refine = (
  rule: PolicyRule,
  requests: readonly SeenRequest[] = [],
  { omitStages, omitManagedFields }: AuditPolicy,
): PolicyRule => {
  const counts = sum(requests)
  const omitted = stagesOf(counts)
    .filter(({ isOmitted, of }) => isOmitted && of >= RULE_STAGE_MIN)
    .map(({ stage }) => stage)
    .filter((stage) => !omitStages.includes(stage))
  const lacksManaged = counts.objects >= OBJECTS_MIN && counts.managed === 0
  return {
    ...rule,
    omitStages: omitted,
    omitManagedFields: lacksManaged && !omitManagedFields ? true : undefined,
  }
}

const sum = (requests: readonly SeenRequest[]): SeenCounts => {
  const counts = noCounts()
  for (const one of requests) addCounts(counts, one.counts)
  return counts
}

/** A request that failed to authenticate has ResponseStarted alone, and counts for no stage. */
const stagesOf = (counts: SeenCounts): readonly StageVerdict[] => {
  const { received, started, complete, whole, longWhole } = counts
  const verdict = (stage: Stage, events: number, of: number): StageVerdict => ({
    stage,
    isOmitted: events === 0 && of > 0,
    events,
    of,
    confidence: of >= STAGE_EVENTS_MIN ? 'high' : of >= KIND_EVENTS_MIN ? 'medium' : 'low',
  })
  return [
    verdict('RequestReceived', received, whole),
    verdict('ResponseStarted', started, longWhole),
    verdict('ResponseComplete', complete, received),
  ]
}

const describe = (rule: PolicyRule, requests: readonly SeenRequest[]): InferredRule => {
  const counts = sum(requests)
  const { level } = rule
  const agreeing =
    level === 'None' ? 0 : requests.reduce((all, { levels }) => all + levels[level], 0)
  const isWhole = agreeing === counts.events
  const example =
    level === 'None' ? undefined : requests.find(({ examples }) => examples.has(level))
  return {
    rule,
    counts,
    agreeing,
    requests: requests.length,
    confidence: isWhole ? confidenceOf(agreeing) : 'low',
    example: level === 'None' ? undefined : example?.examples.get(level),
  }
}

/** By the number of events that show it. */
export const confidenceOf = (events: number): Confidence =>
  events >= KIND_EVENTS_MIN ? 'high' : events >= SOME_EVENTS ? 'medium' : 'low'

const SOME_EVENTS = 10

/** Those with the most events first. */
const unexplainedOf = (
  policy: AuditPolicy,
  requests: readonly SeenRequest[],
  sorted: readonly (readonly SeenRequest[])[],
): readonly Unexplained[] => {
  const levels = new Map<SeenRequest, string>()
  for (const [at, some] of sorted.entries()) {
    for (const one of some) levels.set(one, policy.rules[at]?.level ?? 'None')
  }
  return requests
    .map((one) => ({ one, inferred: levels.get(one) ?? 'None' }))
    .filter(({ one, inferred }) =>
      Object.entries(one.levels).some(([level, events]) => level !== inferred && events > 0),
    )
    .sort((a, b) => b.one.counts.events - a.one.counts.events)
    .map(({ one, inferred }) => ({
      request: one.request,
      inferred,
      levels: one.levels,
      example: [...one.examples].find(([level]) => level !== inferred)?.[1],
    }))
}

const eventsAt = (levels: Readonly<Record<Level, number>>): number =>
  levels.Metadata + levels.Request + levels.RequestResponse

const hintsOf = (logs: readonly SeenRequests[]): readonly HiddenHint[] => {
  const seconds = secondsOf(logs) ?? 0
  const events = logs.reduce((all, log) => all + log.counts.events, 0)
  if (events < HINT_EVENTS_MIN) return []
  const seen = new Set(logs.flatMap((log) => [...log.usual]))
  const isRead = (kind: string): boolean => READS.some((verb) => kind.startsWith(verb))
  if (events >= STAGE_EVENTS_MIN && ![...seen].some(isRead)) return [NO_READS]
  return [...USUAL_KINDS]
    .filter(([, usual]) => seconds >= HINT_TIMES * usual.seconds)
    .filter(([kind]) => !seen.has(kind))
    .map(([kind, { about, seconds: everySeconds }]) => ({ kind, about, everySeconds }))
}

const READS = ['get ', 'list ', 'watch ']
const NO_READS: HiddenHint = {
  kind: 'get, list and watch of anything',
  about: 'reads: every client of an API server does little else',
  everySeconds: 1,
}
/** A log shorter than three times of what it never shows says nothing of it. */
const HINT_TIMES = 3
const HINT_EVENTS_MIN = 100

const secondsOf = (logs: readonly SeenRequests[]): number | undefined => {
  const from = logs.flatMap(({ firstUs }) => firstUs ?? [])
  const to = logs.flatMap(({ lastUs }) => lastUs ?? [])
  return from.length === 0 ? undefined : (Math.max(...to) - Math.min(...from)) / 1e6
}
