import { escapeTerminal } from '../base/escape-text.ts'
import { formatPlace, type Issue } from '../base/issue.ts'
import { kindOfIssue } from './issue-tables.ts'
import type { Shell } from './shell.ts'

/** Writes an issue to the errors of the shell: what is wrong, where, and what to do. */
export const writeIssue = async (issue: Issue, shell: Shell): Promise<void> => {
  await shell.errors.write(issueText(issue))
}

/** `error: PLACE: what is wrong (code)`, and below it what to do. */
export const issueText = (issue: Issue): string => {
  const kind = kindOfIssue(issue)
  const place = formatPlace(issue.at)
  const where = place === '' ? '' : `${place}: `
  const what = `${kind?.severity ?? 'error'}: ${where}${issue.message} (${issue.code})`
  const remedy = kind === undefined ? '' : `  ${kind.remedy}\n`
  return `${escapeTerminal(what)}\n${remedy}`
}
