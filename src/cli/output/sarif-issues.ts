import { gradeOf } from '../../advise/lint/lints.ts'
import type { Issue } from '../../base/issue.ts'
import { ISSUE_KINDS } from '../issue-tables.ts'
import { version } from '../version.ts'
import { type SarifLocation, type SarifResult, type SarifRule, sarifLog } from './sarif.ts'

/** What the linter found as SARIF 2.1.0: a rule for each code, a result for each issue. */
export const sarifIssues = (issues: readonly Issue[], successful: boolean): Generator<string> => {
  const codes = [...new Set(issues.map(({ code }) => code))].sort()
  return sarifLog({
    version: version(),
    rules: codes.map((code) => toSarifRule(code, issues)),
    results: issues.map((issue) => toSarifResult(issue, codes.indexOf(issue.code))),
    notifications: [],
    successful,
    properties: {},
  })
}

const toSarifRule = (code: string, issues: readonly Issue[]): SarifRule => {
  const kind = ISSUE_KINDS[code]
  const example = issues.find((issue) => issue.code === code)
  return {
    id: code,
    name: code.replace(/(?:^|[/-])([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    short: kind?.about ?? code,
    full: undefined,
    help: kind?.remedy,
    helpUri: undefined,
    level: example === undefined ? 'warning' : gradeOf(example),
    properties: {},
  }
}

const toSarifResult = (issue: Issue, ruleIndex: number): SarifResult => ({
  ruleIndex,
  level: gradeOf(issue),
  message: issue.message,
  location: locationOf(issue),
  related: [],
  fingerprints: {},
  properties: {},
})

const locationOf = ({ at }: Issue): SarifLocation | undefined => {
  if (at.file === undefined) return undefined
  const { file, line, column } = at
  const region = line === undefined ? undefined : { startLine: line, startColumn: column ?? 1 }
  return { file, region, message: undefined }
}
