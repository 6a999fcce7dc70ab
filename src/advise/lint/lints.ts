import type { Issue, IssueKind } from '../../base/issue.ts'
import { detectIssues } from '../../detect/issues.ts'
import { sigmaIssues } from '../../sigma/issues.ts'
import { sigmaLints } from '../../sigma/lint/issues.ts'
import type { LintGrade, LintTable } from '../../sigma/lint/lint-kind.ts'
import { adviseIssues } from '../issues.ts'
import { flagLints } from '../policy/flags/issues.ts'
import { policyLints } from '../policy/lint/issues.ts'
import { adviseLints } from './issues.ts'

/** Every lint, by code. */
export const LINTS: LintTable = { ...sigmaLints, ...adviseLints }

/** How much an issue of a rule matters; a refusal is an error. */
export const gradeOf = ({ code }: Issue): LintGrade => {
  const kind: IssueKind | undefined = sigmaIssues[code] ?? detectIssues[code] ?? adviseIssues[code]
  return (LINTS[code] ?? policyLints[code] ?? flagLints[code])?.grade ?? kind?.severity ?? 'error'
}
