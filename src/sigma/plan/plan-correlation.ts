import { unreachable } from '../../base/assert.ts'
import type { Issue, Place } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import type { Condition } from '../parse/condition.ts'
import type { RuleReference, SigmaCorrelation } from '../parse/correlation.ts'
import type { Schema } from '../schema.ts'
import { suggest } from '../suggest.ts'
import type { CorrelationPlan, CorrelationSlot, SlotExpression } from './correlation.ts'
import { planSlot, type Slot } from './plan-slot.ts'

/** A rule that a correlation may name. */
export interface KnownRule {
  readonly id: string
  readonly name?: string | undefined
  /** Why it is not used; then no correlation that names it is. */
  readonly refused?: string | undefined
}

/** What came of planning the correlations of a set of rules. */
export interface PlannedCorrelations {
  /** Those that a correlation names come before it. */
  readonly plans: readonly CorrelationPlan[]
  /** The document of each plan, in the same order. */
  readonly correlations: readonly SigmaCorrelation[]
  readonly refused: readonly SigmaCorrelation[]
  readonly issues: readonly Issue[]
}

/**
 * Resolves correlations against the rules and the fields there are. What cannot be evaluated is
 * refused: an issue, and no plan for it and for those that name it.
 */
export const planCorrelations = (
  correlations: readonly SigmaCorrelation[],
  rules: readonly KnownRule[],
  schema: Schema,
): PlannedCorrelations => {
  const resolving: Resolving = {
    schema,
    known: new Map(),
    states: new Map(),
    planned: [],
    issues: [],
  }
  for (const rule of rules) register(resolving, rule, { kind: 'rule', rule })
  for (const correlation of correlations) {
    if (isNew(resolving, correlation)) {
      register(resolving, correlation, { kind: 'correlation', correlation })
    } else resolving.states.set(correlation, 'refused')
  }
  for (const correlation of upwards(resolving, correlations)) decide(resolving, correlation)
  return {
    plans: resolving.planned.map(({ plan }) => plan),
    correlations: resolving.planned.map(({ correlation }) => correlation),
    refused: correlations.filter((each) => resolving.states.get(each) === 'refused'),
    issues: resolving.issues,
  }
}

/** What a reference can mean. */
type Target =
  | { readonly kind: 'rule'; readonly rule: KnownRule }
  | { readonly kind: 'correlation'; readonly correlation: SigmaCorrelation }

interface Planned {
  readonly correlation: SigmaCorrelation
  readonly plan: CorrelationPlan
  /** How many correlations stand upon each other, this one included. */
  readonly chain: number
}

interface Resolving {
  readonly schema: Schema
  /** By id and by name: several of one name are all kept, to say that it is not clear. */
  readonly known: Map<string, Target[]>
  readonly states: Map<SigmaCorrelation, 'refused' | Planned>
  readonly planned: Planned[]
  readonly issues: Issue[]
}

const isNew = ({ known, issues }: Resolving, { id, place }: SigmaCorrelation): boolean => {
  const taken = known.get(id)?.some((target) => idOf(target) === id) === true
  if (taken) {
    const message = `the id ${id} is already used; this correlation is not`
    issues.push({ code: 'sigma/duplicate-id', message, at: place })
  }
  return !taken
}

const idOf = (target: Target): string =>
  target.kind === 'rule' ? target.rule.id : target.correlation.id

const identityOf = (target: Target): Pick<Slot, 'id' | 'name' | 'chained'> => {
  const { id, name } = target.kind === 'rule' ? target.rule : target.correlation
  return { id, name, chained: target.kind === 'correlation' }
}

const register = (
  { known }: Resolving,
  { id, name }: { readonly id: string; readonly name?: string | undefined },
  target: Target,
): void => {
  for (const key of new Set([id, name ?? id])) addTo(known, key, target)
}

