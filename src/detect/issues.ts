import type { IssueTable } from '../base/issue.ts'

/** What the engine has to say about rules and about the log as a whole. */
export const detectIssues: IssueTable = {
  'detect/duplicate-rule': {
    about: 'Two rules have the same id. The first file in order is used.',
    remedy: 'Give the second rule an id of its own, or remove one.',
    severity: 'error',
  },
  'detect/unknown-summary-field': {
    about: 'The summary of a rule names a field that events do not have.',
    remedy: 'Correct the name: the reference page lists all fields.',
    severity: 'warning',
  },
  'detect/groups-evicted': {
    about:
      'The windows of correlations needed more room than they have. Groups with the least progress were given up; their counts began again. What could be so for lack of them is a cannot-tell.',
    remedy: 'Hunt in parts with --since and --until; group by a field that clients cannot invent.',
    severity: 'warning',
  },
  'detect/hits-late': {
    about:
      'More matches wait for correlations than can be kept, and some came after their windows had been judged. A correlation may have missed them.',
    remedy: 'Hunt in parts with --since and --until, or narrow the rule that matches so often.',
    severity: 'warning',
  },
  'detect/acts-open': {
    about:
      'More requests waited for their final stage than can be kept. The oldest were judged by the stages seen.',
    remedy: 'Give all files of an API server at once; see whether RequestReceived alone is logged.',
    severity: 'warning',
  },
  'detect/acts-forgotten': {
    about:
      'More requests were finished than can be remembered. A stage that came much later may be counted twice.',
    remedy: 'Split the hunt by time with --since and --until.',
    severity: 'warning',
  },
  'detect/findings-capped': {
    about:
      'More findings than can be kept whole. The most severe and earliest are shown; all are counted.',
    remedy: 'Split the hunt by time with --since and --until, or give fewer logs at once.',
    severity: 'warning',
  },
  'detect/minutes-capped': {
    about:
      'The events of one API server lie in more minutes than are remembered. Gaps of that server may be missing or wrong.',
    remedy: 'Split the hunt by time with --since and --until; look for events with made-up times.',
    severity: 'warning',
  },
  'detect/audit-id-collision': {
    about:
      'One request appears twice at the same stage with different content. Both are kept and judged by themselves.',
    remedy:
      'Compare the two events: an Audit-ID chosen by the client or a changed log file are the causes.',
    severity: 'warning',
  },
  'detect/live-acts-early': {
    about:
      'More requests waited for their end than can be kept. The oldest were judged as they stood; a stage that comes later still corrects that.',
    remedy: 'See which rule cannot tell so much of a RequestReceived, or leave that stage out.',
    severity: 'warning',
  },
  'detect/live-windows-evicted': {
    about:
      'The windows of correlations needed more room than they have. Groups with the least progress were given up; their counts began again.',
    remedy:
      'Group by a field that clients cannot invent, or narrow the rule that matches so often.',
    severity: 'warning',
  },
  'detect/live-late': {
    about:
      'Events came so late that their correlations had to be judged again, and the store did not answer or there were too many. A correlation may have missed them.',
    remedy: 'See how far the sources lag; a hunt over the stored time finds what was missed.',
    severity: 'warning',
  },
  'detect/live-updates': {
    about:
      'A correlation went on for more events than are read for one finding. It was told, but does not say how long it went on.',
    remedy: 'Narrow the rule that matches so often.',
    severity: 'warning',
  },
  'detect/live-signals': {
    about:
      'What rules had said before a restart, or before rules were changed, is of rules that are gone or of another version of deckwatch.',
    remedy: 'None is needed if rules were removed on purpose: the others go on.',
    severity: 'warning',
  },
}
