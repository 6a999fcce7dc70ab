import type {
  AuditPolicy,
  PolicyPath,
  PolicyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import type { Stage } from '../../../model/event.ts'

/** A change of a policy. What it does not name stays as it is. */
export interface PolicyEdit {
  /** Rules by index from 0 that others take the place of, or none. */
  readonly replace?: ReadonlyMap<number, readonly PolicyRule[]>
  /** Rules that are added at the end. */
  readonly append?: readonly PolicyRule[]
  readonly omitStages?: readonly Stage[]
  readonly omitManagedFields?: boolean
  /** Fields outside of rules that are taken out of the file; they never were in force. */
  readonly without?: readonly PolicyPath[]
  /** What follows the first YAML document goes. */
  readonly firstDocumentOnly?: true
}

/** The policy after an edit. */
export const editedPolicy = (policy: AuditPolicy, edit: PolicyEdit): AuditPolicy => ({
  rules: [
    ...policy.rules.flatMap((rule, index) => edit.replace?.get(index) ?? [rule]),
    ...(edit.append ?? []),
  ],
  omitStages: edit.omitStages ?? policy.omitStages,
  omitManagedFields: edit.omitManagedFields ?? policy.omitManagedFields,
})

/** Puts rules before another. */
export const insertBefore = (
  policy: AuditPolicy,
  index: number,
  rules: readonly PolicyRule[],
): PolicyEdit => {
  const next = policy.rules[index]
  return next === undefined ? { append: rules } : replaceRule(index, [...rules, next])
}

/** Puts rules in the place of one. */
export const replaceRule = (index: number, rules: readonly PolicyRule[]): PolicyEdit => ({
  replace: new Map([[index, rules]]),
})

/** Takes a rule out and puts it before an earlier one. */
export const moveBefore = (policy: AuditPolicy, from: number, to: number): PolicyEdit => {
  const [rule, next] = [policy.rules[from], policy.rules[to]]
  if (rule === undefined || next === undefined) return {}
  return {
    replace: new Map([
      [to, [rule, next]],
      [from, []],
    ]),
  }
}
