import type { IssueTable } from '../../base/issue.ts'

/** What can be wrong with the configuration file of `deckwatch serve`. */
export const configIssues: IssueTable = {
  'config/yaml': {
    about: 'The configuration is no YAML, or not one map.',
    remedy: 'Check indentation and quotes at that place. The configuration before stays in use.',
    severity: 'error',
  },
  'config/unknown-key': {
    about: 'A key means nothing. It could be one that was meant to protect something.',
    remedy: 'Take the key that is suggested, or remove it.',
    severity: 'error',
  },
  'config/missing': {
    about: 'A key that is needed is not there.',
    remedy: 'Add it.',
    severity: 'error',
  },
  'config/value': {
    about: 'A value is not of the kind that its key needs.',
    remedy: 'Write it as the message says.',
    severity: 'error',
  },
  'config/conflict': {
    about: 'Two parts of the configuration do not go together, or one would be unsafe alone.',
    remedy: 'The message says what to change.',
    severity: 'error',
  },
}
