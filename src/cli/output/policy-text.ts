import { escapeTerminal } from '../../base/escape-text.ts'
import { formatPlace, type Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { issuesOf } from '../../kubernetes/audit-policy/load/loading-issues.ts'
import type {
  AuditPolicy,
  GroupResources,
  LoadedPolicy,
  PolicyRule,
} from '../../kubernetes/audit-policy/policy.ts'
import { kindOfIssue } from '../issue-tables.ts'
import { type Cell, cell, layOut, wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import { counted } from './words.ts'

/** What an API server does with a policy, and what is then in force, rule by rule. */
export const policyLines = (
  loaded: LoadedPolicy,
  width: number,
  palette: Palette,
): readonly string[] => {
  const [refusals = [], others = []] = splitIssues(loaded)
  return [
    ...wrap(verdictOf(loaded), width).map(
      loaded.policy === undefined
        ? palette.bad
        : loaded.faults.length > 0
          ? palette.warning
          : palette.good,
    ),
    ...section('WHY', issueLines(refusals, width, palette), palette),
    ...section('WARNINGS', issueLines(others, width, palette), palette),
    ...(loaded.policy === undefined ? [] : inForceLines(loaded, loaded.policy, width, palette)),
  ]
}

/** Why it is refused apart from what is dropped. */
const splitIssues = (loaded: LoadedPolicy): readonly (readonly Issue[])[] => {
  const issues = issuesOf(loaded)
  const isRefusal = ({ code }: Issue): boolean =>
    code === 'policy/refused' || code === 'policy/too-large'
  return [issues.filter(isRefusal), issues.filter((issue) => !isRefusal(issue))]
}

const verdictOf = ({ policy, faults, isTooLarge }: LoadedPolicy): string => {
  if (isTooLarge) return 'This policy is beyond what deckwatch reads. An API server may take it.'
  if (policy === undefined) return 'An API server refuses this policy, and does not start with it.'
  if (faults.length === 0) return 'An API server starts with this policy, and takes all of it.'
  const dropped = counted(faults.length, 'thing')
  return `An API server starts with this policy, but not with all of it: ${dropped} it drops or overrides, which it says only in its own log.`
}

const section = (title: string, lines: readonly string[], palette: Palette): readonly string[] =>
  lines.length === 0 ? [] : ['', palette.strong(title), ...lines]

/** Each issue with its place; what to do about it where it is first said. */
const issueLines = (
  issues: readonly Issue[],
  width: number,
  palette: Palette,
): readonly string[] => {
  const told = new Set<string>()
  const lines = issues.slice(0, LIMIT.textRowsMax).flatMap((issue) => {
    const kind = told.has(issue.code) ? undefined : kindOfIssue(issue)
    told.add(issue.code)
    const place = palette.strong(escapeTerminal(formatPlace(issue.at)))
    const note = kind === undefined ? '' : `${kind.about} ${kind.remedy}`
    return [
      `  ${place}  ${escapeTerminal(issue.message)}`,
      ...wrap(note, width - 6).map((line) => `      ${palette.faint(line)}`),
    ]
  })
  const hidden = issues.length - LIMIT.textRowsMax
  return hidden > 0 ? [...lines, `  … and ${counted(hidden, 'more')}`] : lines
}

const inForceLines = (
  loaded: LoadedPolicy,
  policy: AuditPolicy,
  width: number,
  palette: Palette,
): readonly string[] => {
  const rows = policy.rules.map((rule, index): readonly Cell[] => [
    cell(String(index + 1)),
    cell(`line ${loaded.placeOf(['rules', index]).line ?? '?'}`, palette.faint),
    cell(rule.level, rule.level === 'None' ? palette.faint : palette.accent),
    cell([sentenceOf(rule), ...droppedOf(loaded, index)].join('; ')),
  ])
  const columns = [{ align: 'right' }, {}, {}, { flex: true, wrap: LINES_MAX }] as const
  return [
    '',
    palette.strong('IN FORCE'),
    ...wrap(wholeOf(policy), width - 2).map((line) => `  ${line}`),
    '',
    ...layOut(columns, rows, width),
  ]
}

/** The fields of a rule that an API server drops. */
const droppedOf = ({ faults }: LoadedPolicy, rule: number): readonly string[] =>
  faults
    .filter(({ kind, path }) => kind === 'unknown-field' && path[0] === 'rules' && path[1] === rule)
    .map(({ path, at }) => `DROPPED: ${String(path.at(-1))} (line ${at.line ?? '?'})`)

/** A rule is shown whole, however long it is. */
const LINES_MAX = 10_000

/** What is said of all rules together. */
const wholeOf = ({ rules, omitStages, omitManagedFields }: AuditPolicy): string =>
  [
    `${counted(rules.length, 'rule')}: the first that matches a request decides, and what none matches is not logged.`,
    ...(omitStages.length > 0 ? [`No rule logs ${omitStages.join(', ')}.`] : []),
    ...(omitManagedFields ? ['Bodies are logged without managedFields.'] : []),
  ].join(' ')

/** What a rule is about, in a line: `get; secrets of the core group; by user alice`. */
export const sentenceOf = (rule: PolicyRule): string => {
  const clauses = [
    rule.verbs.join(', '),
    aboutOf(rule),
    clause(
      'in',
      rule.namespaces.map((name) => (name === '' ? 'no namespace' : name)),
    ),
    clause(rule.users.length > 1 ? 'by users' : 'by user', rule.users.map(shown)),
    clause(rule.userGroups.length > 1 ? 'by groups' : 'by group', rule.userGroups.map(shown)),
    clause('without', rule.omitStages),
    rule.omitManagedFields === undefined
      ? ''
      : `${rule.omitManagedFields ? 'without' : 'with'} managedFields`,
  ]
  return clauses.filter((text) => text !== '').join('; ')
}

const clause = (word: string, names: readonly string[]): string =>
  names.length === 0 ? '' : `${word} ${names.join(', ')}`

const aboutOf = (rule: PolicyRule): string => {
  if (rule.nonResourceURLs.length > 0) return `paths ${rule.nonResourceURLs.join(', ')}`
  if (rule.resources.length > 0) return targetsOf(rule.resources)
  return rule.namespaces.length > 0 ? 'any object' : 'everything'
}

/** Groups of which the same is meant are named together. */
const targetsOf = (items: readonly GroupResources[]): string => {
  const groups = new Map<string, readonly string[]>()
  for (const item of items) {
    const what = whatOf(item)
    groups.set(what, [...(groups.get(what) ?? []), groupName(item.group)])
  }
  return [...groups].map(([what, names]) => `${what} of ${names.join(', ')}`).join(' or ')
}

const whatOf = ({ resources, resourceNames }: GroupResources): string => {
  // Without resources, names are not looked at.
  if (resources.length === 0) return 'everything'
  return [resources.map(shown).join(', '), clause('named', resourceNames.map(shown))]
    .filter((text) => text !== '')
    .join(' ')
}

const groupName = (group: string): string => {
  if (group === '') return 'the core group'
  return group === '*' ? 'any group' : group
}

const shown = (name: string): string => (name === '' ? '""' : name)
