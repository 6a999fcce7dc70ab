import { decisionOf } from './evaluate.ts'
import type { AuditPolicy, PolicyDecision, PolicyRequest } from './policy.ts'
import { firstRule, indexPolicy, type PolicyIndex } from './policy-index.ts'
import { everyRule, type RuleSet } from './rule-set.ts'

/** The same answers as `evaluate` gives, for many requests: see `PolicyEvaluator`. */
export const compilePolicy = (policy: AuditPolicy): PolicyEvaluator => new PolicyEvaluator(policy)

/**
 * A policy made ready: for each user, group and namespace that its rules list it knows which rules
 * that one satisfies, as a set of bits, and for what is done with each kind of object or path which
 * rules cover it. The rule that decides is the first that is in all these sets, and names the
 * object where it names any.
 */
export class PolicyEvaluator {
  readonly policy: AuditPolicy
  readonly index: PolicyIndex
  readonly #everyRule: RuleSet
  readonly #decisions: readonly PolicyDecision[]
  readonly #unmatched: PolicyDecision

  constructor(policy: AuditPolicy) {
    this.policy = policy
    this.index = indexPolicy(policy)
    this.#everyRule = everyRule(policy.rules.length)
    this.#decisions = policy.rules.map((_, rule) => Object.freeze(decisionOf(policy, rule)))
    this.#unmatched = Object.freeze(decisionOf(policy, -1))
  }

  /** What the policy says of a request. The same object for each request of a rule. */
  decide(request: PolicyRequest): PolicyDecision {
    return this.decisionOf(this.ruleFor(request))
  }

  /** What the policy says of a request that this rule decides; -1: none does. */
  decisionOf(rule: number): PolicyDecision {
    return this.#decisions[rule] ?? this.#unmatched
  }

  /** The first rule that matches, from 0; -1: none does. */
  ruleFor({ user, verb, resource, path }: PolicyRequest): number {
    const { targets, users, groups, namespaces } = this.index
    const every = this.#everyRule
    const target =
      resource === undefined ? targets.ofPath(verb, path) : targets.ofObject(verb, resource)
    return firstRule(
      target,
      resource?.name,
      target.asksUser ? users.with(user?.name) : every,
      target.asksGroup ? groups.withAny(user?.groups ?? NO_GROUPS) : every,
      target.asksNamespace ? namespaces.with(resource?.namespace) : every,
    )
  }
}

const NO_GROUPS: readonly string[] = []
