import { addIssues, type Issue } from '../base/issue.ts'
import { EVERY_PART } from '../model/blindness.ts'
import type { Facts } from '../model/facts.ts'
import { findField, partBehind } from '../model/fields.ts'
import type { RuleRef } from '../model/finding.ts'
import { emitPredicate, type Predicate } from '../sigma/emit/predicate.ts'
import type { SigmaCorrelation } from '../sigma/parse/correlation.ts'
import type { RuleHead } from '../sigma/parse/head.ts'
import { mergeLists, parseList } from '../sigma/parse/list.ts'
import { parseRules, type RefusedDocument, type SigmaRule } from '../sigma/parse/rule.ts'
import type { CorrelationPlan } from '../sigma/plan/correlation.ts'
import { filterIssues } from '../sigma/plan/filters.ts'
import { leaves } from '../sigma/plan/leaves.ts'
import { necessary } from '../sigma/plan/necessary.ts'
import type { Leaf, Plan } from '../sigma/plan/plan.ts'
import {
  type KnownRule,
  type PlannedCorrelations,
  planCorrelations,
} from '../sigma/plan/plan-correlation.ts'
import { type PlanContext, planRule } from '../sigma/plan/plan-rule.ts'
import {
  type CompiledSourceRule,
  compileSourceRule,
  isSourceRule,
} from './completeness/source-rule.ts'
import { refOf } from './rule-ref.ts'
import { auditSchema, factsAccess } from './schema.ts'
import { CORRELATION_NAMES, namesIn, TARGET, unknownInSummary } from './summary.ts'

/** A rule that is ready to judge. */
export interface CompiledRule {
  readonly ref: RuleRef
  readonly sigma: SigmaRule
  readonly plan: Plan
  readonly test: Predicate<Facts>
  /** Each test of the rule by itself, and the part of an event that it asks. */
  readonly tests: readonly { readonly part: number; readonly test: Predicate<Facts> }[]
  /** Field to exact lower-case values, of which one is needed for anything but "no". */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>
  /** Whether its matches are findings; not so when it only serves correlations. */
  readonly reports: boolean
}

/** A correlation whose rules are all there. */
export interface CompiledCorrelation {
  readonly ref: RuleRef
  readonly sigma: SigmaCorrelation
  readonly plan: CorrelationPlan
  readonly reports: boolean
}

/** Rules in the order of their ids, so that equal content gives equal results. */
export interface RuleSet {
  readonly rules: readonly CompiledRule[]
  /** Those that others are chained to come before them. */
  readonly correlations: readonly CompiledCorrelation[]
  /** Those about the log itself (`service: audit-source`): they judge notes, and no events. */
  readonly sourceRules: readonly CompiledSourceRule[]
  readonly issues: readonly Issue[]
}

/** A rule file's content and the name to show for it. */
export interface RuleText {
  readonly file: string
  readonly text: string
}

/**
 * Parses, plans and emits every rule of the files; their placeholders stand for what the list files
 * hold. One bad rule never stops the others.
 */
export const compileRules = (
  files: readonly RuleText[],
  listFiles: readonly RuleText[] = [],
): RuleSet => {
  const parsed = files.map(({ file, text }) => parseRules(text, file))
  const issues = parsed.flatMap((one) => one.issues)
  const lists = mergeLists(
    listFiles.map(({ file, text }) => ({ file, parsed: parseList(text, file) })),
  )
  addIssues(issues, lists.issues)
  const context: PlanContext = {
    lists: lists.lists,
    filters: parsed.flatMap((one) => one.filters),
  }
  const written = withoutDuplicates(
    parsed.flatMap((one) => one.rules),
    issues,
  )
  const unreadable = parsed.flatMap((one) => one.refused)
  addIssues(issues, filterIssues(context.filters ?? [], written, unreadable))
  const aboutSources = written.filter(isSourceRule).map((one) => compileSourceRule(one, context))
  const compiled = written
    .filter((sigma) => !isSourceRule(sigma))
    .map((sigma) => compileRule(sigma, context))
  // What is said of a filter is said by every rule that it is added to.
  addIssues(issues, [...new Set([...compiled, ...aboutSources].flatMap((one) => one.issues))])
  const usable = compiled.map(({ rule }) => rule).filter((rule) => rule !== undefined)
  const known = [
    ...unreadable.flatMap(toKnown),
    ...[...compiled, ...aboutSources].map((one) => one.known),
  ]
  const planned = planCorrelations(
    parsed.flatMap((one) => one.correlations),
    known,
    auditSchema,
  )
  addIssues(issues, planned.issues)
  const silent = silentIds(planned)
  const rules = usable.map((rule) => ({ ...rule, reports: !silent.has(rule.ref.id) }))
  const correlations = planned.plans.map((plan, at): CompiledCorrelation => {
    const sigma = planned.correlations[at]
    if (sigma === undefined) throw new Error(`bug: the plan ${plan.id} has no correlation`)
    addIssues(issues, correlationSummaryIssues(sigma))
    return { ref: refOf(sigma), sigma, plan, reports: !silent.has(plan.id) }
  })
  const sourceRules = aboutSources.flatMap(({ rule }) => rule ?? [])
  return {
    rules: rules.sort(byId),
    correlations,
    sourceRules: sourceRules.sort(byId),
    issues,
  }
}