const addTo = <Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void => {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/**
 * The correlations in an order in which those that one names come before it; last those that are,
 * or rest on, circles. By a list and not by recursion: a chain may be as long as the files.
 */
const upwards = (
  { known, states }: Resolving,
  correlations: readonly SigmaCorrelation[],
): readonly SigmaCorrelation[] => {
  const open = correlations.filter((each) => states.get(each) === undefined)
  const parents = new Map<SigmaCorrelation, SigmaCorrelation[]>()
  const waiting = new Map<SigmaCorrelation, number>()
  for (const parent of open) {
    const named = parent.rules.flatMap(({ name }) => known.get(name) ?? [])
    const children = new Set(
      named.flatMap((each) => (each.kind === 'rule' ? [] : each.correlation)),
    )
    waiting.set(parent, children.size)
    for (const child of children) addTo(parents, child, parent)
  }
  const ordered = open.filter((each) => waiting.get(each) === 0)
  for (const child of ordered) {
    for (const parent of parents.get(child) ?? []) {
      const left = (waiting.get(parent) ?? 0) - 1
      waiting.set(parent, left)
      if (left === 0) ordered.push(parent)
    }
  }
  return [...ordered, ...open.filter((each) => waiting.get(each) !== 0)]
}

const decide = (resolving: Resolving, correlation: SigmaCorrelation): void => {
  const planned = plan(resolving, correlation)
  resolving.states.set(correlation, planned ?? 'refused')
  if (planned !== undefined) resolving.planned.push(planned)
}

const plan = (resolving: Resolving, correlation: SigmaCorrelation): Planned | undefined => {
  if (correlation.rules.length > LIMIT.correlationRulesMax) {
    const message = `a correlation of more than ${LIMIT.correlationRulesMax} rules`
    return refuse(resolving, message, correlation.place)
  }
  if (resolving.planned.length === LIMIT.correlationsMax) {
    const message = `there are more than ${LIMIT.correlationsMax} correlations`
    return refuse(resolving, message, correlation.place)
  }
  const found = correlation.rules.map((each) => findTarget(resolving, correlation, each))
  const targets = found.filter((target) => target !== undefined)
  if (targets.length < found.length) return undefined
  if (!areDistinct(resolving, correlation, targets)) return undefined
  const chain = 1 + Math.max(0, ...targets.map((target) => chainOf(resolving, target)))
  if (chain > LIMIT.correlationChainMax) {
    const message = `more than ${LIMIT.correlationChainMax} correlations stand upon each other`
    return refuse(resolving, message, correlation.place)
  }
  const { schema, issues } = resolving
  const slots = targets.map((target, at) =>
    planSlot({
      schema,
      issues,
      correlation,
      ...identityOf(target),
      reference: correlation.rules[at]?.name ?? '',
    }),
  )
  const good = slots.filter((slot) => slot !== undefined)
  if (good.length < slots.length) return undefined
  return { correlation, plan: toPlan(correlation, good), chain }
}

const findTarget = (
  resolving: Resolving,
  correlation: SigmaCorrelation,
  { name, place }: RuleReference,
): Target | undefined => {
  const named = resolving.known.get(name) ?? []
  const byId = named.filter((target) => idOf(target) === name)
  const [target, second] = byId.length > 0 ? byId : named
  if (target === undefined) {
    const near = suggest(name, [...resolving.known.keys()])
    const hint = near === undefined ? '' : `: did you mean ${near}?`
    return refuse(resolving, `there is no rule ${name}${hint}`, place)
  }
  if (second !== undefined) return refuse(resolving, `several rules are called ${name}`, place)
  if (target.kind === 'rule') {
    const { refused } = target.rule
    if (refused === undefined) return target
    return refuse(resolving, `the rule ${name} is not used: ${refused}`, place)
  }
  const state = resolving.states.get(target.correlation)
  if (typeof state === 'object') return target
  if (state === 'refused') return refuse(resolving, `the correlation ${name} is not used`, place)
  const self = target.correlation === correlation ? 'itself' : `${name}, and both on a circle`
  return refuse(resolving, `the correlation rests on ${self}`, place)
}

/** Only in a sequence can one rule stand for two steps. */
const areDistinct = (
  resolving: Resolving,
  { type, rules }: SigmaCorrelation,
  targets: readonly Target[],
): boolean => {
  if (type === 'temporal_ordered') return true
  const ids = targets.map(idOf)
  const twice = rules.find((_, at) => ids.indexOf(ids[at] ?? '') < at)
  if (twice === undefined) return true
  refuse(resolving, `the rule ${twice.name} is named twice`, twice.place)
  return false
}

const chainOf = ({ states }: Resolving, target: Target): number => {
  if (target.kind === 'rule') return 0
  const state = states.get(target.correlation)
  return typeof state === 'object' ? state.chain : 0
}

const toPlan = (
  { id, type, timespanUs, groupBy, rules, condition }: SigmaCorrelation,
  slots: readonly CorrelationSlot[],
): CorrelationPlan => ({
  id,
  type,
  spanUs: timespanUs,
  groupBy,
  slots,
  comparisons: condition.kind === 'compare' ? condition.comparisons : [],
  percentile: condition.kind === 'compare' ? condition.percentile : undefined,
  expression:
    condition.kind === 'rules' ? expressionOf(condition.expression, type, rules) : undefined,
})

/** A sequence may name a rule twice: its expression is all slots, whatever their names. */
const expressionOf = (
  expression: Condition,
  type: SigmaCorrelation['type'],
  rules: readonly RuleReference[],
): SlotExpression => {
  if (type !== 'temporal_ordered') return toSlots(expression, rules)
  return { kind: 'and', of: rules.map((_, slot) => ({ kind: 'slot', slot })) }
}

const toSlots = (expression: Condition, rules: readonly RuleReference[]): SlotExpression => {
  switch (expression.kind) {
    case 'selection':
      return { kind: 'slot', slot: rules.findIndex(({ name }) => name === expression.name) }
    case 'not':
      return { kind: 'not', of: toSlots(expression.of, rules) }
    case 'and':
    case 'or':
      return { kind: expression.kind, of: expression.of.map((part) => toSlots(part, rules)) }
    default:
      return unreachable(expression)
  }
}

const refuse = ({ issues }: Resolving, message: string, at: Place): undefined => {
  issues.push({ code: 'sigma/bad-correlation', message, at })
}
