import { type Truth, UNKNOWN, YES } from '../../base/truth.ts'
import { factsAccess } from '../../detect/schema.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { PolicyDecision } from '../../kubernetes/audit-policy/policy.ts'
import { targetOf } from '../../kubernetes/audit-policy/request-target.ts'
import { isLongRunning } from '../../kubernetes/request-info/request-info.ts'
import { EVERY_PART, PART } from '../../model/blindness.ts'
import type { AuditEvent, Stage } from '../../model/event.ts'
import type { Facts } from '../../model/facts.ts'
import { emitLeaf, type Predicate } from '../../sigma/emit/predicate.ts'
import { type Effort, effortForRule } from '../../sigma/lint/satisfy.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import type { Leaf, Plan } from '../../sigma/plan/plan.ts'
import { specialise } from '../../sigma/plan/specialise.ts'
import type { Actor } from './actors.ts'
import { submittedBy } from './seen-plan.ts'
import { type Seen, sightOf } from './sight.ts'
import type { Target } from './targets.ts'

/** A rule while it is asked about requests: tests of who asks for what are answered beforehand. */
export class AskedRule {
  readonly #plan: Plan
  readonly #actors: readonly Actor[]
  readonly #ofTarget: readonly Test[]
  readonly #ofActor: readonly Answers[]
  readonly #seen = new Map<string, Seen>()
  readonly #effort: Effort = effortForRule()

