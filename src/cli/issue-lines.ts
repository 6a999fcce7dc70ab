import { escapeTerminal } from '../base/escape-text.ts'
import { formatPlace, type Issue } from '../base/issue.ts'
import { LIMIT } from '../base/limit.ts'
import { kindOfIssue } from './issue-tables.ts'
import { counted } from './output/words.ts'
import type { Shell } from './shell.ts'

/** Writes issues to the errors of the shell: some whole, and how many more there are. */
export const writeIssues = async (issues: readonly Issue[], shell: Shell): Promise<void> => {
  const shown = issues.slice(0, LIMIT.textRowsMax).map(issueText).join('')
  const hidden = issues.length - LIMIT.textRowsMax
  if (shown !== '') await shell.errors.write(shown)
  if (hidden > 0) await shell.errors.write(`… and ${counted(hidden, 'more issue')}\n`)
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
