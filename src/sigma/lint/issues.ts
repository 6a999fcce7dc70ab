import { type LintTable, lintKind } from './lint-kind.ts'

/** What the linter has to say about rules as such, whatever their fields mean. */
export const sigmaLints: LintTable = {
  'lint/never-matches': lintKind(
    'error',
    'The rule can never match: its tests contradict each other.',
    'Look at the tests that are named: one field cannot have two values, and a filter may take all that is left.',
  ),
  'lint/always-matches': lintKind(
    'error',
    'The rule is never "no match": it asks nothing of an event.',
    'Ask for what makes the attack: a verb, a resource, a value.',
  ),
  'lint/dead-branch': lintKind(
    'warning',
    'An alternative can never hold together with the rest of the rule.',
    'Remove the alternative, or correct the test that excludes it.',
  ),
  'lint/idle-filter': lintKind(
    'warning',
    'A filter excludes nothing: it can never hold where the rest of the rule does.',
    'Remove the filter, or correct it: what it should let pass is still found.',
  ),
  'lint/same-rule': lintKind(
    'warning',
    'Two rules ask exactly the same, so that each act is found twice.',
    'Remove one of the two.',
  ),
  'lint/shadowed-rule': lintKind(
    'warning',
    'All that a rule finds is found by another rule of the same level or worse.',
    'Remove it, make the other one leave out what this one finds, or give this one a worse level.',
  ),
  'lint/slow-regex': lintKind(
    'warning',
    'An expression is slow, or would be in an engine that backtracks.',
    'Leave out .* at the ends, repeat less often, and do not repeat what repeats itself.',
  ),
  'lint/one-is-enough': lintKind(
    'warning',
    'A single match of its rule completes the correlation, so that nothing is correlated.',
    'Ask for two or more. If it is there to gather single matches into one finding, set this aside and say so.',
  ),
  'lint/long-timespan': lintKind(
    'warning',
    'The timespan of a correlation is longer than 30 days: few logs and no memory reach so far.',
    'Choose a timespan within which the attack really happens.',
  ),
  'lint/silenced-rule': lintKind(
    'note',
    'A rule reports nothing by itself, because a correlation without "generate: true" names it.',
    'Add "generate: true" to the correlation if single matches matter, else lower the level of the rule to informational.',
  ),
}
