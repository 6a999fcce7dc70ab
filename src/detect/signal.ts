import { NO, type Truth, YES } from '../base/truth.ts'
import type { Reason } from '../model/blindness.ts'
import type { Facts } from '../model/facts.ts'
import type { Signal } from './act.ts'
import type { CompiledRule } from './compile.ts'
import { describeMatch, type Mask, onlyReason, reasonsFor } from './describe.ts'

/** What a rule says of the act behind these facts, unless that is "no". */
export interface Verdict {
  /** The rule's number in its set. */
  readonly rule: number
  readonly truth: Truth
  /** The part of the event that the rule was not asked for, because it asks nothing else. */
  readonly blindTo?: number
}

/** What the fold is told of a verdict: a finding, or why there cannot be one. */
export const toSignal = (
  rules: readonly CompiledRule[],
  verdict: Verdict,
  facts: Facts,
  mask: Mask,
): Signal => {
  const { rule, truth } = verdict
  const compiled = rules[rule]
  if (compiled === undefined || truth === NO) throw new Error('bug: a verdict names no rule')
  const isMatch = truth === YES
  return {
    rule,
    truth,
    reasons: isMatch ? [] : reasonsOf(compiled, verdict, facts),
    finding: isMatch && compiled.reports ? describeMatch(compiled, facts, mask) : undefined,
  }
}

const reasonsOf = (
  rule: CompiledRule,
  { blindTo = 0 }: Verdict,
  facts: Facts,
): readonly Reason[] => {
  const isHidden = (blindTo & facts.event.unknown) !== 0
  return (isHidden ? onlyReason(facts.event) : undefined) ?? reasonsFor(rule, facts)
}
