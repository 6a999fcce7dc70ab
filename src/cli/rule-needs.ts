import type { CompiledRule, RuleSet } from '../detect/compile.ts'
import { PART } from '../model/blindness.ts'
import type { Level } from '../model/event.ts'
import { findField, partBehind } from '../model/fields.ts'
import { leaves } from '../sigma/plan/leaves.ts'
import { correlationFields } from './output/correlation-text.ts'
import type { RuleNeed } from './output/hunt-result.ts'

/** What each rule needs of the log, by rule id. */
export const needsOf = ({
  rules,
  correlations,
}: Pick<RuleSet, 'rules' | 'correlations'>): ReadonlyMap<string, RuleNeed> => {
  const needs = new Map(rules.map((rule) => [rule.ref.id, needOf(rule)]))
  // Those that others are chained to come first.
  for (const { ref, plan } of correlations) {
    const below = plan.slots
      .map((slot) => needs.get(slot.rule))
      .filter((need) => need !== undefined)
    needs.set(ref.id, joined([...below, ofFields(correlationFields(plan))]))
  }
  return needs
}

/** The least level at which the field can be there; a keyword may be in any part. */
export const levelFor = (field: string): Level => {
  if (field === '') return 'RequestResponse'
  const found = findField(field)
  const part = found === undefined ? 0 : partBehind(found.field)
  if ((part & PART.responseObject) !== 0) return 'RequestResponse'
  return (part & PART.requestObject) !== 0 ? 'Request' : 'Metadata'
}

const LEVELS: readonly Level[] = ['Metadata', 'Request', 'RequestResponse']

function needOf(rule: CompiledRule): RuleNeed {
  const { level } = ofFields(leaves(rule.plan).map((leaf) => leaf.field))
  const resources = rule.needs.get('request.resource') ?? rule.needs.get('objectRef.resource')
  return { level, resources: [...(resources ?? [])].sort() }
}

function ofFields(fields: readonly string[]): RuleNeed {
  const levels = fields.map((field) => LEVELS.indexOf(levelFor(field)))
  return { level: LEVELS[Math.max(0, ...levels)] ?? 'Metadata', resources: [] }
}

function joined(needs: readonly RuleNeed[]): RuleNeed {
  const levels = needs.map(({ level }) => LEVELS.indexOf(level))
  return {
    level: LEVELS[Math.max(0, ...levels)] ?? 'Metadata',
    resources: [...new Set(needs.flatMap(({ resources }) => resources))].sort(),
  }
}
