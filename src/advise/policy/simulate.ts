import { LIMIT } from '../../base/limit.ts'
import { microsecondsOf, timeText } from '../../detect/time.ts'
import { decideEvent, type EventDecision } from '../../kubernetes/audit-policy/decide-event.ts'
import {
  type AuditPolicy,
  POLICY_LEVELS,
  POLICY_STAGES,
  type PolicyDecision,
  type PolicyLevel,
} from '../../kubernetes/audit-policy/policy.ts'
import {
  compilePolicy,
  type PolicyEvaluator,
} from '../../kubernetes/audit-policy/policy-evaluator.ts'
import { isLongRunning } from '../../kubernetes/request-info/request-info.ts'
import { type Part, partNames } from '../../model/blindness.ts'
import type { AuditEvent, Stage } from '../../model/event.ts'
import type { LoggedSize, RecordedEvent } from './simulate-record.ts'
import { type Amount, type Flow, FlowCount, FlowTable, type TopFlows } from './simulate-totals.ts'

/** What a policy would have logged of recorded events. */
export interface SimulationResult {
  /** All of them; those that cannot be decided are in `recorded` alone. */
  readonly total: Flow
  /** Events that the policy would not log, for its level None or for an omitted stage. */
  readonly dropped: { readonly byLevel: Amount; readonly byStage: Amount }
  /** Events of which the record does not say what the policy asks. */
  readonly undecided: Amount & { readonly missing: readonly Part[] }
  /** Events that came inside records of others: their bytes are computed. */
  readonly wrapped: number
  /** In the order of the policy; last, with index -1, the requests that no rule matches. */
  readonly rules: readonly RuleFlow[]
  /** Decided all the same: every rule that it may have been says the same. Not in `rules`. */
  readonly someRule: Flow
  /** By the level that the policy wants. */
  readonly levels: readonly (Flow & { readonly level: PolicyLevel })[]
  readonly stages: readonly StageFlow[]
  /** `pods/exec`, `deployments.apps`; of other requests the first part of the path. */
  readonly resources: TopFlows
  /** Authenticated users; those who failed to be are the empty text. */
  readonly users: TopFlows
  /** `verb resource` of requests that are not logged at any stage, the largest first. */
  readonly lost: TopFlows
  /** By the day, in UTC, of the stage. */
  readonly days: TopFlows
  /** Undefined: no event has a time. */
  readonly span: RecordedSpan | undefined
}

/** What a rule decides. */
export interface RuleFlow extends Flow {
  /** From 0; -1: no rule matches. */
  readonly rule: number
  readonly level: PolicyLevel
}

/** What becomes of a stage. */
export interface StageFlow extends Flow {
  readonly stage: Stage
  /**
   * Events that the policy would log besides, because the recording left this stage out: about one
   * for each request that should have it. Their bytes are not in `logged`.
   */
  readonly missing: number
}

/** The time that a recording spans. */
export interface RecordedSpan {
  readonly first: string
  readonly last: string
  readonly seconds: number
  /** The longest time within it without an event, to the hour; null: too many hours have some. */
  readonly silentHours: number | null
}

/**
 * Replays recorded events through a policy. What it keeps is bounded, however many events come and
 * whatever they hold.
 */
export class Simulation {
  readonly policy: AuditPolicy
  readonly #evaluator: PolicyEvaluator
  readonly #rules: FlowCount[]
  readonly #total = new FlowCount()
  readonly #levels = new Map<PolicyLevel, FlowCount>()
  readonly #stages = new Map<Stage, StageCount>()
  readonly #resources = new FlowTable(LIMIT.simulatedNamesMax)
  readonly #users = new FlowTable(LIMIT.simulatedNamesMax)
  readonly #lost = new FlowTable(LIMIT.simulatedNamesMax)
  readonly #days = new FlowTable(LIMIT.simulatedNamesMax)
  readonly #span = new SpanCount()
  readonly #dropped = { byLevel: new FlowCount(), byStage: new FlowCount() }
  readonly #undecided = new FlowCount()
  readonly #someRule = new FlowCount()
  #missingParts = 0
  #wrapped = 0

