import type { AuditPolicy, PolicyDecision } from '../../kubernetes/audit-policy/policy.ts'
import {
  compilePolicy,
  type PolicyEvaluator,
} from '../../kubernetes/audit-policy/policy-evaluator.ts'
import { isLongRunning } from '../../kubernetes/request-info/request-info.ts'
import type { Plan } from '../../sigma/plan/plan.ts'
import { type Actor, actorsFor } from './actors.ts'
import { type Answers, AskedRule } from './asked-rule.ts'
import { submittedBy } from './seen-plan.ts'
import type { Seen } from './sight.ts'
import { namesOf, type PolicyNames, type Target, targetsFor } from './targets.ts'

/** What a rule sees of all requests that it is about. */
export interface RuleSight {
  readonly requests: readonly SeenRequests[]
  /** False: too large to be looked through; what is said may be too little. */
  readonly complete: boolean
}

/** Requests that neither the rule nor the policy tells apart, by those who may make them. */
export interface SeenRequests {
  readonly targets: readonly [Target, ...Target[]]
  /** For each actor of the policy, in their order. */
  readonly byActor: readonly SeenByDecision[]
}

/** What is seen of requests of one actor, and why. */
export interface SeenByDecision extends Seen {
  readonly decision: PolicyDecision
}

/** What a policy lets rules see, by their plans alone. It keeps what it learned of requests. */
export class PolicySight {
  readonly actors: readonly Actor[]
  /** What the policy names beyond the bounds of what is looked at. */
  readonly leftOut: number
  readonly #evaluator: PolicyEvaluator
  readonly #names: PolicyNames
  /** By request: the number of the list of rules that decide it, one for each actor. */
  readonly #decided = new Map<string, number>()
  readonly #numbers = new Map<string, number>()
  readonly #lists: (readonly number[])[] = []

  constructor(policy: AuditPolicy, plans: readonly Plan[]) {
    const { actors, leftOut } = actorsFor(policy, plans)
    this.actors = actors
    this.#names = namesOf(policy)
    this.leftOut = leftOut + this.#names.leftOut
    this.#evaluator = compilePolicy(policy)
  }

  /** All requests that a rule is about, as far as they can be enumerated. */
  look(plan: Plan): RuleSight {
    const asked = new AskedRule(plan, this.actors)
    const requests = this.#alike(plan, asked).map(({ list, answers, targets }): SeenRequests => {
      const byActor = (this.#lists[list] ?? []).map((rule, actor) => {
        const decision = this.#evaluator.decisionOf(rule)
        return { decision, ...asked.seenOf(targets[0], answers, actor, decision) }
      })
      return { targets, byActor }
    })
    return { requests, complete: asked.complete }
  }

  /** The targets of a plan, those together that are one to the rule and the policy. */
  #alike(plan: Plan, asked: AskedRule): readonly Alike[] {
    const kinds = new Map<string, Alike>()
    for (const target of targetsFor(plan, this.#names)) {
      const answers = asked.answersFor(target)
      const list = this.#listFor(target.request)
      const { verb, subresource } = target.key
      const long = isLongRunning(verb, subresource ?? '', target.request.path)
      const kind = `${list} ${long} ${submittedBy(verb)} ${answers.text}`
      const known = kinds.get(kind)
      if (known === undefined) kinds.set(kind, { list, answers, targets: [target] })
      else known.targets.push(target)
    }
    return [...kinds.values()]
  }

  /** The number of the list of rules that decide a request of each actor. */
  #listFor(request: Target['request']): number {
    const text = JSON.stringify(request)
    const known = this.#decided.get(text)
    if (known !== undefined) return known
    const list = this.actors.map(({ user }) => this.#evaluator.ruleFor({ ...request, user }))
    const key = list.join()
    const number = this.#numbers.get(key) ?? this.#lists.push(list) - 1
    this.#numbers.set(key, number)
    this.#decided.set(text, number)
    return number
  }
}

interface Alike {
  readonly list: number
  readonly answers: Answers
  readonly targets: [Target, ...Target[]]
}
