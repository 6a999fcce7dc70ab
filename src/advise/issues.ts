import type { IssueTable } from '../base/issue.ts'

/** What can be wrong with a file of cases, and with rules that are converted. */
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
  'advise/falco-file': {
    about: 'A file of Falco rules is no YAML, or an item of it is no list, macro or rule.',
    remedy:
      'Correct the file at the place that is named; falco --validate names the fault as well.',
    severity: 'error',
  },
  'advise/not-converted': {
    about: 'A rule of Falco asks something that a Sigma rule cannot: it was not converted.',
    remedy:
      'Write it anew with the fields of docs/reference/fields.md, or give the file that holds the ' +
      'macro.',
    severity: 'error',
  },
  'advise/converted-otherwise': {
    about: 'A converted rule says something otherwise than Falco does.',
    remedy: 'Read what differs, and change the rule where that is not meant.',
    severity: 'warning',
  },
  'advise/falco-left-out': {
    about: 'A rule of Falco was left out: it is not enabled, or not about the audit log.',
    remedy: 'Nothing is to be done, unless its source should be k8s_audit.',
    severity: 'warning',
  },
}