  constructor(policy: AuditPolicy, evaluator: PolicyEvaluator = compilePolicy(policy)) {
    this.policy = policy
    this.#evaluator = evaluator
    // The last one counts what no rule matches.
    this.#rules = Array.from({ length: policy.rules.length + 1 }, () => new FlowCount())
  }

  /** Counts an event; gives what it would take, undefined where it is not logged or not decided. */
  add(recorded: RecordedEvent): LoggedSize | undefined {
    const { event, bytes } = recorded
    if (recorded.isWrapped) this.#wrapped += 1
    this.#span.add(event.stageTimestamp)
    const decided = decideEvent(this.#evaluator, event)
    const decision = decided.decision ?? agreedOf(decided)
    if (decision === undefined) {
      this.#missingParts |= decided.unknown
      this.#undecided.add(bytes, undefined, false)
      this.#total.add(bytes, undefined, false)
      return undefined
    }
    const size = recorded.sizeUnder(decision)
    const rule = decided.decision === undefined ? this.#someRule : this.#rules.at(decision.rule)
    this.#count(recorded, decision, rule ?? this.#someRule, size)
    return size
  }

  result(): SimulationResult {
    const undecided = this.#undecided.flow.recorded
    return {
      total: this.#total.flow,
      dropped: {
        byLevel: this.#dropped.byLevel.flow.recorded,
        byStage: this.#dropped.byStage.flow.recorded,
      },
      undecided: { ...undecided, missing: partNames(this.#missingParts) },
      wrapped: this.#wrapped,
      rules: this.#rules.map((count, at) => ({
        rule: at < this.policy.rules.length ? at : -1,
        level: this.policy.rules[at]?.level ?? 'None',
        ...count.flow,
      })),
      someRule: this.#someRule.flow,
      levels: POLICY_LEVELS.map((level) => ({
        level,
        ...(this.#levels.get(level) ?? new FlowCount()).flow,
      })),
      stages: POLICY_STAGES.map((stage) => this.#stageFlow(stage)),
      resources: this.#resources.top(),
      users: this.#users.top(),
      lost: this.#lost.top(),
      days: this.#days.top(),
      span: this.#span.result(),
    }
  }

  #count(
    { event, bytes }: RecordedEvent,
    decision: PolicyDecision,
    rule: FlowCount,
    size: LoggedSize | undefined,
  ): void {
    const what = resourceOf(event)
    const counts = [
      this.#total,
      rule,
      this.#levelCount(decision.level),
      this.#stageCount(event.stage).flow,
      this.#resources.of(what),
      this.#users.of(event.user.username ?? ''),
      this.#days.of(event.stageTimestamp.slice(0, DAY_CHARACTERS)),
      ...(size === undefined ? this.#lossesOf(event, what, decision) : []),
    ]
    for (const count of counts) count.add(bytes, size?.bytes, size?.isAtLeast ?? false)
    const isWhole = isFinal(event) && this.#span.has(event.requestReceivedTimestamp)
    if (isWhole) this.#expect(event, decision)
  }

  #lossesOf(event: AuditEvent, what: string, decision: PolicyDecision): readonly FlowCount[] {
    const { byLevel, byStage } = this.#dropped
    const isNone = decision.level === 'None'
    const isLost = isNone || stagesOf(event).every((stage) => decision.omitStages.includes(stage))
    return [
      isNone ? byLevel : byStage,
      ...(isLost ? [this.#lost.of(`${event.verb} ${what}`.trim())] : []),
    ]
  }

  /** What other stages of a request that has ended the policy logs. */
  #expect(event: AuditEvent, decision: PolicyDecision): void {
    if (decision.level === 'None') return
    if (event.stage === 'ResponseComplete' && !decision.omitStages.includes('RequestReceived')) {
      this.#stageCount('RequestReceived').expected += 1
    }
    if (isLong(event) && !decision.omitStages.includes('ResponseStarted')) {
      this.#stageCount('ResponseStarted').expected += 1
    }
  }

  #stageFlow(stage: Stage): StageFlow {
    const { flow, expected } = this.#stageCount(stage)
    const isLeftOut = flow.loggedEvents < expected * LEFT_OUT_SHARE
    return { stage, ...flow.flow, missing: isLeftOut ? expected - flow.loggedEvents : 0 }
  }

  #levelCount(level: PolicyLevel): FlowCount {
    const known = this.#levels.get(level) ?? new FlowCount()
    this.#levels.set(level, known)
    return known
  }

