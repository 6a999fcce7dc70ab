import type { IssueTable } from '../../base/issue.ts'

/** What loading an audit policy has to say about the file. */
export const policyIssues: IssueTable = {
  'policy/refused': {
    about: 'The API server refuses this audit policy: with it, it does not start.',
    remedy: 'Correct what the message names before an API server restarts with the file.',
    severity: 'error',
  },
  'policy/too-large': {
    about:
      'The audit policy is larger, deeper or longer than deckwatch reads. An API server may take it all the same.',
    remedy: 'Make it smaller: an API server looks through all rules at each request.',
    severity: 'error',
  },
  'policy/unknown-field': {
    about:
      'The API server does not know this field. It drops it, says so only in its own log, and goes on with the rest of the rule, which then matches more than was meant.',
    remedy: 'Correct its name, or move it to where it belongs; case counts.',
    severity: 'warning',
  },
  'policy/duplicate-field': {
    about:
      'The same key stands twice in one map: the last one counts, and the API server says so only in its own log.',
    remedy: 'Keep the one that is meant.',
    severity: 'warning',
  },
}
