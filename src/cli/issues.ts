import type { IssueTable } from '../base/issue.ts'

/** What the command line has to say about what it was given. */
export const cliIssues: IssueTable = {
  'cli/no-events': {
    about: 'A file that was named holds no audit event in any shape that deckwatch knows.',
    remedy:
      'See that it is an audit log: docs/reference/shapes.md lists the shapes that are known.',
    severity: 'error',
  },
  'cli/ignore-entry': {
    about: 'An entry of the ignore file lacks a key, or has a value that means nothing.',
    remedy: 'Each entry needs rule, reason and expires; actor, namespace and name narrow it.',
    severity: 'error',
  },
  'cli/ignore-expired': {
    about: 'An entry of the ignore file had expired when the acts happened: they are shown.',
    remedy: 'Look at the findings again; remove the entry, or give it a later date and a reason.',
    severity: 'warning',
  },
}
