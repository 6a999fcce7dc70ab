import { adviseIssues } from '../advise/issues.ts'
import { adviseLints } from '../advise/lint/issues.ts'
import { flagLints } from '../advise/policy/flags/issues.ts'
import { policyLints } from '../advise/policy/lint/issues.ts'
import type { Issue, IssueKind, IssueTable } from '../base/issue.ts'
import { DECODE_ISSUES } from '../decode/issues.ts'
import { detectIssues } from '../detect/issues.ts'
import { ENRICH_ISSUES } from '../enrich/issues.ts'
import { evidenceIssues } from '../investigate/evidence/issues.ts'
import { policyIssues } from '../kubernetes/audit-policy/issues.ts'
import { sigmaIssues } from '../sigma/issues.ts'
import { sigmaLints } from '../sigma/lint/issues.ts'
import { SOURCE_ISSUES } from '../source/issues.ts'
import { cliIssues } from './issues.ts'
import { configIssues } from './serve-config/issues.ts'

/** Every issue that a command can raise, by code. */
export const ISSUE_KINDS: IssueTable = {
  ...sigmaIssues,
  ...DECODE_ISSUES,
  ...SOURCE_ISSUES,
  ...ENRICH_ISSUES,
  ...policyIssues,
  ...flagLints,
  ...detectIssues,
  ...adviseIssues,
  ...cliIssues,
  ...configIssues,
  ...evidenceIssues,
  ...sigmaLints,
  ...adviseLints,
  ...policyLints,
}

/** What is known of an issue's code. */
export const kindOfIssue = (issue: Issue): IssueKind | undefined => ISSUE_KINDS[issue.code]

/** How bad an issue is; one without a kind is an error. */
export const severityOfIssue = (issue: Issue): IssueKind['severity'] =>
  kindOfIssue(issue)?.severity ?? 'error'
