import { dirname, isAbsolute, relative } from 'node:path'
import type { Report } from '../../model/finding.ts'

/**
 * The report without paths of this machine: absolute paths become relative to the deepest folder
 * that holds all of them. The same logs in another place then give the same bytes. Relative paths
 * stay.
 */
export const withPortablePaths = (report: Report): Report => {
  const base = commonFolder(
    report.inputs.map((input) => input.file).filter((file) => isAbsolute(file)),
  )
  if (base === undefined) return report
  const shorten = (file: string): string => (isAbsolute(file) ? relative(base, file) : file)
  return {
    ...report,
    inputs: report.inputs.map((input) => ({ ...input, file: shorten(input.file) })),
    findings: report.findings.map((finding) => ({
      ...finding,
      events: finding.events.map((event) => ({ ...event, file: shorten(event.file) })),
    })),
    issues: report.issues.map((issue) =>
      issue.at.file === undefined
        ? issue
        : { ...issue, at: { ...issue.at, file: shorten(issue.at.file) } },
    ),
  }
}

/** The deepest folder that holds all of the files; undefined where they share none. */
export const commonFolder = (files: readonly string[]): string | undefined => {
  const [first, ...rest] = files.map((file) => dirname(file).split('/'))
  if (first === undefined) return undefined
  let length = first.length
  for (const parts of rest) {
    let same = 0
    while (same < length && parts[same] === first[same]) same += 1
    length = same
  }
  if (length === 0 || first[0] === '.') return undefined
  return first.slice(0, length).join('/') || '/'
}
