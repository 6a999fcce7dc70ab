import type { Issue, Place } from '../base/issue.ts'
import type { CompiledCorrelation, CompiledRule, RuleSet } from '../detect/compile.ts'
import type { CompiledSourceRule } from '../detect/completeness/source-rule.ts'
import type { Reason } from '../model/blindness.ts'
import { type CaseFile, type CaseKind, parseCases, type RuleCase } from './case-file.ts'
import type { JsonObject } from './json.ts'
import { type Judged, judgeEvent, judgeStory, type Verdict } from './judge-case.ts'
import { judgeNoteCase } from './judge-note-case.ts'
import { type Mutant, mutantsFor } from './mutants.ts'

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
  /** The records that were judged. */
  readonly records: readonly string[]
  readonly at: Place
}

/** A rule or correlation that cases are about. */
export type Testable = CompiledRule | CompiledCorrelation | CompiledSourceRule

/** A rule with all that came of its cases and of the mutants made from them. */
export interface CaseReport {
  readonly rule: Testable
  readonly results: readonly CaseResult[]
}

/** The rules of a file, its main one first: the last correlation, else the last rule. */
export const testablesOf = (set: RuleSet, file: string): readonly Testable[] => {
  const inFile = ({ sigma }: Testable): boolean => sigma.place.file === file
  const all: readonly Testable[] = [...set.rules, ...set.correlations, ...set.sourceRules]
  const inOrder = all
    .filter(inFile)
    .sort((a, b) => (a.sigma.place.line ?? 0) - (b.sigma.place.line ?? 0))
  const main = inOrder.findLast(isCorrelation) ?? inOrder.at(-1)
  return main === undefined ? [] : [main, ...inOrder.filter((one) => one !== main)]
}

/** Whether it joins matches of others instead of judging events itself. */
export const isCorrelation = (rule: Testable): rule is CompiledCorrelation => 'slots' in rule.plan

/** Whether it judges what is noted of a log itself, and no events. */
export const isAboutSource = (rule: Testable): rule is CompiledSourceRule => 'judge' in rule

/**
 * Runs the cases of a file, each from its bytes on: decode, enrich, judge. Then the mutants. The
 * rules are those of one rule file, its main one first; a case that names none is about that.
 */
export const testRules = (
  rules: readonly Testable[],
  set: RuleSet,
  text: string,
  file: string,
): { readonly reports: readonly CaseReport[]; readonly issues: readonly Issue[] } => {
  const { cases, issues } = parseCases(text, file)
  const lost = cases.cases.filter(({ rule }) => rule !== undefined && !rules.some(isNamed(rule)))
  const reports = rules.map((rule, at) => {
    const own = cases.cases.filter((one) =>
      one.rule === undefined ? at === 0 : isNamed(one.rule)(rule),
    )
    return { rule, results: testRule(rule, set, { ...cases, cases: own }) }
  })
  return { reports, issues: [...issues, ...lost.map(namesNothing)] }
}

/** Runs the cases of one rule, and the mutants made from them. */
const testRule = (rule: Testable, set: RuleSet, cases: CaseFile): readonly CaseResult[] => {
  const results = cases.cases.map((ruleCase) => runCase(rule, set, ruleCase))
  if (isCorrelation(rule) || isAboutSource(rule)) return results
  return [...results, ...runMutants(rule, cases)]
}

/** Judges the events of one case. */
const runCase = (rule: Testable, set: RuleSet, ruleCase: RuleCase): CaseResult => {
  const judged = judgeCase(rule, set, ruleCase)
  const expected = EXPECTED[ruleCase.kind]
  const failure = judged.failure || whatIsWrong(judged, expected, ruleCase)
  const { title, kind, at } = ruleCase
  const { got, reasons } = judged
  const { records } = ruleCase
  return { title, kind, expected, got, reasons, pass: failure === '', failure, records, at }
}

/** Judges every mutant of the rule's matching cases, less the kinds that the file sets aside. */
export const runMutants = (rule: CompiledRule, cases: CaseFile): readonly CaseResult[] => {
  const results = new Map<string, CaseResult>()
  for (const { kind, event, title, at } of cases.cases) {
    if (kind !== 'match' || event === undefined) continue
    for (const mutant of mutantsFor(rule.plan, event)) {
      if (cases.skip.kinds.includes(mutant.kind)) continue
      const result = runMutant(rule, mutant, `${title}: ${mutant.title}`, at)
      const key = result.records.join('\n')
      results.set(key, results.get(key) ?? result)
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

/** Whether a rule is called so: by its id or its name. */
export const isNamed =
  (name: string) =>
  ({ ref, sigma }: Testable): boolean =>
    ref.id === name || sigma.name === name

const namesNothing = ({ rule, at }: RuleCase): Issue => ({
  code: 'advise/bad-case',
  message: `the case is about ${rule}, and the file has no such rule that can be used`,
  at,
})

const judgeCase = (rule: Testable, set: RuleSet, { records }: RuleCase): Judged => {
  if (isCorrelation(rule)) return judgeStory(rule, set, records)
  const [only, ...others] = records
  if (others.length === 0) {
    return isAboutSource(rule) ? judgeNoteCase(rule, only) : judgeEvent(rule, only)
  }
  return { got: undefined, reasons: [], claim: '', failure: 'only a correlation judges a story' }
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
  const { got, reasons, failure: broken } = judgeEvent(rule, text)
  const expected: Verdict = 'match'
  const fits = got === expected || (mutant.mayHide && got === 'cannot tell')
  const failure = broken || (fits ? '' : `expected ${expected}, got ${got}${because(reasons)}`)
  const pass = failure === ''
  const records = [text]
  return { title, kind: 'mutant', expected, got, reasons, pass, failure, records, at }
}
