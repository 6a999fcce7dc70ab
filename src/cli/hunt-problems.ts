import type { Issue } from '../base/issue.ts'
import type { Report } from '../model/finding.ts'
import { severityOfIssue } from './issue-tables.ts'
import type { Hidden } from './output/hunt-result.ts'

/**
 * What makes a hunt's input bad: a path that cannot be read, a named file without any audit event,
 * no event at all, a refused rule; when `strict`, any fault of the log. A log that is only damaged
 * is no such problem: its faults are in the report, and its events were judged.
 */
export const problemsOf = (
  report: Report,
  named: readonly string[],
  strict: boolean,
): readonly Issue[] => {
  const found = report.issues.filter((issue) => isProblem(issue, strict))
  // Events outside --since and --until count as seen here: their shape was recognised.
  const empty = report.inputs.filter((input) => input.shapes.length === 0)
  const files = empty.map((input) => input.file)
  if (report.inputs.length === 0 && found.length > 0) return found
  return [...found, ...withoutEvents(files, report.inputs.length, named)]
}

/** Issues of inputs without any event: of those that were named, or of all if there is no event. */
export const withoutEvents = (
  empty: readonly string[],
  inputs: number,
  named: readonly string[],
): readonly Issue[] => {
  const files = empty.filter((file) => named.includes(file))
  if (files.length === 0 && empty.length === inputs) {
    return [{ code: 'cli/no-events', message: 'no audit event in any of the paths', at: {} }]
  }
  const message = 'no audit event in this file'
  return files.map((file) => ({ code: 'cli/no-events', message, at: { file } }))
}

/** Whether the issue makes the input bad, and so the exit code. */
export const isProblem = (issue: Issue, strict: boolean): boolean => {
  const [area = ''] = issue.code.split('/')
  if (OF_THE_LOG.includes(area)) return strict || CANNOT_BE_READ.includes(issue.code)
  return severityOfIssue(issue) === 'error'
}

/** Warnings about entries of the ignore file that had expired when something happened. */
export const expiredEntries = ({ setAside }: Hidden): readonly Issue[] =>
  setAside
    .filter((entry) => entry.expired > 0)
    .map(({ rule, reason, expires, expired }) => ({
      code: 'cli/ignore-expired',
      message:
        `the entry for ${rule} (${reason}) ended on ${expires}: ` +
        `${expired} later findings are shown`,
      at: {},
    }))

const CANNOT_BE_READ: readonly string[] = ['source/missing', 'source/unreadable']
const OF_THE_LOG: readonly string[] = ['decode', 'source', 'enrich']
