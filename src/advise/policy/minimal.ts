import type { RuleSet } from '../../detect/compile.ts'
import {
  type AuditPolicy,
  POLICY_LEVELS,
  type PolicyRule,
} from '../../kubernetes/audit-policy/policy.ts'
import { compilePolicy } from '../../kubernetes/audit-policy/policy-evaluator.ts'
import { isLongRunning } from '../../kubernetes/request-info/request-info.ts'
import type { AuditEvent, Stage } from '../../model/event.ts'
import type { RuleRef } from '../../model/finding.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import { isAboutSource, type Testable } from '../rule-cases.ts'
import { type CoveredRules, coverageOf, type RuleCoverage } from './coverage.ts'
import { mergedInto, servesAll } from './merged-blocks.ts'
import { PlannedNeeds } from './planned-needs.ts'
import { blocksFor } from './policy-blocks.ts'
import { type ProvableCase, provableCases } from './proven-cases.ts'
import { plansOf } from './rule-plans.ts'
import { type Exposed, WantedLevels, type Withheld } from './wanted-levels.ts'

/** The smallest policy that lets rules see. */
export interface MinimalPolicy {
  readonly policy: AuditPolicy
  /** For each rule of the policy, the detections of which it cannot be taken away. */
  readonly neededBy: readonly (readonly RuleRef[])[]
  /** What the policy lets each rule do that judges events. */
  readonly coverage: readonly RuleCoverage[]
  /** Rules without a case that a policy decides on: what they get is by their plan alone. */
  readonly byPlan: readonly RuleRef[]
  /** Rules about the log itself, which need no policy. */
  readonly aboutLogs: readonly RuleRef[]
  /** What rules do without, as it would show secrets. */
  readonly withheld: readonly Withheld[]
  /** Secrets that come into the log, and for which rules. */
  readonly exposed: readonly Exposed[]
}

/**
 * The smallest policy under which each case of the rules still matches: no rule of it can be taken
 * away, and no level lowered, without losing a case, or what one that has none needs by its plan.
 */
export const minimalPolicy = (given: CoveredRules): MinimalPolicy => {
  const { set } = given
  const rules = given.rules.filter((rule) => !isAboutSource(rule))
  const book = new CaseBook(rules, given)
  const wanted = wantedBy(rules, set, book)
  const first = uncut(wanted)
  const policy = withoutStages(
    slim(pruned(joined(first, book, wanted), book), book, rules, set),
    book,
    rules,
    set,
  )
  const coverage = coverageOf({ ...given, rules }, policy)
  return {
    policy,
    neededBy: policy.rules.map((_, index) => book.lostWithout(policy, index)),
    coverage: coverage.rules,
    byPlan: book.byPlan.map(({ ref }) => ref),
    aboutLogs: given.rules.filter(isAboutSource).map(({ ref }) => ref),
    withheld: wanted.withheld,
    exposed: wanted.exposed,
  }
}

/** What must not be lost: cases that match, and what rules without cases need. */
class CaseBook {
  readonly cases: readonly ProvableCase[]
  /** Rules that no case speaks for. */
  readonly byPlan: readonly Testable[]
  readonly #planned: PlannedNeeds
  readonly #lost = new WeakMap<AuditPolicy, readonly ProvableCase[]>()

  constructor(rules: readonly Testable[], { set, cases }: CoveredRules) {
    this.cases = rules.flatMap((rule) => provableCases(rule, cases.get(rule.ref.id) ?? [], set))
    const spoken = new Set(this.cases.map(({ rule }) => rule))
    this.byPlan = rules.filter((rule) => !spoken.has(rule))
    this.#planned = new PlannedNeeds(this.byPlan, set)
  }

  /** The cases that do not match under a policy. */
  lostBy(policy: AuditPolicy): readonly ProvableCase[] {
    const known = this.#lost.get(policy)
    if (known !== undefined) return known
    const evaluator = compilePolicy(policy)
    const lost = this.cases.filter((one) => one.prove(evaluator).got !== 'match')
    this.#lost.set(policy, lost)
    return lost
  }

  /** Whether a case is about what has only started, or may be logged when it starts. */
  get tellsStarts(): boolean {
    return this.cases.some(({ events }) => events.some(isStarting))
  }

  /** Whether a policy serves as well as another one. */
  isAsGood(policy: AuditPolicy, other: AuditPolicy): boolean {
    const before = new Set(this.lostBy(other))
    return this.lostBy(policy).every((one) => before.has(one)) && this.#planned.isMet(policy, other)
  }

