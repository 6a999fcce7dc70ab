import { casesByRule } from '../advise/policy/cases-by-rule.ts'
import type { CoveredRules } from '../advise/policy/coverage.ts'
import type { Testable } from '../advise/rule-cases.ts'
import { compileRules, type RuleSet } from '../detect/compile.ts'
import { writeIssues } from './issue-lines.ts'
import { isCalled } from './rule-book.ts'
import { allRules, readCasesOf, readLists } from './rule-files.ts'
import { CommandError, EXIT, type Shell } from './shell.ts'

/** Which rules a command on policies is about. */
export interface RuleChoice {
  /** Rule files and folders besides the shipped ones. */
  readonly rules: readonly string[]
  readonly lists: readonly string[]
  /** Ids, names or detections; none: all that report. */
  readonly only: readonly string[]
}

/**
 * The shipped rules and those of the paths that report, or the chosen ones, with the cases beside
 * them. What is wrong with a file is told on the errors of the shell.
 */
export const readCoveredRules = async (
  { rules, lists, only }: RuleChoice,
  shell: Shell,
): Promise<CoveredRules> => {
  const files = await allRules(rules)
  const set = compileRules(files, await readLists(lists))
  const wanted = chosen(set, only)
  const own = new Set(wanted.map(({ sigma }) => sigma.place.file))
  const texts = await readCasesOf(files.filter(({ file }) => own.has(file)))
  const { cases, issues } = casesByRule(set, texts)
  await writeIssues([...set.issues, ...issues], shell)
  return { rules: wanted, set, cases }
}

const chosen = (set: RuleSet, only: readonly string[]): readonly Testable[] => {
  const all: readonly Testable[] = [...set.rules, ...set.correlations, ...set.sourceRules]
  if (only.length === 0) return all.filter(({ reports }) => reports)
  const found = only.flatMap((name) => {
    const named = all.filter((rule) => isCalled(rule, name))
    const reporting = named.filter(({ reports }) => reports)
    if (named.length > 0) return reporting.length > 0 ? reporting : named
    throw new CommandError(
      EXIT.badInput,
      `there is no rule "${name}"`,
      'deckwatch rule list shows the ids and detections',
    )
  })
  return [...new Set(found)]
}
