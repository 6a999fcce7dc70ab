import type { Issue } from '../base/issue.ts'
import type { Facts } from '../model/facts.ts'
import { findField, partBehind } from '../model/fields.ts'
import type { RuleRef } from '../model/finding.ts'
import { emitPredicate, type Predicate } from '../sigma/emit/predicate.ts'
import type { SigmaCorrelation } from '../sigma/parse/correlation.ts'
import { parseRules, type SigmaRule } from '../sigma/parse/rule.ts'
import type { CorrelationPlan } from '../sigma/plan/correlation.ts'
import { leaves } from '../sigma/plan/leaves.ts'
import { necessary } from '../sigma/plan/necessary.ts'
import type { Leaf, Plan } from '../sigma/plan/plan.ts'
import { planRule } from '../sigma/plan/plan-rule.ts'
import { auditSchema, factsAccess } from './schema.ts'
import { namesIn, TARGET } from './summary.ts'

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
  readonly issues: readonly Issue[]
}

/** A rule file's content and the name to show for it. */
export interface RuleText {
  readonly file: string
  readonly text: string
}

/** Parses, plans and emits every rule of the files. One bad rule never stops the others. */
export const compileRules = (
  files: readonly RuleText[],
  _lists: readonly RuleText[] = [],
): RuleSet => {
  const issues: Issue[] = []
  const byId = new Map<string, CompiledRule>()
  for (const { file, text } of files) {
    const parsed = parseRules(text, file)
    issues.push(...parsed.issues)
    for (const sigma of parsed.rules) {
      const compiled = compileRule(sigma)
      issues.push(...compiled.issues)
      if (compiled.rule === undefined) continue
      const earlier = byId.get(compiled.rule.ref.id)
      if (earlier === undefined) byId.set(compiled.rule.ref.id, compiled.rule)
      else issues.push(duplicate(compiled.rule, earlier))
    }
  }
  const rules = [...byId.values()].sort((a, b) => (a.ref.id < b.ref.id ? -1 : 1))
  return { rules, correlations: [], issues }
}

const compileRule = (
  sigma: SigmaRule,
): { rule: CompiledRule | undefined; issues: readonly Issue[] } => {
  const { plan, issues } = planRule(sigma, auditSchema)
  if (plan === undefined) return { rule: undefined, issues }
  const rule: CompiledRule = {
    ref: refOf(sigma),
    sigma,
    plan,
    test: emitPredicate(plan, factsAccess),
    tests: leaves(plan).map(testOf),
    needs: necessary(plan),
    reports: true,
  }
  return { rule, issues: [...issues, ...summaryIssues(sigma)] }
}

/** The rule works without its sentence: names that mean nothing in it are warnings. */
const summaryIssues = ({ custom, place }: SigmaRule): readonly Issue[] =>
  namesIn(custom.summary)
    .filter((name) => name !== TARGET && findField(name) === undefined)
    .map((name) => ({
      code: 'detect/unknown-summary-field',
      message: `the summary names {${name}}, and there is no such field`,
      at: place,
    }))

const testOf = (leaf: Leaf): CompiledRule['tests'][number] => {
  const field = findField(leaf.field)?.field
  const alone: Plan =
    leaf.group === undefined ? leaf : { kind: 'some-element', group: leaf.group, of: leaf }
  return {
    part: field === undefined ? 0 : partBehind(field),
    test: emitPredicate(alone, factsAccess),
  }
}

const refOf = (sigma: SigmaRule): RuleRef => ({
  id: sigma.id,
  title: sigma.title,
  level: sigma.level,
  detection: tagged(sigma, 'detection.')[0]?.toUpperCase(),
  techniques: tagged(sigma, 'attack.')
    .filter((tag) => /^t\d{4}(\.\d{3})?$/.test(tag))
    .map((tag) => tag.toUpperCase()),
  tactics: tagged(sigma, 'attack.')
    .filter((tag) => /^[a-z]+([-_][a-z]+)*$/.test(tag))
    .map((tag) => tag.replaceAll('_', '-')),
  threatMatrix: tagged(sigma, 'threat-matrix.')
    .filter((tag) => /^ms-ta\d{4}$/.test(tag))
    .map((tag) => tag.toUpperCase()),
})

const tagged = (sigma: SigmaRule, prefix: string): readonly string[] =>
  sigma.tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length))

const duplicate = (rule: CompiledRule, earlier: CompiledRule): Issue => ({
  code: 'detect/duplicate-rule',
  message: `rule id ${rule.ref.id} is already used by ${earlier.sigma.place.file ?? 'another rule'}; this one is not used`,
  at: rule.sigma.place,
})
