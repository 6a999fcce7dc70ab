import type { Place } from '../../base/issue.ts'
import { CANNOT_TELL } from '../../base/truth.ts'
import type { CompiledCorrelation, RuleSet } from '../../detect/compile.ts'
import { cutEvent } from '../../kubernetes/audit-policy/cut-event.ts'
import { decideRecorded } from '../../kubernetes/audit-policy/decide-event.ts'
import {
  policyRequestOf,
  type RecordedRequest,
} from '../../kubernetes/audit-policy/event-request.ts'
import {
  POLICY_LEVELS,
  type PolicyDecision,
  type PolicyLevel,
} from '../../kubernetes/audit-policy/policy.ts'
import type { PolicyEvaluator } from '../../kubernetes/audit-policy/policy-evaluator.ts'
import { isLongRunning } from '../../kubernetes/request-info/request-info.ts'
import { type AuditEvent, STAGE_RANK, type Stage } from '../../model/event.ts'
import type { RuleRef } from '../../model/finding.ts'
import type { RuleCase } from '../case-file.ts'
import { isObject, type JsonObject } from '../json.ts'
import { decodeOne, judgeEvent, judgeStory, type Verdict } from '../judge-case.ts'
import { isAboutSource, isCorrelation, type Testable } from '../rule-cases.ts'

/** What a rule says of a case that it must match, once the policy has cut the case down. */
export interface ProvenCase {
  readonly title: string
  readonly at: Place
  readonly got: Verdict | 'not logged'
  /** The policy's rule, from 0, that decides its event, or of a story the first one lost. */
  readonly policyRule: number
}

/** A case that its rule must match, ready to be judged under one policy after the other. */
export class ProvableCase {
  readonly rule: Testable
  readonly title: string
  /** Its events: of a story all, in their order. */
  readonly events: readonly AuditEvent[]
  readonly #at: Place
  readonly #set: RuleSet
  readonly #records: readonly JsonObject[]
  readonly #requests: readonly RecordedRequest[]
  /** What came of it, by all that was decided on. */
  readonly #proven = new Map<string, Judgement>()

  /** The records are those of the events. */
  constructor(
    rule: Testable,
    set: RuleSet,
    { title, at }: Pick<RuleCase, 'title' | 'at'>,
    pairs: readonly { readonly event: AuditEvent; readonly record: JsonObject }[],
  ) {
    this.rule = rule
    this.title = title
    this.#at = at
    this.#set = set
    this.events = pairs.map(({ event }) => event)
    this.#records = pairs.map(({ record }) => record)
    this.#requests = this.events.map(policyRequestOf)
  }

