import { decisionOf } from './evaluate.ts'
import type { AuditPolicy, PolicyDecision, PolicyRequest, PolicyRule } from './policy.ts'
import { PolicyTargets } from './policy-targets.ts'
import { everyRule, ListedRules, type RuleSet } from './rule-set.ts'

/** The same answers as `evaluate` gives, for many requests: see `PolicyEvaluator`. */
export const compilePolicy = (policy: AuditPolicy): PolicyEvaluator => new PolicyEvaluator(policy)

/**
 * A policy made ready: for each text that its rules list it knows which rules that text satisfies,
 * as a set of bits, and for each kind of object or path which rules cover it. The rule that decides
 * is the first that is in all these sets, and names the object where it names any.
 */
export class PolicyEvaluator {
  readonly policy: AuditPolicy
  readonly #targets: PolicyTargets
  readonly #everyRule: RuleSet
  readonly #verbs: ListedRules
  readonly #users: ListedRules
  readonly #groups: ListedRules
  readonly #namespaces: ListedRules
  readonly #decisions: readonly PolicyDecision[]
  readonly #unmatched: PolicyDecision

  constructor(policy: AuditPolicy) {
    this.policy = policy
    this.#targets = new PolicyTargets(policy.rules)
    this.#everyRule = everyRule(policy.rules.length)
    const listing = (listed: (rule: PolicyRule) => readonly string[]): ListedRules =>
      new ListedRules(policy.rules.map(listed))
    this.#verbs = listing((rule) => rule.verbs)
    this.#users = listing((rule) => rule.users)
    this.#groups = listing((rule) => rule.userGroups)
    this.#namespaces = listing((rule) => rule.namespaces)
    this.#decisions = policy.rules.map((_, index) => Object.freeze(decisionOf(policy, index)))
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
    const target =
      resource === undefined ? this.#targets.ofPath(path) : this.#targets.ofObject(resource)
    const every = this.#everyRule
    const byVerb = target.asksVerb ? this.#verbs.with(verb) : every
    const byUser = target.asksUser ? this.#users.with(user?.name) : every
    const byGroup = target.asksGroup ? this.#groups.withAny(user?.groups ?? NO_GROUPS) : every
    const byNamespace = target.asksNamespace ? this.#namespaces.with(resource?.namespace) : every
    const { rules, names } = target
    for (let word = 0; word < rules.length; word++) {
      let left = at(rules, word) & at(byVerb, word) & at(byUser, word)
      if (left !== 0) left &= at(byGroup, word) & at(byNamespace, word)
      for (; left !== 0; left &= left - 1) {
        const rule = word * 32 + 31 - Math.clz32(left & -left)
        if (names?.get(rule)?.has(resource?.name ?? '') !== false) return rule
      }
    }
    return -1
  }
}

const NO_GROUPS: readonly string[] = []

const at = (set: RuleSet, word: number): number => set[word] ?? 0
