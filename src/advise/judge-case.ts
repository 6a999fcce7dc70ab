import type { Issue } from '../base/issue.ts'
import { NO, UNKNOWN, wordFor } from '../base/truth.ts'
import { decodeBlock } from '../decode/decode.ts'
import type { CompiledCorrelation, CompiledRule, RuleSet } from '../detect/compile.ts'
import { CorrelationFold } from '../detect/correlate.ts'
import { describeMatch, reasonsFor } from '../detect/describe.ts'
import { CorrelationFeeds } from '../detect/feeds.ts'
import { toSignal } from '../detect/signal.ts'
import { enrich } from '../enrich/enrich.ts'
import type { Reason } from '../model/blindness.ts'
import type { AuditEvent, Source } from '../model/event.ts'

/** A rule's answer, in words. */
export type Verdict = 'match' | 'no match' | 'cannot tell'

/** What a rule says of the events of a case. */
export interface Judged {
  /** Undefined when a record was not exactly one event. */
  readonly got: Verdict | undefined
  readonly reasons: readonly Reason[]
  /** What the finding says; empty when there is none. */
  readonly claim: string
  /** What kept it from being judged; empty when nothing did. */
  readonly failure: string
}

/** Judges one record by a rule. */
export const judgeEvent = (rule: CompiledRule, text: string): Judged => {
  const event = decodeOne(text)
  if (typeof event === 'string') return failed(event)
  const facts = enrich(event)
  const truth = rule.test(facts)
  const got = wordFor(truth)
  const reasons = truth === UNKNOWN ? reasonsFor(rule, facts) : []
  const claim = got === 'match' ? describeMatch(rule, facts, asItIs).reason : ''
  return { got, reasons, claim, failure: '' }
}

/** Judges records, each an act of its own, by a correlation and all that it stands on. */
export const judgeStory = (
  correlation: CompiledCorrelation,
  { rules, correlations }: RuleSet,
  records: readonly string[],
): Judged => {
  const feeds = new CorrelationFeeds(rules, correlations)
  const fold = new CorrelationFold({ rules, correlations })
  const feeding = rules.flatMap((rule, number) => (feeds.has(number) ? [{ rule, number }] : []))
  for (const [at, text] of records.entries()) {
    const event = decodeOne(text)
    if (typeof event === 'string') return failed(event)
    const facts = enrich(event)
    const verdicts = feeding
      .map(({ rule, number }) => ({ rule: number, truth: rule.test(facts) }))
      .filter(({ truth }) => truth !== NO)
    const signals = verdicts.map((verdict) => toSignal(rules, verdict, facts, asItIs))
    const origin = String(at).padStart(ORIGIN_DIGITS, '0')
    const counted = feeds.count(signals, facts, origin, asItIs)
    if (counted !== undefined) fold.add(counted, [])
  }
  const { findings, tallies } = fold.finish()
  const tally = tallies[correlations.indexOf(correlation)]
  if (tally === undefined) throw new Error('bug: the correlation is not in its set')
  const claim = findings.find(({ rule }) => rule.id === correlation.ref.id)?.reason ?? ''
  if (tally.findings > 0) return { got: 'match', reasons: [], claim, failure: '' }
  if (tally.cannotTell === 0) return { got: 'no match', reasons: [], claim: '', failure: '' }
  const reasons = Object.keys(tally.reasons) as Reason[] // The keys are reasons by its type.
  return { got: 'cannot tell', reasons: reasons.sort(), claim: '', failure: '' }
}

const SOURCE: Source = { cluster: 'case', server: 'case', file: 'case' }

const ORIGIN_DIGITS = 8

const asItIs = (_field: string, value: string): string => value

const failed = (failure: string): Judged => ({ got: undefined, reasons: [], claim: '', failure })

/** The event of a record, or why there is not exactly one. */
export const decodeOne = (text: string): AuditEvent | string => {
  const events: AuditEvent[] = []
  const issues: Issue[] = []
  decodeBlock(
    Buffer.from(text),
    0,
    SOURCE,
    { strict: true },
    { event: (event) => events.push(event), issue: (issue) => issues.push(issue), shape() {} },
  )
  const [event] = events
  if (event !== undefined && events.length === 1 && issues.length === 0) return event
  const found = issues.map(({ code, message }) => `${code}: ${message}`).join('; ')
  return `the record gives ${events.length} events, not one. ${found}`.trim()
}
