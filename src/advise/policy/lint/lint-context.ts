import type { Place } from '../../../base/issue.ts'
import { LIMIT } from '../../../base/limit.ts'
import { type FoundRequest, findRequest } from '../../../kubernetes/audit-policy/find-request.ts'
import {
  type AuditPolicy,
  type LoadedPolicy,
  type PolicyPath,
  type PolicyRequest,
  type PolicyRule,
  policyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import {
  type PolicyDifference,
  requestsThatDiffer,
} from '../../../kubernetes/audit-policy/policy-diff.ts'
import { Effort } from '../../../kubernetes/audit-policy/region/effort.ts'
import { mayMeet } from '../../../kubernetes/audit-policy/region/ready-rule.ts'
import {
  type Overlap,
  overlapsOf,
  type Shadow,
  shadowOf,
} from '../../../kubernetes/audit-policy/shadow.ts'
import type { PolicyEdit } from './policy-edit.ts'
import { insertBefore, replaceRule } from './policy-edit.ts'
import type { PolicyLint, PolicyLintOptions, PolicyMend } from './policy-lint.ts'
import { rulesYaml } from './rules-yaml.ts'

/** What a lint looks at. */
export class LintContext {
  readonly loaded: LoadedPolicy
  readonly policy: AuditPolicy
  readonly rules: readonly PolicyRule[]
  readonly text: string
  readonly options: PolicyLintOptions
  /** One for all searches, so that a hostile policy cannot make the linter work for long. */
  readonly #effort: Effort
  readonly #dropped: ReadonlySet<unknown>

  constructor(
    loaded: LoadedPolicy,
    policy: AuditPolicy,
    text: string,
    options: PolicyLintOptions,
    effort: Effort = new Effort(LIMIT.policyLintSteps),
  ) {
    this.#effort = effort
    const dropped = loaded.faults.filter(({ kind }) => kind === 'unknown-field')
    this.#dropped = new Set(dropped.map(({ path }) => (path[0] === 'rules' ? path[1] : undefined)))
    this.loaded = loaded
    this.policy = policy
    this.rules = policy.rules
    this.text = text
    this.options = options
  }

  /** Takes from what may still be done for work beside a search; false when nothing is left. */
  afford(steps: number): boolean {
    return this.#effort.spend(steps)
  }

  /** Whether every search so far came to its end. */
  isComplete(): boolean {
    return this.#effort.spend(0)
  }

  /** Where something in the file is. */
  at(...path: PolicyPath): Place {
    return this.loaded.placeOf(path)
  }

  /** A rule as people are told of it, counted from 1. */
  name(index: number): string {
    const { line } = this.at('rules', index)
    return line === undefined ? `rule ${index + 1}` : `rule ${index + 1} (line ${line})`
  }

  /** Whether a rule has a field that the API server drops, so that it is not as was meant. */
  hasDropped(index: number): boolean {
    return this.#dropped.has(index)
  }

  /** The rules before one that may take requests from it. */
  before(rule: PolicyRule, index: number): readonly PolicyRule[] {
    return this.rules.slice(0, index).filter((other) => mayMeet(rule, other))
  }

  /** A request that all of some rules match and none of others does. */
  find(match: readonly PolicyRule[], avoid: readonly PolicyRule[]): FoundRequest {
    const canMeet = match.every((one, at) => match.slice(at + 1).every((two) => mayMeet(one, two)))
    if (!canMeet) return undefined
    const near = avoid.filter((other) => match.every((one) => mayMeet(one, other)))
    return findRequest({ match, avoid: near }, this.#effort)
  }

  /** What earlier rules leave of a rule. */
  shadow(index: number): Shadow {
    return shadowOf(this.policy, index, this.#effort)
  }

  /** The earlier rules that take requests from a rule. */
  overlaps(index: number): readonly Overlap[] {
    return overlapsOf(this.policy, index, this.#effort).overlaps
  }

  /** What another policy logs otherwise. */
  differences(other: AuditPolicy): readonly PolicyDifference[] {
    return requestsThatDiffer(this.policy, other, this.#effort).differences
  }

  /** A request that a rule decides, and that is also as is said; undefined: none that is known. */
  decides(index: number, also: Partial<PolicyRule> = {}): PolicyRequest | undefined {
    const rule = this.rules[index]
    return rule && this.decidesAs(index, rule, also)
  }

  /** The same of another rule that stands in its place. */
  decidesAs(
    index: number,
    rule: PolicyRule,
    also: Partial<PolicyRule> = {},
  ): PolicyRequest | undefined {
    const found = this.find([rule, policyRule('None', also)], this.rules.slice(0, index))
    return found === 'unknown' ? undefined : found
  }
}

/** A lint with what else would mend it, should the first mend bring an error. */
export interface FoundLint extends PolicyLint {
  readonly instead?: readonly PolicyMend[]
}

/** A lint of a policy, whatever it looks at. */
export type FindLints = (context: LintContext) => readonly FoundLint[]

/** A lint, from what it has to say. */
export const lint = (
  given: Pick<PolicyLint, 'code' | 'message' | 'at' | 'effect'> & Partial<FoundLint>,
): FoundLint => ({ rule: null, example: null, requirement: null, mend: null, ...given })

/** A mend that puts rules in the place of one, or takes it out. */
export const mendRule = (
  index: number,
  rules: readonly PolicyRule[],
  about: string = rules.length === 0 ? 'without the rule' : 'the rule',
): PolicyMend => mendOf(about, rulesYaml(rules), replaceRule(index, rules))

/** A mend that puts rules before one. */
export const mendBefore = (
  { policy, name }: { policy: AuditPolicy; name: string },
  index: number,
  rules: readonly PolicyRule[],
): PolicyMend => mendOf(`before ${name}`, rulesYaml(rules), insertBefore(policy, index, rules))

/** A mend, from what changes. */
export const mendOf = (about: string, yaml: string, edit: PolicyEdit): PolicyMend => ({
  about,
  yaml,
  edit,
})

/** The same who and where as a rule, for a part of what it is about. */
export const partOf = (rule: PolicyRule, part: Partial<PolicyRule>): PolicyRule => ({
  ...policyRule(rule.level),
  users: rule.users,
  userGroups: rule.userGroups,
  namespaces: rule.namespaces,
  ...part,
  verbs: both(rule.verbs, part.verbs ?? []),
})

/** What two lists have in common, where an empty one is "any". */
const both = (one: readonly string[], other: readonly string[]): readonly string[] => {
  if (one.length === 0) return other
  return other.length === 0 ? one : one.filter((text) => other.includes(text))
}
