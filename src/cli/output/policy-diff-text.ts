import type { LogComparison } from '../../advise/policy/compare-logs.ts'
import type { CoverageChange, DiffClass } from '../../advise/policy/diff.ts'
import { LIMIT } from '../../base/limit.ts'
import type {
  LoadedPolicy,
  PolicyDecision,
  PolicyRequest,
} from '../../kubernetes/audit-policy/policy.ts'
import { loggedPart } from '../../kubernetes/audit-policy/policy-diff.ts'
import { OBJECT_VERBS } from '../../kubernetes/audit-policy/possible-request.ts'
import type { ObjectScope, RequestScope } from '../../kubernetes/audit-policy/request-scope.ts'
import { targetOf } from '../../kubernetes/audit-policy/request-target.ts'
import { URL_VERBS } from '../../kubernetes/known-types/known-names.ts'
import { type Cell, cell, layOut, wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import type { ComparedPolicies, DetectionChanges } from './policy-diff-record.ts'
import { policyWords, ruleName } from './policy-words.ts'
import { perDayOf } from './simulation-record.ts'
import { bytes, count, counted, labelOf, listed } from './words.ts'

/** What a new policy logs otherwise, less first; what that does to detections and logs. */
export const diffLines = (
  compared: ComparedPolicies,
  width: number,
  palette: Palette,
): readonly string[] => {
  const { diff, detections, logs } = compared
  const kind = (change: DiffClass['change']): readonly DiffClass[] =>
    diff.classes.filter((one) => one.isAnswered && one.change === change)
  const told = (classes: readonly DiffClass[]) => classLines(classes, compared, width, palette)
  return [
    ...headLines(compared, width, palette),
    ...section('LOGGED LESS', told(kind('less')), palette),
    ...section('LOGGED PARTLY LESS, PARTLY MORE', told(kind('mixed')), palette),
    ...section('LOGGED MORE', told(kind('more')), palette),
    ...section(
      'OTHERWISE, BUT ONLY WHERE NOTHING IS SERVED (404, 405)',
      told(diff.classes.filter(({ isAnswered }) => !isAnswered)),
      palette,
    ),
    ...section('DETECTIONS', detectionLines(detections, width, palette), palette),
    ...section('ON THE RECORDED EVENTS', logLines(logs?.comparison, width, palette), palette),
  ]
}

const section = (title: string, lines: readonly string[], palette: Palette): readonly string[] =>
  lines.length === 0 ? [] : ['', palette.strong(title), ...lines]

const headLines = (
  { before, after, diff }: ComparedPolicies,
  width: number,
  palette: Palette,
): readonly string[] => {
  const name = ({ file, loaded }: { file: string; loaded: LoadedPolicy }): string =>
    `${file}${loaded.policy === undefined ? '' : ` (${policyWords(loaded.policy)})`}`
  return [
    ...wrap(`${name(before)} → ${name(after)}`, width).map(palette.strong),
    ...wrap(verdictOf(diff), width).map(diff.classes.length > 0 ? palette.warning : palette.good),
    ...(diff.untold > 0
      ? wrap(`! ${UNTOLD(diff.untold)}`, width).map((line) => palette.bad(line))
      : []),
    ...(diff.remote === undefined
      ? []
      : wrap(
          `Odd requests alone are logged otherwise (a star in a name, a kind that cannot exist), such as ${exampleOf(diff.remote.request)}.`,
          width,
        )),
  ]
}

const UNTOLD = (pairs: number): string =>
  `The search ended: of ${counted(pairs, 'pair')} of rules it is not known whether they decide some request differently.`

const verdictOf = ({ classes, untold, remote }: ComparedPolicies['diff']): string => {
  if (classes.length === 0) {
    if (untold > 0) return 'No difference was found.'
    return remote === undefined
      ? 'No difference in meaning: whatever an API server is asked, both log the same.'
      : 'No difference in meaning: of every ordinary request both log the same.'
  }
  const parts = (['less', 'mixed', 'more'] as const).flatMap((change) => {
    const many = classes.filter((one) => one.change === change).length
    const word = change === 'mixed' ? 'partly less, partly more' : change
    return many === 0 ? [] : [`${count(many)} ${word}`]
  })
  const kinds =
    classes.length === 1
      ? 'One kind of request is'
      : `${count(classes.length)} kinds of requests are`
  return `${kinds} logged otherwise: ${listed(parts)}.`
}

const classLines = (
  classes: readonly DiffClass[],
  compared: ComparedPolicies,
  width: number,
  palette: Palette,
): readonly string[] => {
  const lines = classes.slice(0, LIMIT.textRowsMax).flatMap((one) => {
    const lineOf = ({ loaded }: { loaded: LoadedPolicy }, { rule }: PolicyDecision) =>
      rule < 0 ? undefined : loaded.placeOf(['rules', rule]).line
    const [old, now] = [lineOf(compared.before, one.before), lineOf(compared.after, one.after)]
    const rules = `${ruleName(one.before.rule, old)} → ${ruleName(one.after.rule, now)}`
    const notes = [...aboutOf(one.scope), rules, `such as ${exampleOf(one.request)}`]
    return [
      `  ${palette.accent(changeWords(one))}`,
      ...notes.flatMap((note, at) =>
        wrap(note, width - 6).map((line) =>
          at < notes.length - 2 ? `    ${line}` : `      ${palette.faint(line)}`,
        ),
      ),
    ]
  })
  const hidden = classes.length - LIMIT.textRowsMax
  return hidden > 0 ? [...lines, `  … and ${count(hidden)} more (--format json has all)`] : lines
}

/** `Metadata → None`, or what of the rest changes. */
const changeWords = ({ before, after }: DiffClass): string => {
  const [old, now] = [loggedPart(before), loggedPart(after)]
  const parts = old.level === now.level ? [old.level] : [`${old.level} → ${now.level}`]
  if (old.level !== 'None' && now.level !== 'None') {
    const gone = old.stages.filter((stage) => !now.stages.includes(stage))
    const come = now.stages.filter((stage) => !old.stages.includes(stage))
    if (gone.length > 0) parts.push(`no longer at ${listed(gone)}`)
    if (come.length > 0) parts.push(`now also at ${listed(come)}`)
    if (old.managedFields !== undefined && now.managedFields !== undefined) {
      if (old.managedFields && !now.managedFields) parts.push('without managedFields')
      if (!old.managedFields && now.managedFields) parts.push('with managedFields')
    }
  }
  return parts.join(', ')
}

/** Lines that say which requests these are. */
const aboutOf = (scope: RequestScope): readonly string[] => {
  const byVerbs = Map.groupBy(scope.objects, ({ verbs, names, namespaces }) =>
    JSON.stringify([verbs, names, namespaces]),
  )
  const objects = [...byVerbs.values()].map((same) => {
    const [{ verbs = [], names = [], namespaces = [] } = {}] = same as Partial<ObjectScope>[]
    return [
      `${verbWords(verbs)} of ${objectsWords(same)}`,
      ...clause('named', names),
      ...clause(
        'in',
        namespaces.map((one) => one || 'no namespace'),
      ),
    ].join(' ')
  })
  const paths = scope.paths
    .filter(({ verbs }) => objects.length === 0 || verbs.length === 0 || !verbs.every(isNoMethod))
    .map(({ path, verbs }) => `${verbWords(verbs)} of ${pathWords(path)}`)
  const who = [
    ...(scope.isUnauthenticated ? ['only where the authentication failed'] : []),
    ...clause('by', scope.users),
    ...scope.userGroups.flatMap((groups) => clause('by members of', groups)),
  ]
  const lines = [...objects, ...paths].map((line, at) => (at === 0 ? line : `and ${line}`))
  const more = scope.leftOut > 0 ? ['and more: not all patterns of the rules were looked at'] : []
  return [...lines, ...more, ...who.map((line) => `  ${line}`)]
}

/** A client could use it as the method of a request for a path, but who names it means objects. */
const isNoMethod = (verb: string): boolean => !URL_VERBS.includes(verb)

const verbWords = (verbs: readonly string[]): string => {
  if (verbs.length === 0) return 'any request'
  const others = OBJECT_VERBS.filter((verb) => verb !== '' && !verbs.includes(verb))
  const isMost = verbs.includes('') && others.length < verbs.length
  return isMost
    ? `any request but ${others.join(', ')}`
    : verbs.map((verb) => verb || 'other methods').join(', ')
}

/** Kinds by name, then the groups of which the rest is meant. */
const objectsWords = (objects: readonly ObjectScope[]): string => {
  const rest = objects.filter(({ resource }) => resource === '*').map(({ group }) => group)
  const groups = rest.filter((group) => group !== '*').map((group) => group || 'the core group')
  return [
    shortList(objects.filter(({ resource }) => resource !== '*').map(objectWords)),
    ...(groups.length === 0 ? [] : [`what no earlier rule takes in ${shortList(groups)}`]),
    ...(rest.includes('*') ? ['objects that no earlier rule takes'] : []),
  ]
    .filter((words) => words !== '')
    .join(', and ')
}

const objectWords = ({ group, resource }: ObjectScope): string => {
  const [kind = '', subresource] = resource.split('/')
  const named = group === '' ? kind : group === '*' ? `${kind} of any group` : `${kind}.${group}`
  return subresource === undefined ? named : `${named}/${subresource}`
}

const pathWords = (path: string): string =>
  path === '*' ? 'paths that no earlier rule takes' : path

const clause = (word: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [`${word} ${shortList(names)}`]

const NAMES_SHOWN = 12

const shortList = (names: readonly string[]): string => {
  const hidden = names.length - NAMES_SHOWN
  return hidden > 0
    ? `${names.slice(0, NAMES_SHOWN).join(', ')} and ${count(hidden)} more`
    : names.join(', ')
}

/** `alice: GET /api/v1/namespaces/default/secrets/web`. */
const exampleOf = (request: PolicyRequest): string => {
  const { method, target } = targetOf(request)
  const groups = (request.user?.groups ?? []).filter((group) => !OBVIOUS.test(group))
  const member = groups.length === 0 ? '' : ` (${groups.join(', ')})`
  const who = request.user === undefined ? 'somebody unknown' : `${request.user.name}${member}`
  return `${who}: ${method} ${target}`
}

const OBVIOUS = /^system:(authenticated$|serviceaccounts(:|$))/

const detectionLines = (
  changes: DetectionChanges | undefined,
  width: number,
  palette: Palette,
): readonly string[] => {
  if (changes === undefined) return []
  const { lost, gained, rules } = changes
  if (lost.length + gained.length === 0) {
    return [`  all ${count(rules)} see what they saw before`]
  }
  const row = ({ rule, before, after }: CoverageChange, isLoss: boolean): readonly Cell[] => [
    cell(isLoss ? 'sees less' : 'sees more', isLoss ? palette.bad : palette.good),
    cell(`${before} → ${after}`),
    cell(labelOf(rule)),
    cell(rule.title),
  ]
  const all = [...lost.map((one) => row(one, true)), ...gained.map((one) => row(one, false))]
  return layOut([{}, {}, {}, { flex: true }], all, width)
}

const logLines = (
  comparison: LogComparison | undefined,
  width: number,
  palette: Palette,
): readonly string[] => {
  if (comparison === undefined) return []
  const { before, after, gone, added, smaller, larger } = comparison
  const [oldDay, newDay] = [perDayOf(before), perDayOf(after)]
  const row = (name: string, events: string, size: string): readonly Cell[] => [
    cell(name),
    cell(events),
    cell(size),
  ]
  const change = (name: string, amount: { events: number; bytes: number }, sign: string) =>
    amount.events === 0 ? [] : [row(name, count(amount.events), `${sign}${bytes(amount.bytes)}`)]
  const rows = [
    row('', 'events', 'bytes').map((one) => cell(one.text, palette.faint)),
    row('logged before', count(before.total.logged.events), bytes(before.total.logged.bytes)),
    row('logged after', count(after.total.logged.events), bytes(after.total.logged.bytes)),
    ...change('no longer logged', gone, '-'),
    ...change('logged besides', added, '+'),
    ...change('with less in them', smaller, '-'),
    ...change('with more in them', larger, '+'),
    ...(oldDay === undefined || newDay === undefined
      ? []
      : [
          row(
            'a day',
            signed(newDay.events - oldDay.events, (value) => count(Math.round(value))),
            signed(newDay.bytes - oldDay.bytes, (value) => bytes(Math.round(value))),
          ),
        ]),
  ]
  const columns = [{}, { align: 'right' }, { align: 'right' }] as const
  return [...layOut(columns, rows, width), ...logNotes(comparison, width, palette)]
}

const signed = (value: number, words: (value: number) => string): string =>
  `${value < 0 ? '-' : '+'}${words(Math.abs(value))}`

const logNotes = (
  { before, after }: LogComparison,
  width: number,
  palette: Palette,
): readonly string[] => {
  const unknown = Math.max(before.total.unknownBytes, after.total.unknownBytes)
  const undecided = Math.max(before.undecided.events, after.undecided.events)
  const notes = [
    ...(unknown > 0
      ? [
          `! ${counted(unknown, 'event')} were recorded below the level that a policy wants: their bodies would come on top.`,
        ]
      : []),
    ...(undecided > 0
      ? [
          `! Of ${counted(undecided, 'event')} the record does not say what the policies ask: not counted.`,
        ]
      : []),
  ]
  return notes.flatMap((note) => wrap(note, width - 2).map((line) => `  ${palette.warning(line)}`))
}
