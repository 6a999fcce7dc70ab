import type { IssueTable } from '../base/issue.ts'

/** What the rule language has to say about rules. */
export const sigmaIssues: IssueTable = {
  'sigma/yaml': {
    about: 'A document of the rule file is no well-formed YAML 1.2 of the core schema.',
    remedy: 'Correct the YAML at the place given.',
    severity: 'error',
  },
  'sigma/yaml-limit': {
    about: 'The file is larger, nests deeper or resolves more aliases than is allowed.',
    remedy: 'Split the file; write values out instead of aliasing them.',
    severity: 'error',
  },
  'sigma/duplicate-key': {
    about: 'A key is written twice in one map, so that one of the two would be lost.',
    remedy: 'Rename or remove one; use a list of maps for "or", another selection for "and".',
    severity: 'error',
  },
  'sigma/unsupported-document': {
    about: 'The document is a collection action, in another taxonomy, or two kinds at once.',
    remedy: 'Write it as Sigma 2 does; it is never applied in part.',
    severity: 'error',
  },
  'sigma/missing-attribute': {
    about: 'The rule lacks an attribute that it cannot be used without.',
    remedy: 'Add title, logsource and detection with its condition.',
    severity: 'error',
  },
  'sigma/bad-attribute': {
    about: 'An attribute of the rule has a value that it cannot have.',
    remedy: 'See the Sigma specification for the attribute named.',
    severity: 'error',
  },
  'sigma/odd-attribute': {
    about: 'An optional attribute is missing or has an unusual value. The rule is used without it.',
    remedy: 'Add or correct the attribute named.',
    severity: 'warning',
  },
  'sigma/bad-condition': {
    about: 'The condition cannot be read.',
    remedy: 'Use and, or, not, parentheses, and "1 of" or "all of" with a pattern or "them".',
    severity: 'error',
  },
  'sigma/unknown-selection': {
    about: 'The condition names a selection that the rule does not define.',
    remedy: 'Correct the name, or define the selection.',
    severity: 'error',
  },
  'sigma/unused-selection': {
    about: 'A selection is defined and the condition does not use it.',
    remedy: 'Use it in the condition or remove it.',
    severity: 'warning',
  },
  'sigma/bad-correlation': {
    about:
      'A correlation names a rule that is missing, refused or not clear, or rests on itself, or on too many.',
    remedy: 'Correct the id or name, and give the rules with it; each must be usable by itself.',
    severity: 'error',
  },
  'sigma/duplicate-id': {
    about: 'Two documents have the same id. The first one is used.',
    remedy: 'Give the second an id of its own, or remove one.',
    severity: 'error',
  },
  'sigma/other-logsource': {
    about: 'The rule is for another log, such as that of a cloud provider. It is set aside.',
    remedy:
      'If it is for this log, say product: kubernetes and service: audit; else keep it elsewhere.',
    severity: 'warning',
  },
  'sigma/filter-not-used': {
    about: 'A filter cannot be evaluated. The rules that it would be added to go without it.',
    remedy: 'Correct the filter: the message says what is wrong.',
    severity: 'warning',
  },
  'sigma/filter-without-rule': {
    about: 'A filter names a rule that there is not, or one for a log source it does not cover.',
    remedy: 'Correct the id or name, or the log source of the filter.',
    severity: 'warning',
  },
  'sigma/unknown-list': {
    about: 'A placeholder has no list of that name.',
    remedy: 'Give the list with the rules, or correct the name.',
    severity: 'error',
  },
  'sigma/empty-list': {
    about: 'A placeholder names a list without values: the test finds nothing.',
    remedy: 'Fill the list, or leave the test out.',
    severity: 'warning',
  },
  'sigma/bad-list': {
    about: 'A file of lists has a list that cannot be used, or one of a name that is taken.',
    remedy: 'Give each list a name of its own, and text or numbers as values.',
    severity: 'error',
  },
  'sigma/renamed-field': {
    about: 'A test names a field as published rules do, and the events call it otherwise.',
    remedy: 'Write the name that the message gives.',
    severity: 'warning',
  },
  'sigma/unknown-field': {
    about: 'A test names a field that events do not have, so it could never match.',
    remedy: 'Correct the name: the reference page lists all fields.',
    severity: 'error',
  },
  'sigma/impossible-value': {
    about: 'A test asks for a value that the field can never have.',
    remedy: 'Correct the value: the reference page lists the values of closed fields.',
    severity: 'warning',
  },
  'sigma/unsupported-modifier': {
    about: 'A modifier, or a combination of modifiers, is unknown or not supported.',
    remedy: 'Write the test with the modifiers that are supported.',
    severity: 'error',
  },
  'sigma/bad-value': {
    about: 'A value has a form that its modifier cannot use.',
    remedy: 'Give the kind of value that the modifier takes.',
    severity: 'error',
  },
  'sigma/wrong-type': {
    about: 'A modifier is used on a field whose type it cannot be asked of.',
    remedy:
      'Numbers for lt, lte, gt, gte; addresses or text for cidr; times for their parts; text for encodings.',
    severity: 'error',
  },
  'sigma/null-in-list': {
    about: 'A list of values holds null. It matches an absent field here; Sigma does not allow it.',
    remedy: 'Write null in a selection of its own, and combine the two with or.',
    severity: 'warning',
  },
  'sigma/number-on-text': {
    about: 'A text field is compared as a number: only whole numbers in plain decimals can match.',
    remedy: 'Use a field with numbers, if there is one.',
    severity: 'warning',
  },
  'sigma/number-rewritten': {
    about: 'A number was written in a form that is not its text, such as 1.10 or 0x10.',
    remedy: 'Put the value in quotes if its text is meant, or write the number plainly.',
    severity: 'warning',
  },
  'sigma/bad-regex': {
    about: 'A regular expression cannot be run in linear time, or is no regular expression.',
    remedy: 'Write it without look-around and back-references, repeating 1000 times at most.',
    severity: 'error',
  },
  'sigma/unsupported-reference': {
    about:
      'fieldref compares fields that do not lie side by side: in arrays of objects that differ.',
    remedy: 'Compare two fields of the row, or two fields of the same array of objects.',
    severity: 'error',
  },
}