const byId = (a: { readonly ref: RuleRef }, b: { readonly ref: RuleRef }): number =>
  a.ref.id < b.ref.id ? -1 : 1

const withoutDuplicates = (rules: readonly SigmaRule[], issues: Issue[]): readonly SigmaRule[] => {
  const byId = new Map<string, SigmaRule>()
  for (const rule of rules) {
    const earlier = byId.get(rule.id)
    if (earlier === undefined) byId.set(rule.id, rule)
    else issues.push(duplicate(rule, earlier))
  }
  return [...byId.values()]
}

/** A document that nobody can read may still be named. */
const toKnown = ({ id, name }: RefusedDocument): readonly KnownRule[] => {
  const known = id ?? name
  return known === undefined ? [] : [{ id: known, name, refused: 'the rule cannot be read' }]
}

/** Rules that only serve correlations, none of which says `generate`. */
const silentIds = ({ plans, correlations }: PlannedCorrelations): ReadonlySet<string> => {
  const silent = new Set<string>()
  const loud = new Set<string>()
  for (const [at, { slots }] of plans.entries()) {
    const named = correlations[at]?.generate === true ? loud : silent
    for (const { rule } of slots) named.add(rule)
  }
  return new Set([...silent].filter((id) => !loud.has(id)))
}

/** A rule, or why correlations cannot name it. */
interface Compiled {
  readonly rule: CompiledRule | undefined
  readonly known: KnownRule
  readonly issues: readonly Issue[]
}

const compileRule = (sigma: SigmaRule, context: PlanContext): Compiled => {
  const { plan, issues, refused } = planRule(sigma, auditSchema, context)
  const { id, name } = sigma
  if (plan === undefined) return { rule: undefined, known: { id, name, refused }, issues }
  const rule: CompiledRule = {
    ref: refOf(sigma),
    sigma,
    plan,
    test: emitPredicate(plan, factsAccess),
    tests: leaves(plan).map(testOf),
    needs: necessary(plan),
    reports: true,
  }
  return { rule, known: { id, name }, issues: [...issues, ...summaryIssues(sigma)] }
}

/** The rule works without its sentence: names that mean nothing in it are warnings. */
const summaryIssues = ({ custom, place }: SigmaRule): readonly Issue[] =>
  namesIn(custom.summary)
    .filter((name) => name !== TARGET && findField(name) === undefined)
    .map((name) => unknownInSummary(name, place))

const correlationSummaryIssues = (sigma: SigmaCorrelation): readonly Issue[] =>
  namesIn(sigma.custom.summary)
    .filter((name) => !CORRELATION_NAMES.includes(name) && !sigma.groupBy.includes(name))
    .map((name) => unknownInSummary(name, sigma.place))

const testOf = (leaf: Leaf): CompiledRule['tests'][number] => {
  const field = findField(leaf.field)?.field
  const known = field === undefined ? 0 : partBehind(field)
  const alone: Plan =
    leaf.group === undefined ? leaf : { kind: 'some-element', group: leaf.group, of: leaf }
  return {
    part: leaf.field === '' ? EVERY_PART : known,
    test: emitPredicate(alone, factsAccess),
  }
}

const duplicate = (rule: RuleHead, earlier: RuleHead): Issue => ({
  code: 'detect/duplicate-rule',
  message: `rule id ${rule.id} is already used by ${earlier.place.file ?? 'another rule'}; this one is not used`,
  at: rule.place,
})
