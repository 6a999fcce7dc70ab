import type { Issue } from '../../base/issue.ts'
import type { RuleRef } from '../../model/finding.ts'
import { findSourceField } from '../../model/source-fields.ts'
import type { SourceNote } from '../../model/source-health.ts'
import { emitPredicate, type Predicate } from '../../sigma/emit/predicate.ts'
import type { SigmaRule } from '../../sigma/parse/rule.ts'
import type { Plan } from '../../sigma/plan/plan.ts'
import type { KnownRule } from '../../sigma/plan/plan-correlation.ts'
import { type PlanContext, planRule } from '../../sigma/plan/plan-rule.ts'
import { refOf } from '../rule-ref.ts'
import { namesIn, unknownInSummary } from '../summary.ts'
import { noteAccess, SOURCE_SERVICE, sourceSchema } from './source-schema.ts'

/** A rule about a log itself, ready to judge notes. */
export interface CompiledSourceRule {
  readonly ref: RuleRef
  readonly sigma: SigmaRule
  readonly plan: Plan
  readonly judge: Predicate<SourceNote>
  readonly reports: true
}

/** Whether a rule is about a log itself, and not about the events in it. */
export const isSourceRule = (rule: SigmaRule): boolean => isForSources(rule)

/** A rule that can be used or not, what correlations are told of it, and what is wrong with it. */
export const compileSourceRule = (
  sigma: SigmaRule,
  context: PlanContext,
): {
  readonly rule: CompiledSourceRule | undefined
  readonly known: KnownRule
  readonly issues: readonly Issue[]
} => {
  // A filter that leaves the service open is meant for events: their fields are not known here.
  const filters = (context.filters ?? []).filter(isForSources)
  const { plan, issues } = planRule(sigma, sourceSchema, { ...context, filters })
  const known = { id: sigma.id, name: sigma.name, refused: NOT_COUNTED }
  if (plan === undefined) return { rule: undefined, known, issues }
  const judge = emitPredicate(plan, noteAccess)
  const rule: CompiledSourceRule = { ref: refOf(sigma), sigma, plan, judge, reports: true }
  return { rule, known, issues: [...issues, ...summaryIssues(sigma)] }
}

const isForSources = ({ logsource }: Pick<SigmaRule, 'logsource'>): boolean =>
  logsource.service === SOURCE_SERVICE

const NOT_COUNTED = 'it is about the log itself, and correlations count events'

const summaryIssues = ({ custom, place }: SigmaRule): readonly Issue[] =>
  namesIn(custom.summary)
    .filter((name) => findSourceField(name) === undefined)
    .map((name) => unknownInSummary(name, place))
