import type { CompiledRule } from '../detect/compile.ts'
import { PART } from '../model/blindness.ts'
import type { Level } from '../model/event.ts'
import { findField, partBehind } from '../model/fields.ts'
import { leaves } from '../sigma/plan/leaves.ts'
import type { RuleNeed } from './output/hunt-result.ts'

/** What each rule needs of the log, by rule id. */
export const needsOf = (rules: readonly CompiledRule[]): ReadonlyMap<string, RuleNeed> =>
  new Map(rules.map((rule) => [rule.ref.id, needOf(rule)]))

/** The least level at which the field can be there. */
export const levelFor = (field: string): Level => {
  const found = findField(field)
  const part = found === undefined ? 0 : partBehind(found.field)
  if ((part & PART.responseObject) !== 0) return 'RequestResponse'
  return (part & PART.requestObject) !== 0 ? 'Request' : 'Metadata'
}

const LEVELS: readonly Level[] = ['Metadata', 'Request', 'RequestResponse']

function needOf(rule: CompiledRule): RuleNeed {
  const levels = leaves(rule.plan).map((leaf) => LEVELS.indexOf(levelFor(leaf.field)))
  const resources = rule.needs.get('request.resource') ?? rule.needs.get('objectRef.resource')
  return {
    level: LEVELS[Math.max(0, ...levels)] ?? 'Metadata',
    resources: [...(resources ?? [])].sort(),
  }
}
