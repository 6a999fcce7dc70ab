import { PART } from '../../model/blindness.ts'
import type { AuditEvent } from '../../model/event.ts'
import { groupMatches, pathMatches, patternMatches } from './evaluate.ts'
import { policyRequestOf, type RecordedRequest } from './event-request.ts'
import {
  type GroupResources,
  type PolicyDecision,
  type PolicyRule,
  policyRule,
  type RequestedResource,
} from './policy.ts'
import type { PolicyEvaluator } from './policy-evaluator.ts'

/** What a policy says of the request of a recorded event. */
export interface EventDecision {
  /** Undefined: cannot be told, because the record lacks what a rule asks about. */
  readonly decision: PolicyDecision | undefined
  /** What is lacking: bits of `PART`, as in `RecordedRequest`. 0 when it is decided. */
  readonly unknown: number
  /** One when it is decided; else those it may be, by rule: none is missing, some may not apply. */
  readonly possible: readonly PolicyDecision[]
}

/** What the policy says of the request of an event, of whatever stage and level. */
export const decideEvent = (evaluator: PolicyEvaluator, event: AuditEvent): EventDecision =>
  decideRecorded(evaluator, policyRequestOf(event))

/** The same of a request that was read from an event before. */
export const decideRecorded = (
  evaluator: PolicyEvaluator,
  recorded: RecordedRequest,
): EventDecision => {
  if (recorded.unknown !== 0) return decideInDoubt(evaluator, recorded)
  const decision = evaluator.decide(recorded.request)
  return { decision, unknown: 0, possible: [decision] }
}

/** Each rule may decide that may match, up to the first that certainly does. */
const decideInDoubt = (evaluator: PolicyEvaluator, recorded: RecordedRequest): EventDecision => {
  const { rules } = evaluator.policy
  const possible: PolicyDecision[] = []
  let unknown = 0
  for (let rule = 0; rule <= rules.length; rule++) {
    const doubt = doubtOf(rules[rule] ?? EVERY_REQUEST, recorded)
    if (doubt === NEVER) continue
    possible.push(evaluator.decisionOf(rule < rules.length ? rule : -1))
    if (doubt === SURELY) break
    unknown |= doubt
  }
  return { decision: unknown === 0 ? possible[0] : undefined, unknown, possible }
}

/** Stands behind the last rule: what no rule matches. */
const EVERY_REQUEST: PolicyRule = policyRule('None')

/** Whether a condition holds: `SURELY`, `NEVER`, or the parts (bits) that would have to tell. */
type Doubt = number
const SURELY: Doubt = 0
const NEVER: Doubt = -1

const every = (...doubts: readonly Doubt[]): Doubt =>
  doubts.reduce((all, one) => (all === NEVER || one === NEVER ? NEVER : all | one), SURELY)

const some = (doubts: readonly Doubt[]): Doubt => {
  const open = doubts.filter((doubt) => doubt !== NEVER)
  if (open.length === 0) return NEVER
  return open.includes(SURELY) ? SURELY : open.reduce((all, one) => all | one, SURELY)
}

const doubtOf = (rule: PolicyRule, recorded: RecordedRequest): Doubt =>
  every(
    userDoubt(rule, recorded),
    groupDoubt(rule, recorded),
    listDoubt(rule.verbs, recorded.verbs, PART.requestURI),
    targetDoubt(rule, recorded),
  )

const WHO = PART.credential | PART.impersonation

const userDoubt = ({ users }: PolicyRule, { request, unknown }: RecordedRequest): Doubt => {
  if (users.length === 0) return SURELY
  if ((unknown & WHO) !== 0) return unknown & WHO
  return request.user !== undefined && users.includes(request.user.name) ? SURELY : NEVER
}

const groupDoubt = ({ userGroups }: PolicyRule, { request, unknown }: RecordedRequest): Doubt => {
  if (userGroups.length === 0) return SURELY
  const hidden = unknown & (WHO | PART.groups)
  if (hidden !== 0) return hidden
  return request.user?.groups.some((group) => userGroups.includes(group)) ? SURELY : NEVER
}

/** Whether a list of a rule has the value, of which it is only known that it is one of these. */
const listDoubt = (list: readonly string[], oneOf: readonly string[], part: number): Doubt => {
  if (list.length === 0) return SURELY
  const listed = oneOf.filter((value) => list.includes(value)).length
  return listed === 0 ? NEVER : listed === oneOf.length ? SURELY : part
}

const targetDoubt = (rule: PolicyRule, { request, unknown }: RecordedRequest): Doubt => {
  const { resource, path } = request
  if (rule.namespaces.length > 0 || rule.resources.length > 0) {
    return resource === undefined ? NEVER : objectDoubt(rule, resource, unknown)
  }
  const urls = rule.nonResourceURLs
  if (urls.length === 0) return SURELY
  if (resource !== undefined) return NEVER
  if (urls.includes('*')) return SURELY
  if ((unknown & PART.requestURI) !== 0) return PART.requestURI
  return urls.some((url) => pathMatches(url, path)) ? SURELY : NEVER
}

const objectDoubt = (rule: PolicyRule, resource: RequestedResource, unknown: number): Doubt => {
  const { namespaces, resources } = rule
  if (namespaces.length > 0 && !namespaces.includes(resource.namespace)) return NEVER
  if (resources.length === 0) return SURELY
  const names = (unknown & PART.name) !== 0 ? ['', resource.name] : [resource.name]
  return some(resources.map((item) => itemDoubt(item, resource, names)))
}

const itemDoubt = (
  item: GroupResources,
  resource: RequestedResource,
  names: readonly string[],
): Doubt => {
  if (!groupMatches(item, resource)) return NEVER
  if (item.resources.length === 0) return SURELY
  const covered = item.resources.some((pattern) => patternMatches(pattern, resource))
  return covered ? listDoubt(item.resourceNames, names, PART.name) : NEVER
}