  constructor(plan: Plan, actors: readonly Actor[]) {
    this.#plan = plan
    this.#actors = actors
    const tests = leaves(plan)
      .filter((leaf) => leaf.group === undefined && leaf.field !== '' && leaf.test.kind !== 'same')
      .map((leaf): Test => ({ leaf, test: emitLeaf(leaf, factsAccess.value) }))
    const acts = leaves(plan).some(({ field }) => OF_IMPERSONATION.test(field))
    this.#ofTarget = tests.filter(({ leaf }) => TARGET_FIELDS.has(leaf.field))
    this.#ofActor = actors.map(({ user }) => {
      const facts = enrich(eventOf({ user: toUser(user), ...(user ? {} : REFUSED) }))
      return answersTo(
        tests.filter(({ leaf }) => isOfActor(leaf.field, user !== undefined, acts)),
        facts,
      )
    })
  }

  /** Whether all that was asked could be looked through. */
  get complete(): boolean {
    return this.#effort.left >= 0
  }

  /** What the tests of a target say: targets for which it is the same are one to the rule. */
  answersFor(target: Target): Answers {
    const { verb, resource, path } = target.request
    const facts = enrich(
      eventOf({
        verb,
        requestURI: targetOf({ ...target.request, user: undefined }).target,
        objectRef: resource && {
          ...{ ...NO_REF, resource: resource.resource },
          apiGroup: resource.group === '' ? undefined : resource.group,
          subresource: resource.subresource === '' ? undefined : resource.subresource,
          namespace: resource.namespace === '' ? undefined : resource.namespace,
          name: resource.name === '' ? undefined : resource.name,
        },
      }),
    )
    const isOpen = (field: string): boolean =>
      field === 'request.path' ? path === '' : field === 'objectRef.name' && isNamedLater(target)
    return answersTo(
      this.#ofTarget.filter(({ leaf }) => !isOpen(leaf.field)),
      facts,
    )
  }

  /** What the rule sees of such a request of an actor under a decision. */
  seenOf(target: Target, answers: Answers, actor: number, decision: PolicyDecision): Seen {
    const who = this.#ofActor[actor] ?? NO_ANSWERS
    const verb = target.request.verb
    const user = this.#actors[actor]?.user
    const stages = stagesOf(target, user)
    const { level, omitStages } = decision
    const key = [answers.text, who.text, submittedBy(verb), stages, level, omitStages].join(' ')
    const known = this.#seen.get(key)
    if (known !== undefined) return known
    const rest = specialise(this.#plan, (leaf) => answers.of.get(leaf) ?? who.of.get(leaf))
    const seen = sightOf(rest, { verb, stages, isRead: user !== undefined }, decision, this.#effort)
    this.#seen.set(key, seen)
    return seen
  }
}

/** What tests say beforehand; those that are left out are open. */
export interface Answers {
  readonly of: ReadonlyMap<Leaf, boolean>
  /** The same for equal answers. */
  readonly text: string
}

interface Test {
  readonly leaf: Leaf
  readonly test: Predicate<Facts>
}

const NO_ANSWERS: Answers = { of: new Map(), text: '' }

const answersTo = (tests: readonly Test[], facts: Facts): Answers => {
  const truths = tests.map(({ test }): Truth => test(facts))
  const known = tests.flatMap(({ leaf }, at) =>
    truths[at] === UNKNOWN ? [] : [[leaf, truths[at] === YES] as const],
  )
  return { of: new Map(known), text: truths.join('') }
}

/** The stages that a request goes through; the failed authentication has one of its own. */
const stagesOf = ({ request, key }: Target, user: Actor['user']): readonly Stage[] => {
  if (user === undefined) return ['ResponseStarted']
  return isLongRunning(key.verb, key.subresource ?? '', request.path) ? LONG : SHORT
}

const SHORT: readonly Stage[] = ['RequestReceived', 'ResponseComplete']
const LONG: readonly Stage[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete']

/** The fields that a target decides. */
const TARGET_FIELDS: ReadonlySet<string> = new Set([
  ...['verb', 'objectRef.resource', 'objectRef.subresource', 'objectRef.apiGroup'],
  ...['objectRef.namespace', 'objectRef.name', 'request.resource', 'request.apiGroup'],
  ...['request.write', 'request.scope', 'request.longRunning', 'request.path'],
])

/** Of a create the name is in the body. */
const isNamedLater = ({ request }: Target): boolean =>
  request.verb === 'create' && request.resource?.subresource === ''

const OF_IMPERSONATION = /^(?:impersonatedUser\.|authenticationMetadata\.|actor\.impersonated)/

/** A rule that asks about impersonation is about any effective actor; the others are about none. */
const isOfActor = (field: string, isKnown: boolean, impersonates: boolean): boolean => {
  if (field === 'user.username' || field === 'user.groups') return true
  if (!isKnown && (field === 'outcome' || field === 'responseStatus.code')) return true
  return field.startsWith('actor.') && !impersonates
}

const NO_REF: NonNullable<AuditEvent['objectRef']> = {
  ...{ resource: undefined, namespace: undefined, name: undefined, uid: undefined },
  ...{ apiGroup: undefined, apiVersion: 'v1', resourceVersion: undefined, subresource: undefined },
}

const toUser = (user: Actor['user']): AuditEvent['user'] => ({
  ...{ username: user?.name, uid: undefined, groups: user?.groups, extra: undefined },
})

const REFUSED: Pick<AuditEvent, 'responseStatus' | 'unknown'> = {
  responseStatus: { code: 401, status: 'Failure', reason: 'Unauthorized', message: undefined },
  unknown: 0,
}

/** An event that says what is given, and is silent about the rest. */
const eventOf = (given: Partial<AuditEvent>): AuditEvent => ({
  ...{ provider: 'native', level: 'RequestResponse', auditID: undefined },
  ...{ stage: 'ResponseComplete', requestURI: undefined, verb: 'get', user: toUser(undefined) },
  ...{ impersonatedUser: undefined, impersonationConstraint: undefined, sourceIPs: undefined },
  ...{ userAgent: undefined, objectRef: undefined, responseStatus: undefined },
  ...{ requestObject: undefined, responseObject: undefined, annotations: undefined },
  ...{ requestReceivedTimestamp: '', stageTimestamp: '' },
  unknown: EVERY_PART & ~(PART.name | PART.requestURI | PART.groups | PART.impersonation),
  unparsable: 0,
  origin: { source: NOWHERE, offset: 0, length: 0, index: 0 },
  ...given,
})

const NOWHERE = { cluster: '', server: '', file: '' }