  /** The rules that lose something without a rule of a policy. */
  lostWithout(policy: AuditPolicy, index: number): readonly RuleRef[] {
    const rest = without(policy, index)
    const before = new Set(this.lostBy(policy))
    const lost = this.lostBy(rest).filter((one) => !before.has(one))
    const rules = new Set([...lost.map(({ rule }) => rule), ...this.#planned.lostBy(rest, policy)])
    return [...rules].map(({ ref }) => ref)
  }
}

const isStarting = ({ stage, verb, objectRef, requestURI = '' }: AuditEvent): boolean =>
  stage === 'ResponseStarted' ||
  isLongRunning(verb, objectRef?.subresource ?? '', requestURI.split('?')[0] ?? '')

/** By the plans; then as much more as cases need that would be lost. */
const wantedBy = (rules: readonly Testable[], set: RuleSet, book: CaseBook): WantedLevels => {
  const wanted = new WantedLevels(rules, set)
  for (const one of book.lostBy(uncut(wanted))) wanted.addCase(one)
  return wanted
}

/** Every stage, and managed fields too. */
const uncut = ({ levels }: WantedLevels): AuditPolicy => ({
  ...{ rules: blocksFor(levels), omitStages: [], omitManagedFields: false },
})

/** Without managed fields, where no rule asks for them. */
const slim = (
  policy: AuditPolicy,
  book: CaseBook,
  rules: readonly Testable[],
  set: RuleSet,
): AuditPolicy => {
  const fields = rules
    .flatMap((rule) => plansOf(rule, set))
    .flatMap((plan) => leaves(plan).map(({ field }) => field))
  const asked = fields.some((field) => field === '' || field.includes('managedFields'))
  const slimmer = { ...policy, omitManagedFields: true }
  return !asked && book.isAsGood(slimmer, policy) ? slimmer : policy
}

/**
 * What no case speaks for, and rules want all the same, is joined to what cases do speak for: it is
 * logged without a rule of its own.
 */
const joined = (policy: AuditPolicy, book: CaseBook, { levels }: WantedLevels): AuditPolicy => {
  let best = policy
  for (let index = best.rules.length - 1; index >= 0; index -= 1) {
    const rest = without(best, index)
    if (servesAll(rest, levels) || !book.isAsGood(rest, best)) continue
    const merged = mergedInto(best, index)
    if (merged !== undefined && book.isAsGood(merged, best)) best = merged
  }
  return best
}

/** Takes away rules and lowers levels as long as nothing is lost by it. */
const pruned = (policy: AuditPolicy, book: CaseBook): AuditPolicy => {
  let best = policy
  for (let index = best.rules.length - 1; index >= 0; index -= 1) {
    const rule = best.rules[index]
    if (rule === undefined) continue
    const shorter = without(best, index)
    if (book.isAsGood(shorter, best)) {
      best = shorter
      continue
    }
    const lower = lowered(rule)
      .map((less) => replaced(best, index, less))
      .find((one) => book.isAsGood(one, best))
    best = lower ?? best
  }
  // What was needed because of another rule may not be any more.
  return best === policy || best.rules.length === 0 ? best : pruned(best, book)
}

/** A rule at lower levels that log something, the lowest first. */
const lowered = (rule: PolicyRule): readonly PolicyRule[] =>
  POLICY_LEVELS.slice(1, POLICY_LEVELS.indexOf(rule.level)).map((level) => ({ ...rule, level }))

const without = (policy: AuditPolicy, index: number): AuditPolicy => ({
  ...policy,
  rules: policy.rules.filter((_, at) => at !== index),
})

const replaced = (policy: AuditPolicy, index: number, rule: PolicyRule): AuditPolicy => ({
  ...policy,
  rules: policy.rules.map((one, at) => (at === index ? rule : one)),
})

/**
 * Leaves out the stages that nothing needs. Sessions and failed authentications are told when they
 * start: a policy keeps that stage wherever it may log one.
 */
const withoutStages = (
  policy: AuditPolicy,
  book: CaseBook,
  rules: readonly Testable[],
  set: RuleSet,
): AuditPolicy => {
  const received = omitting(policy, 'RequestReceived')
  const best = book.isAsGood(received, policy) ? received : policy
  const started = omitting(best, 'ResponseStarted')
  const isFree = !book.tellsStarts && new PlannedNeeds(rules, set).isMet(started, best)
  return isFree && book.isAsGood(started, best) ? started : best
}

const omitting = (policy: AuditPolicy, stage: Stage): AuditPolicy => ({
  ...policy,
  omitStages: [...policy.omitStages, stage],
})
