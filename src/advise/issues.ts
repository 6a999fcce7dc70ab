import type { IssueTable } from '../base/issue.ts'

/** What can be wrong with a file of cases. */
export const adviseIssues: IssueTable = {
  'advise/bad-yaml': {
    about: 'A file of cases is no YAML, has a key twice, or is larger than a YAML file may be.',
    remedy: 'Correct the file at the place that is named.',
    severity: 'error',
  },
  'advise/bad-case': {
    about: 'A case lacks what it needs, or says something that cases cannot say.',
    remedy: 'See docs/guide/rules.md for the form of a case.',
    severity: 'error',
  },
  'advise/bad-pointer': {
    about: 'A case sets or unsets a place that its base event does not have.',
    remedy: 'Give a JSON Pointer into the event, such as /user/username or /object/spec/hostPID.',
    severity: 'error',
  },
}
