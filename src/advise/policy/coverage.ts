import type { CompiledCorrelation, RuleSet } from '../../detect/compile.ts'
import { auditSchema } from '../../detect/schema.ts'
import type { AuditPolicy } from '../../kubernetes/audit-policy/policy.ts'
import { compilePolicy } from '../../kubernetes/audit-policy/policy-evaluator.ts'
import type { RuleRef } from '../../model/finding.ts'
import type { CorrelationPlan, SlotExpression } from '../../sigma/plan/correlation.ts'
import { correlationFields } from '../../sigma/plan/correlation-fields.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import type { Leaf, Plan } from '../../sigma/plan/plan.ts'
import type { RuleCase } from '../case-file.ts'
import { isAboutSource, isCorrelation, type Testable } from '../rule-cases.ts'
import { type Loss, lossesOf } from './losses.ts'
import { levelFor } from './needs.ts'
import { PolicySight, type RuleSight } from './policy-sight.ts'
import { type ProvenCase, provableCases } from './proven-cases.ts'
import { plansOf } from './rule-plans.ts'

/**
 * What a policy lets a rule do. `active`: whatever request the rule is about is logged so that it
 * can see it, and its own cases still match. `degraded`: some of these requests are hidden, or
 * fields of them. `blind`: it can never say "yes". `unproven`: nothing shows that it can.
 */
export type CoverageState = 'active' | 'degraded' | 'blind' | 'unproven'

/** What a policy lets one rule do, and what hides the rest. */
export interface RuleCoverage {
  readonly rule: RuleRef
  readonly state: CoverageState
  /** What the policy hides of the requests that it is about, by its plan. */
  readonly losses: readonly Loss[]
  /** Its matching and bypass cases, as the policy would have had them logged. */
  readonly cases: readonly ProvenCase[]
  /** Why it is unproven; null for any other. */
  readonly doubt: Doubt | null
}

/**
 * Why nothing is proven. `no-cases`: it has none that a policy decides on. `no-requests`: none is
 * known that it could be about. `too-large`: the rule or the policy is more than is looked at.
 */
export type Doubt = 'no-cases' | 'no-requests' | 'too-large'

/** The best that a policy lets any rule of a technique do. */
export interface TechniqueCoverage {
  /** The id in ATT&CK. */
  readonly technique: string
  readonly state: CoverageState
  readonly rules: readonly RuleRef[]
}

/** What a policy lets rules do. */
export interface PolicyCoverage {
  /** In the order of the rules given. */
  readonly rules: readonly RuleCoverage[]
  readonly techniques: readonly TechniqueCoverage[]
  /** Users, groups and names of the policy that were too many to be looked at. */
  readonly leftOut: number
}

/** Rules to be looked at, those that they stand on, and their cases by rule id. */
export interface CoveredRules {
  readonly rules: readonly Testable[]
  readonly set: RuleSet
  readonly cases: ReadonlyMap<string, readonly RuleCase[]>
}

/** What a policy lets each rule do: by its plan, and by its own cases. The worse one counts. */
export const coverageOf = (given: CoveredRules, policy: AuditPolicy): PolicyCoverage => {
  const { set, cases } = given
  const sight = new PolicySight(
    policy,
    given.rules.flatMap((rule) => plansOf(rule, set)),
  )
  const evaluator = compilePolicy(policy)
  const rules = given.rules.map((rule): RuleCoverage => {
    if (isAboutSource(rule)) return { rule: rule.ref, state: 'active', ...NOTHING_HIDDEN }
    const own = provableCases(rule, cases.get(rule.ref.id) ?? [], set)
    const proven = own.map((one) => one.prove(evaluator))
    const seen = sightOfRule(rule, set, sight)
    return { rule: rule.ref, cases: proven, losses: seen.losses, ...verdict(seen, proven, sight) }
  })
  return { rules, techniques: byTechnique(rules), leftOut: sight.leftOut }
}

/** From the worst to the best: of a technique the best counts. */
export const STATES: readonly CoverageState[] = ['blind', 'unproven', 'degraded', 'active']

const NOTHING_HIDDEN = { losses: [], cases: [], doubt: null } as const

/** How far a rule sees by its plan. */
interface SeenRule {
  readonly state: 'active' | 'degraded' | 'blind' | 'nothing'
  /** Whether it certainly sees all of some request: then it cannot be blind. */
  readonly isSure: boolean
  readonly complete: boolean
  readonly losses: readonly Loss[]
}

