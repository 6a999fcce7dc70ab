import type { IssueKind } from '../../base/issue.ts'

/**
 * How much a lint matters. `error`: the rule cannot do what it was written for. `warning`: it can
 * be evaded, or misses a part. `note`: it works, and would be better otherwise.
 */
export type LintGrade = 'error' | 'warning' | 'note'

/** What a lint means. Its severity as an issue is `warning`: the rule is used all the same. */
export interface LintKind extends IssueKind {
  readonly severity: 'warning'
  readonly grade: LintGrade
}

/** A table of lints by code: `lint/name`. */
export type LintTable = Readonly<Record<string, LintKind>>

/** A row of a table of lints. */
export const lintKind = (grade: LintGrade, about: string, remedy: string): LintKind => {
  return { severity: 'warning', grade, about, remedy }
}
