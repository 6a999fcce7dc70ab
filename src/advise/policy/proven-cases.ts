import type { Place } from '../../base/issue.ts'
import { CANNOT_TELL } from '../../base/truth.ts'
import type { RuleSet } from '../../detect/compile.ts'
import { cutEvent } from '../../kubernetes/audit-policy/cut-event.ts'
import { decideEvent } from '../../kubernetes/audit-policy/decide-event.ts'
import {
  POLICY_LEVELS,
  type PolicyDecision,
  type PolicyLevel,
} from '../../kubernetes/audit-policy/policy.ts'
import type { PolicyEvaluator } from '../../kubernetes/audit-policy/policy-evaluator.ts'
import { isLongRunning } from '../../kubernetes/request-info/request-info.ts'
import { type AuditEvent, STAGE_RANK, type Stage } from '../../model/event.ts'
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

/**
 * The cases that a rule must match, each as the policy would have had it logged, judged again. A
 * case that is no record of `audit.k8s.io` is left out: no policy made it.
 */
export const proveCases = (
  rule: Testable,
  cases: readonly RuleCase[],
  set: RuleSet,
  evaluator: PolicyEvaluator,
): readonly ProvenCase[] =>
  isAboutSource(rule)
    ? []
    : cases
        .filter(({ kind }) => kind === 'match' || kind === 'bypass')
        .flatMap((one) => {
          const cuts = one.records.map((record) => cutRecord(record, evaluator))
          const known = cuts.filter((cut) => cut !== undefined)
          if (known.length < cuts.length) return []
          const { title, at } = one
          const policyRule = (known.find(isLost) ?? known[0])?.policyRule ?? -1
          return [{ title, at, got: judge(rule, known, set), policyRule }]
        })

/** A record as a policy would have had it written. */
interface Cut {
  /** Undefined: not at all. */
  readonly record: string | undefined
  readonly policyRule: number
}

const isLost = ({ record }: Cut): boolean => record === undefined

const judge = (rule: Testable, cuts: readonly Cut[], set: RuleSet): ProvenCase['got'] => {
  const records = cuts.flatMap(({ record }) => record ?? [])
  const [only] = records
  if (only === undefined || isAboutSource(rule)) return 'not logged'
  const judged = isCorrelation(rule) ? judgeStory(rule, set, records) : judgeEvent(rule, only)
  // Some of a story is lost without a trace: that is no "no match" of what happened.
  if (judged.got === 'no match' && cuts.some(isLost)) return 'not logged'
  return judged.got ?? 'cannot tell'
}

/** Undefined for what no policy decides on. */
const cutRecord = (text: string, evaluator: PolicyEvaluator): Cut | undefined => {
  const event = decodeOne(text)
  if (typeof event === 'string' || event.provider !== 'native') return undefined
  const record = readObject(text)
  if (record === undefined) return undefined
  const { decision } = decideEvent(evaluator, event)
  if (decision === undefined) return undefined
  const stage = loggedStage(event, decision)
  const cut = stage && cutAt(record, stage, decision)
  return { record: cut && JSON.stringify(cut), policyRule: decision.rule }
}

/** An envelope holds more than the event. */
const readObject = (text: string): JsonObject | undefined => {
  const value: unknown = JSON.parse(text)
  return isObject(value) && value.kind === 'Event' ? value : undefined
}

/** The stage at which the same request would be logged: its own, else the last there is. */
const loggedStage = (event: AuditEvent, { omitStages }: PolicyDecision): Stage | undefined => {
  if (!omitStages.includes(event.stage)) return event.stage
  return stagesOf(event)
    .filter((stage) => !omitStages.includes(stage))
    .sort((a, b) => STAGE_RANK[b] - STAGE_RANK[a])[0]
}

/** Those besides its own that the request goes through. */
const stagesOf = ({ verb, objectRef, requestURI, user, responseStatus }: AuditEvent): Stage[] => {
  // A failed authentication has an event of its own, and no other.
  if (user.username === undefined && responseStatus?.code === 401) return []
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
