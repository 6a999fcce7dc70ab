import { NO, type Truth, YES } from '../base/truth.ts'
import type { Facts } from '../model/facts.ts'
import type { Signal } from './act.ts'
import type { CompiledRule } from './compile.ts'
import { describeMatch, type Mask, reasonsFor, subjectOf } from './describe.ts'
import type { CorrelationFeeds } from './feeds.ts'

/** What a rule says of the act behind these facts, unless that is "no". */
export interface Verdict {
  /** The rule's number in its set. */
  readonly rule: number
  readonly truth: Truth
}

/** What a verdict is told by: to the fold as a finding or a cannot-tell, to correlations as hits. */
export const toSignal = (
  rules: readonly CompiledRule[],
  feeds: CorrelationFeeds,
  { rule, truth }: Verdict,
  facts: Facts,
  origin: string,
  mask: Mask,
): Signal => {
  const compiled = rules[rule]
  if (compiled === undefined || truth === NO) throw new Error('bug: a verdict names no rule')
  const isMatch = truth === YES
  const signal: Signal = {
    rule,
    truth,
    reasons: isMatch ? [] : reasonsFor(compiled, facts),
    finding: isMatch && compiled.reports ? describeMatch(compiled, facts, mask) : undefined,
  }
  if (!feeds.has(rule)) return signal
  const hits = feeds.hitsOf(rule, truth, facts, origin, mask)
  return hits.length === 0
    ? signal
    : { ...signal, counts: { hits, subject: subjectOf(facts, mask) } }
}