  #stageCount(stage: Stage): StageCount {
    const known = this.#stages.get(stage) ?? { flow: new FlowCount(), expected: 0 }
    this.#stages.set(stage, known)
    return known
  }
}

interface StageCount {
  readonly flow: FlowCount
  /** Requests that began and ended within the recording, and should have it. */
  expected: number
}

/** Below it the stage was left out for some; the edges of a log take less. */
const LEFT_OUT_SHARE = 0.9
const DAY_CHARACTERS = '2026-11-20'.length

/** What all rules that may decide say alike. */
const agreedOf = ({ possible }: EventDecision): PolicyDecision | undefined => {
  const [first, ...others] = possible
  if (first === undefined) return undefined
  const said = sayingOf(first)
  return others.every((one) => sayingOf(one) === said) ? first : undefined
}

const sayingOf = ({ level, omitStages, omitManagedFields }: PolicyDecision): string =>
  level === 'None' ? level : [level, omitManagedFields, ...omitStages].join(' ')

/**
 * The stages that a request has, as far as one event of it tells. Who is not authenticated is
 * refused before the first of them: that is logged at ResponseStarted, and nowhere else.
 * Upstream: kubernetes/apiserver pkg/endpoints/filters/{audit,authn_audit}.go.
 */
const stagesOf = (event: AuditEvent): readonly Stage[] => {
  const { stage, responseStatus, user } = event
  const isRefused = stage === 'ResponseStarted' && responseStatus?.code === 401 && !user.username
  if (isRefused) return [stage]
  return [
    'RequestReceived',
    ...(isLong(event) ? (['ResponseStarted'] as const) : []),
    stage === 'Panic' ? stage : 'ResponseComplete',
  ]
}

const isLong = ({ verb, objectRef, requestURI }: AuditEvent): boolean =>
  isLongRunning(verb, objectRef?.subresource ?? '', requestURI ?? '')

const isFinal = ({ stage }: AuditEvent): boolean =>
  stage === 'ResponseComplete' || stage === 'Panic'

/** What a request is about, in a word: `pods/exec`, `deployments.apps`, or `/healthz`. */
export const resourceOf = ({ objectRef, requestURI }: AuditEvent): string => {
  if (objectRef?.resource) {
    const { resource, subresource, apiGroup } = objectRef
    const group = apiGroup ? `.${apiGroup}` : ''
    return `${resource}${group}${subresource ? `/${subresource}` : ''}`
  }
  return /^\/[^/?]*/.exec(requestURI ?? '')?.[0] ?? '(no resource)'
}

/** From when to when, and whether it was silent in between. */
class SpanCount {
  #firstUs: number | undefined
  #lastUs: number | undefined
  readonly #hours = new Set<number>()
  #isSilenceKnown = true

  add(time: string): void {
    const us = microsecondsOf(time)
    if (us === undefined) return
    this.#firstUs = Math.min(this.#firstUs ?? us, us)
    this.#lastUs = Math.max(this.#lastUs ?? us, us)
    const hour = Math.floor(us / HOUR_US)
    if (this.#hours.has(hour)) return
    if (this.#hours.size < LIMIT.simulatedHoursMax) this.#hours.add(hour)
    else this.#isSilenceKnown = false
  }

  /** Whether something was after what came first so far: the log then shows all that followed. */
  has(time: string): boolean {
    const us = microsecondsOf(time)
    return us !== undefined && this.#firstUs !== undefined && us >= this.#firstUs
  }

  result(): RecordedSpan | undefined {
    if (this.#firstUs === undefined || this.#lastUs === undefined) return undefined
    return {
      first: timeText(this.#firstUs),
      last: timeText(this.#lastUs),
      seconds: (this.#lastUs - this.#firstUs) / 1e6,
      silentHours: this.#isSilenceKnown ? this.#silentHours() : null,
    }
  }

  #silentHours(): number {
    const hours = [...this.#hours].sort((a, b) => a - b)
    const steps = hours.map((hour, at) => hour - (hours[at - 1] ?? hour) - 1)
    return steps.reduce((most, step) => Math.max(most, step), 0)
  }
}

const HOUR_US = 3_600e6
