import type { Issue, Place } from '../base/issue.ts'
import { UNKNOWN, wordFor } from '../base/truth.ts'
import { decodeBlock } from '../decode/decode.ts'
import type { CompiledRule } from '../detect/compile.ts'
import { describeMatch, reasonsFor } from '../detect/describe.ts'
import { enrich } from '../enrich/enrich.ts'
import type { Reason } from '../model/blindness.ts'
import type { AuditEvent, Source } from '../model/event.ts'
import { type CaseFile, type CaseKind, parseCases, type RuleCase } from './case-file.ts'
import type { JsonObject } from './json.ts'
import { type Mutant, mutantsFor } from './mutants.ts'

/** A rule's answer, in words. */
export type Verdict = 'match' | 'no match' | 'cannot tell'

/** What came of one case or mutant. */
export interface CaseResult {
  readonly title: string
  readonly kind: CaseKind | 'mutant'
  readonly expected: Verdict
  /** Undefined when there was no event to judge. */
  readonly got: Verdict | undefined
  /** Why the rule could not tell. */
  readonly reasons: readonly Reason[]
  readonly pass: boolean
  /** What is wrong, in a sentence; empty when it passes. */
  readonly failure: string
  /** The record that was judged, to be shown with a failure. */
  readonly text: string
  readonly at: Place
}

/** All that came of the cases of a rule and of the mutants made from them. */
export interface CaseReport {
  readonly results: readonly CaseResult[]
  readonly issues: readonly Issue[]
}

/** Runs a rule's cases, each from its bytes on: decode, enrich, judge. Then its mutants. */
export const testRule = (rule: CompiledRule, text: string, file: string): CaseReport => {
  const { cases, issues } = parseCases(text, file)
  const results = cases.cases.map((ruleCase) => runCase(rule, ruleCase))
  return { results: [...results, ...runMutants(rule, cases)], issues }
}

/** Judges the event of one case. */
export const runCase = (rule: CompiledRule, ruleCase: RuleCase): CaseResult => {
  const judged = judge(rule, ruleCase.text)
  const expected = EXPECTED[ruleCase.kind]
  const failure = judged.failure || whatIsWrong(judged, expected, ruleCase)
  const { title, kind, text, at } = ruleCase
  const { got, reasons } = judged
  return { title, kind, expected, got, reasons, pass: failure === '', failure, text, at }
}

/** Judges every mutant of the rule's matching cases, less the kinds that the file sets aside. */
export const runMutants = (rule: CompiledRule, cases: CaseFile): readonly CaseResult[] => {
  const results = new Map<string, CaseResult>()
  for (const { kind, event, title, at } of cases.cases) {
    if (kind !== 'match' || event === undefined) continue
    for (const mutant of mutantsFor(rule.plan, event)) {
      if (cases.skip.kinds.includes(mutant.kind)) continue
      const result = runMutant(rule, mutant, `${title}: ${mutant.title}`, at)
      results.set(result.text, results.get(result.text) ?? result)
    }
  }
  return [...results.values()]
}

const EXPECTED: Readonly<Record<CaseKind, Verdict>> = {
  match: 'match',
  bypass: 'match',
  'near-miss': 'no match',
  blind: 'cannot tell',
}

interface Judged {
  readonly got: Verdict | undefined
  readonly reasons: readonly Reason[]
  readonly claim: string
  readonly failure: string
}

const SOURCE: Source = { cluster: 'case', server: 'case', file: 'case' }

const judge = (rule: CompiledRule, text: string): Judged => {
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
  if (event === undefined || events.length > 1 || issues.length > 0) {
    const found = issues.map(({ code, message }) => `${code}: ${message}`).join('; ')
    const failure = `the record gives ${events.length} events, not one. ${found}`.trim()
    return { got: undefined, reasons: [], claim: '', failure }
  }
  const facts = enrich(event)
  const truth = rule.test(facts)
  const got = wordFor(truth)
  const reasons = truth === UNKNOWN ? reasonsFor(rule, facts) : []
  const claim = got === 'match' ? describeMatch(rule, facts, (_field, value) => value).reason : ''
  return { got, reasons, claim, failure: '' }
}

const whatIsWrong = (judged: Judged, expected: Verdict, ruleCase: RuleCase): string => {
  const { got, reasons, claim } = judged
  if (got !== expected) return `expected ${expected}, got ${got}${because(reasons)}`
  if (ruleCase.reason !== undefined && !reasons.includes(ruleCase.reason)) {
    return `cannot tell, but not because of ${ruleCase.reason}${because(reasons)}`
  }
  if (ruleCase.summary !== undefined && !claim.startsWith(ruleCase.summary)) {
    return `the claim is not "${ruleCase.summary}" but "${claim}"`
  }
  return ''
}

const because = (reasons: readonly Reason[]): string =>
  reasons.length === 0 ? '' : ` (${reasons.join(', ')})`

const runMutant = (rule: CompiledRule, mutant: Mutant, title: string, at: Place): CaseResult => {
  const text = JSON.stringify(mutant.event satisfies JsonObject)
  const { got, reasons, failure: broken } = judge(rule, text)
  const expected: Verdict = 'match'
  const fits = got === expected || (mutant.mayHide && got === 'cannot tell')
  const failure = broken || (fits ? '' : `expected ${expected}, got ${got}${because(reasons)}`)
  const pass = failure === ''
  return { title, kind: 'mutant', expected, got, reasons, pass, failure, text, at }
}