  /** What its rule says of what a policy would have had logged. */
  prove(evaluator: PolicyEvaluator): ProvenCase {
    const decisions = this.#requests.map((one) => decideRecorded(evaluator, one).decision)
    const text = textOf(decisions)
    const proven = this.#proven.get(text) ?? this.#proveBy(decisions)
    this.#proven.set(text, proven)
    const policyRule = decisions[proven.lost]?.rule ?? -1
    return { title: this.title, at: this.#at, got: proven.got, policyRule }
  }

  #proveBy(decisions: readonly (PolicyDecision | undefined)[]): Judgement {
    const cuts = this.events.map((event, at) => this.#cut(event, at, decisions[at]))
    return { got: this.#judge(cuts), lost: Math.max(0, cuts.indexOf(undefined)) }
  }

  #cut(event: AuditEvent, at: number, decision: PolicyDecision | undefined): string | undefined {
    const record = this.#records[at]
    if (record === undefined || decision === undefined) return undefined
    const stage = loggedStage(event, decision)
    const cut = stage && cutAt(record, stage, decision)
    return cut && JSON.stringify(cut)
  }

  #judge(cuts: readonly (string | undefined)[]): ProvenCase['got'] {
    const records = cuts.filter((record) => record !== undefined)
    const [only] = records
    if (only === undefined || isAboutSource(this.rule)) return 'not logged'
    const judged = isCorrelation(this.rule)
      ? judgeStory(this.rule, this.#set, records)
      : judgeEvent(this.rule, only)
    // Some of a story is lost without a trace: that is no "no match" of what happened.
    if (judged.got === 'no match' && records.length < cuts.length) return 'not logged'
    return judged.got ?? 'cannot tell'
  }
}

/** The same text where as much is logged; events one after the other that are alike are one. */
const textOf = (decisions: readonly (PolicyDecision | undefined)[]): string => {
  let text = ''
  let last: string | undefined
  for (const [at, one] of decisions.entries()) {
    const said = `${one?.level} ${one?.omitStages} ${one?.omitManagedFields}`
    if (said !== last) text += `${at} ${said}\n`
    last = said
  }
  return text
}

interface Judgement {
  readonly got: ProvenCase['got']
  /** The first event that is not logged, else the first. */
  readonly lost: number
}

/**
 * The cases that a rule must match. One with a record that no policy decides on is left out: it is
 * none of `audit.k8s.io`, or its path is not that of its object.
 */
export const provableCases = (
  rule: Testable,
  cases: readonly RuleCase[],
  set: RuleSet,
): readonly ProvableCase[] => {
  const below = isCorrelation(rule) ? setBelow(rule, set) : set
  return isAboutSource(rule)
    ? []
    : cases
        .filter(({ kind }) => kind === 'match' || kind === 'bypass')
        .flatMap((one) => {
          const pairs = one.records.map(readRecord)
          const known = pairs.filter((pair) => pair !== undefined)
          return known.length < pairs.length ? [] : [new ProvableCase(rule, below, one, known)]
        })
}

/** The rules that a correlation stands on, and itself: others have no part in its stories. */
const setBelow = (correlation: CompiledCorrelation, set: RuleSet): RuleSet => {
  const ids = new Set([correlation.ref.id])
  for (const { ref, plan } of set.correlations.toReversed()) {
    if (ids.has(ref.id)) for (const { rule } of plan.slots) ids.add(rule)
  }
  const isBelow = ({ ref }: { readonly ref: RuleRef }): boolean => ids.has(ref.id)
  return {
    ...set,
    rules: set.rules.filter(isBelow),
    correlations: set.correlations.filter(isBelow),
  }
}

/** Undefined for what no policy decides on; an envelope holds more than the event. */
const readRecord = (
  text: string,
): { readonly event: AuditEvent; readonly record: JsonObject } | undefined => {
  const event = decodeOne(text)
  if (typeof event === 'string' || event.provider !== 'native' || !isOneRequest(event)) {
    return undefined
  }
  const record: unknown = JSON.parse(text)
  return isObject(record) && record.kind === 'Event' ? { event, record } : undefined
}

/** Whether the path is that of the object: a policy would decide on one, the rule on the other. */
const isOneRequest = (event: AuditEvent): boolean => {
  const { resource } = policyRequestOf(event).request
  const { objectRef: ref } = event
  return (
    (resource?.resource ?? '') === (ref?.resource ?? '') &&
    (resource?.subresource ?? '') === (ref?.subresource ?? '')
  )
}

/** The stage at which the same request would be logged: its own, else the last there is. */
const loggedStage = (event: AuditEvent, { omitStages }: PolicyDecision): Stage | undefined => {
  if (!omitStages.includes(event.stage)) return event.stage
  return stagesOf(event)
    .filter((stage) => !omitStages.includes(stage))
    .sort((a, b) => STAGE_RANK[b] - STAGE_RANK[a])[0]
}

/** Those that the request goes through. */
const stagesOf = ({ verb, objectRef, requestURI, user, responseStatus }: AuditEvent): Stage[] => {
  // A failed authentication has an event of its own, and no other.
  if (user.username === undefined && responseStatus?.code === 401) return ['ResponseStarted']
  const path = requestURI?.split('?')[0] ?? ''
  const isLong = isLongRunning(verb, objectRef?.subresource ?? '', path)
  const ends: Stage[] = ['RequestReceived', 'ResponseComplete']
  return isLong ? [...ends, 'ResponseStarted'] : ends
}

/** The record at a stage and a level, and no more of it than the case itself shows. */
const cutAt = (
  record: JsonObject,
  stage: Stage,
  decision: PolicyDecision,
): JsonObject | undefined => {
  const level = least(decision.level, record.level)
  const staged = atStage(record, stage)
  const cut = cutEvent(staged, { ...decision, level })
  return cut === CANNOT_TELL ? staged : cut
}

const least = (level: PolicyLevel, recorded: unknown): PolicyLevel => {
  const known = POLICY_LEVELS.find((one) => one === recorded) ?? level
  return POLICY_LEVELS.indexOf(known) < POLICY_LEVELS.indexOf(level) ? known : level
}

/** What is known only later is not there earlier. */
const atStage = (record: JsonObject, stage: Stage): JsonObject => {
  if (record.stage === stage) return record
  const staged: JsonObject = { ...record, stage }
  if (stage === 'ResponseComplete') return staged
  delete staged.responseObject
  if (stage === 'ResponseStarted') return staged
  for (const name of LATER) delete staged[name]
  return staged
}

const LATER = ['requestObject', 'responseStatus', 'annotations', 'impersonatedUser'] as const
