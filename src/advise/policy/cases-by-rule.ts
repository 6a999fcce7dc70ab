import type { Issue } from '../../base/issue.ts'
import type { RuleSet } from '../../detect/compile.ts'
import { parseCases, type RuleCase } from '../case-file.ts'
import { isNamed, testablesOf } from '../rule-cases.ts'

/** A file of cases, and the file of the rules that they are about. */
export interface CaseText {
  readonly rules: string
  readonly file: string
  readonly text: string
}

/** Cases by the id of their rule: a case that names none is about the main rule of its file. */
export const casesByRule = (
  set: RuleSet,
  files: readonly CaseText[],
): {
  readonly cases: ReadonlyMap<string, readonly RuleCase[]>
  readonly issues: readonly Issue[]
} => {
  const cases = new Map<string, readonly RuleCase[]>()
  const issues: Issue[] = []
  for (const { rules, file, text } of files) {
    const parsed = parseCases(text, file)
    issues.push(...parsed.issues)
    for (const [at, rule] of testablesOf(set, rules).entries()) {
      const own = parsed.cases.cases.filter((one) =>
        one.rule === undefined ? at === 0 : isNamed(one.rule)(rule),
      )
      cases.set(rule.ref.id, own)
    }
  }
  return { cases, issues }
}