const sightOfRule = (
  rule: Exclude<Testable, { readonly judge: unknown }>,
  set: RuleSet,
  sight: PolicySight,
): SeenRule =>
  isCorrelation(rule) ? ofSlots(rule, set, sight) : ofSight(sight.look(rule.plan), sight)

const ofSight = (seen: RuleSight, { actors }: PolicySight): SeenRule => {
  const sights = new Set(seen.requests.flatMap(({ byActor }) => byActor.map((one) => one.sight)))
  sights.delete('never')
  const state = sights.size > 1 || sights.has('some') ? 'degraded' : ONLY[[...sights].join()]
  return {
    state: state ?? 'nothing',
    isSure: sights.has('all'),
    complete: seen.complete,
    losses: lossesOf(seen, actors),
  }
}

const ONLY: Readonly<Record<string, SeenRule['state']>> = { all: 'active', none: 'blind' }

/** A correlation sees what its rules see, and needs in their events what it joins them by. */
const ofSlots = ({ plan }: CompiledCorrelation, set: RuleSet, sight: PolicySight): SeenRule => {
  const slots = plan.slots.flatMap((slot) => {
    const chained = set.correlations.find(({ ref }) => ref.id === slot.rule)
    if (chained !== undefined) return [ofSlots(chained, set, sight)]
    const base = set.rules.find(({ ref }) => ref.id === slot.rule)
    return base === undefined ? [] : [ofSight(sight.look(withFields(base.plan, plan)), sight)]
  })
  const states = new Set(slots.map(({ state }) => state))
  const isBlind = needsAll(plan) ? states.has('blind') : states.size === 1 && states.has('blind')
  const mixed = states.size === 1 ? ([...states][0] ?? 'nothing') : 'degraded'
  return {
    state: isBlind ? 'blind' : mixed,
    isSure: !isBlind && slots.some(({ isSure }) => isSure),
    complete: slots.every(({ complete }) => complete),
    losses: slots.flatMap(({ losses }) => losses),
  }
}

const needsAll = ({ type, expression }: CorrelationPlan): boolean =>
  type === 'temporal_ordered' || (expression !== undefined && isConjunction(expression))

const isConjunction = (expression: SlotExpression): boolean =>
  expression.kind === 'slot' || (expression.kind === 'and' && expression.of.every(isConjunction))

/** With the fields of a correlation that a body holds: in an event without them it cannot count. */
const withFields = (plan: Plan, joins: CorrelationPlan): Plan => {
  const inBody = correlationFields(joins).filter((field) => levelFor(field) !== 'Metadata')
  const [first] = leaves(plan)
  if (inBody.length === 0 || first === undefined) return plan
  return { kind: 'and', of: [plan, ...inBody.map((field) => existsIn(field, first))] }
}

const existsIn = (field: string, { selection, place }: Leaf): Leaf => ({
  ...{ kind: 'leaf', field, selection, place, test: { kind: 'exists', value: true } },
  ...{ type: auditSchema(field)?.type ?? 'any', list: false },
  ...{ group: undefined, column: undefined },
})

/** The worse of what the plan and what the cases say. */
const verdict = (
  seen: SeenRule,
  cases: readonly ProvenCase[],
  { leftOut }: PolicySight,
): Pick<RuleCoverage, 'state' | 'doubt'> => {
  const matching = cases.filter(({ got }) => got === 'match').length
  const isLost = cases.length > 0 && matching === 0
  // A plan is never said to see more than it does not certainly hide: cases may know better.
  if (isLost && !seen.isSure) return { state: 'blind', doubt: null }
  if (seen.state === 'blind') return { state: matching > 0 ? 'degraded' : 'blind', doubt: null }
  if (seen.state === 'degraded' || matching < cases.length)
    return { state: 'degraded', doubt: null }
  if (seen.state === 'nothing') return { state: 'unproven', doubt: 'no-requests' }
  if (!seen.complete || leftOut > 0) return { state: 'unproven', doubt: 'too-large' }
  return cases.length === 0
    ? { state: 'unproven', doubt: 'no-cases' }
    : { state: 'active', doubt: null }
}

const byTechnique = (rules: readonly RuleCoverage[]): readonly TechniqueCoverage[] => {
  const techniques = [...new Set(rules.flatMap(({ rule }) => rule.techniques))].sort()
  return techniques.map((technique) => {
    const own = rules.filter(({ rule }) => rule.techniques.includes(technique))
    const best = Math.max(...own.map(({ state }) => STATES.indexOf(state)))
    return { technique, state: STATES[best] ?? 'blind', rules: own.map(({ rule }) => rule) }
  })
}
