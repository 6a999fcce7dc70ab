import type {
  CoverageState,
  Doubt,
  PolicyCoverage,
  RuleCoverage,
  TechniqueCoverage,
} from '../../advise/policy/coverage.ts'
import type { Loss, LostRequests } from '../../advise/policy/losses.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { type Cause, causesOf, type HiddenFrom } from './coverage-causes.ts'
import { cell, layOut, wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import { ruleName } from './policy-words.ts'
import { counted, labelOf, listed } from './words.ts'

/** The line of a policy's rule, by its index. */
export type LineOf = (rule: number) => number | undefined

/** What a policy lets detections do, for people: what is worst first. */
export const coverageLines = (
  file: string,
  coverage: PolicyCoverage,
  lineOf: LineOf,
  width: number,
  palette: Palette,
): readonly string[] => {
  const of = (state: CoverageState): readonly RuleCoverage[] =>
    coverage.rules.filter((rule) => rule.state === state)
  const sections = (['blind', 'degraded', 'unproven'] as const).flatMap((state) => {
    const rules = of(state)
    if (rules.length === 0) return []
    const heading = `${palette.strong(state.toUpperCase())}  ${palette.faint(MEANING[state])}`
    // Many are degraded by the same rule of the policy: that is said once.
    const hasCause = (rule: RuleCoverage): boolean => state === 'degraded' && rule.losses.length > 0
    const causes = causesOf(rules.filter(hasCause))
    return [
      '',
      heading,
      ...causes.flatMap((cause) => causeLines(cause, lineOf, width, palette)),
      ...rules
        .filter((rule) => !hasCause(rule))
        .flatMap((rule) => ruleLines(rule, lineOf, width, palette)),
    ]
  })
  return [
    ...wrap(`${escapeTerminal(file)}: ${summaryOf(coverage)}`, width).map(palette.strong),
    ...hidingLines(coverage, lineOf, width, palette),
    ...sections,
    ...techniqueLines(coverage.techniques, width, palette),
    ...nextLines(coverage, file, width, palette),
  ]
}

/** `106 of 137 detections see all that they are about; 27 part of it; 4 nothing.` */
export const summaryOf = ({ rules }: Pick<PolicyCoverage, 'rules'>): string => {
  const number = (state: CoverageState): number =>
    rules.filter((rule) => rule.state === state).length
  const parts = [
    `${number('active')} of ${counted(rules.length, 'detection')} see all that they are about`,
    ...(number('degraded') === 0 ? [] : [`${number('degraded')} see part of it`]),
    ...(number('blind') === 0 ? [] : [`${number('blind')} see nothing`]),
    ...(number('unproven') === 0 ? [] : [`${number('unproven')} are unproven`]),
  ]
  return `${parts.join('; ')}.`
}

/** What a rule of the policy hides, as a sentence. */
export const lossText = (loss: Loss, lineOf: LineOf): string => {
  const { policyRule, level, effect, fields, omitStages } = loss
  const rule = ruleName(policyRule, lineOf(policyRule))
  const what = requestsText(loss.requests)
  if (level === 'None') {
    return policyRule < 0 ? `${rule} matches ${what}: not logged` : `${rule} drops ${what}`
  }
  if (fields.length === 0) return `${rule} omits ${listed(omitStages)} of ${what}`
  const often = effect === 'nothing' ? '' : ' always'
  return `${rule} logs ${what} at ${level}: ${shortList(fields)} cannot${often} be told`
}

/** The rules of the policy that hide things, those that blind detections first. */
const hidingLines = (
  { rules }: PolicyCoverage,
  lineOf: LineOf,
  width: number,
  palette: Palette,
): readonly string[] => {
  const hiding = [...new Set(rules.flatMap(({ losses }) => losses.map((one) => one.policyRule)))]
  const rows = hiding
    .map((policyRule) => {
      const hurt = rules.filter(({ losses }) => losses.some((one) => one.policyRule === policyRule))
      const blind = hurt.filter(({ state }) => state === 'blind').length
      return { policyRule, blind, others: hurt.length - blind }
    })
    .sort((a, b) => b.blind - a.blind || b.others - a.others)
    .map(({ policyRule, blind, others }) => [
      cell(ruleName(policyRule, lineOf(policyRule))),
      cell(blind === 0 ? '' : `blinds ${blind}`, palette.bad),
      cell(others === 0 ? '' : `hides part from ${others}`),
    ])
  if (rows.length === 0) return []
  const lines = layOut([{}, {}, {}], rows.slice(0, HIDING_MAX), width)
  const hidden = rows.length - HIDING_MAX
  const others = hidden > 0 ? [`  and ${counted(hidden, 'more rule')}`] : []
  return ['', palette.strong('WHAT HIDES'), ...lines, ...others]
}

const MEANING: Readonly<Record<Exclude<CoverageState, 'active'>, string>> = {
  blind: 'they can never match under this policy',
  degraded: 'they see some of the requests that they are about, or less of them',
  unproven: 'nothing shows that they can match',
}

const DOUBTS: Readonly<Record<Doubt, string>> = {
  'no-cases': 'it has no case beside it; by its plan it sees all',
  'no-requests': 'no request is known that it could be about',
  'too-large': 'the rule or the policy names more than is looked at; what was looked at it sees',
}

const HIDING_MAX = 10

/** More of one kind help nobody on a screen; JSON has them all. */
const LOSSES_MAX = 3
const REQUESTS_MAX = 2
const NAMES_MAX = 4

const ruleLines = (
  rule: RuleCoverage,
  lineOf: LineOf,
  width: number,
  palette: Palette,
): readonly string[] => {
  const title = `  ${palette.accent(labelOf(rule.rule))}  ${escapeTerminal(rule.rule.title)}`
  const said = [
    ...rule.losses.slice(0, LOSSES_MAX).map((loss) => lossText(loss, lineOf)),
    ...more(rule.losses.length - LOSSES_MAX, 'more place'),
    ...casesText(rule, lineOf),
    ...(rule.doubt === null ? [] : [DOUBTS[rule.doubt]]),
  ]
  return [title, ...said.flatMap((text) => indented(escapeTerminal(text), width))]
}

/** What a rule of the policy hides, and below it from which detections. */
const causeLines = (
  { loss, hidden }: Cause,
  lineOf: LineOf,
  width: number,
  palette: Palette,
): readonly string[] => {
  const isOne = hidden.length === 1
  const own = ({ loss: { fields } }: HiddenFrom): string =>
    isOne || fields.length === 0 ? '' : `: ${shortList(fields)}`
  const title = isOne ? lossText(loss, lineOf) : causeText(loss, lineOf)
  return [
    ...wrap(escapeTerminal(title), width - 4).map(
      (line, at) => `${at === 0 ? '  ' : '    '}${line}`,
    ),
    ...hidden.flatMap((one) => {
      const { rule, cases } = one.rule
      const lost = cases.filter(({ got }) => got !== 'match').length
      const tried = lost === 0 ? '' : ` (loses ${lost} of its ${counted(cases.length, 'case')})`
      const text = escapeTerminal(`${labelOf(rule)}  ${rule.title}${own(one)}${tried}`)
      return indented(text, width).map((line, at) => (at === 0 ? line : palette.faint(line)))
    }),
  ]
}

/** What a rule of the policy hides from several: fields are told of each. */
const causeText = (loss: Loss, lineOf: LineOf): string => {
  const { policyRule, level, effect, fields } = loss
  if (level === 'None' || fields.length === 0) return lossText(loss, lineOf)
  const rule = ruleName(policyRule, lineOf(policyRule))
  const often = effect === 'nothing' ? '' : ' always'
  return `${rule} logs ${requestsText(loss.requests)} at ${level}: what is named below cannot${often} be told`
}

const more = (number: number, what: string): readonly string[] =>
  number > 0 ? [`and in ${counted(number, what)}: --format json`] : []

/** What lies below a title, and goes on deeper. */
const indented = (text: string, width: number): readonly string[] =>
  wrap(text, width - 8).map((line, at) => `${at === 0 ? '      ' : '        '}${line}`)

/** Cases are told where they say more than the plan does. */
const casesText = ({ cases, losses }: RuleCoverage, lineOf: LineOf): readonly string[] => {
  const lost = cases.filter(({ got }) => got !== 'match')
  const [first] = lost
  if (first === undefined || (lost.length === cases.length && losses.length > 0)) return []
  const where = ruleName(first.policyRule, lineOf(first.policyRule))
  const said = `${lost.length} of its ${counted(cases.length, 'case')} would be lost`
  return [`${said}, such as "${first.title}": ${first.got}, by ${where}`]
}

const requestsText = (requests: readonly LostRequests[]): string => {
  const shown = requests.slice(0, REQUESTS_MAX).map(requestText)
  const hidden = requests.length - shown.length
  return hidden > 0 ? `${shown.join('; ')}; and more` : shown.join('; ')
}

const requestText = ({ verbs, of, users, places }: LostRequests): string => {
  const where = places === null ? '' : ` in ${shortList(places)}`
  const who = users === null ? '' : ` by ${shortList(users)}`
  return `${verbsText(verbs, of)} of ${shortList(of.map(nameText))}${where}${who}`
}

const verbsText = (verbs: readonly string[], of: readonly string[]): string => {
  if (!of.some((name) => name.startsWith('/'))) {
    return verbs.length >= VERBS_ALL ? 'every verb' : listed(verbs)
  }
  // These two stand for all methods that nobody tells apart.
  return verbs.includes('get') && verbs.includes('post') ? 'every method' : listed(verbs)
}

/** A path that goes on as any may. */
const nameText = (name: string): string => {
  if (name === '*') return 'any other resource'
  return name.startsWith('/') ? name.replace(/\/x$/, '/…') : name
}

/** So many are all that a resource has. */
const VERBS_ALL = 8

const shortList = (names: readonly string[]): string =>
  names.length <= NAMES_MAX
    ? listed(names)
    : `${names.slice(0, NAMES_MAX).join(', ')} and ${names.length - NAMES_MAX} more`

const techniqueLines = (
  techniques: readonly TechniqueCoverage[],
  width: number,
  palette: Palette,
): readonly string[] => {
  if (techniques.length === 0) return []
  const of = (state: CoverageState): readonly string[] =>
    techniques.filter((one) => one.state === state).map(({ technique }) => technique)
  const rows = (['blind', 'unproven', 'degraded', 'active'] as const).flatMap((state) => {
    const names = of(state)
    if (names.length === 0) return []
    const lines = wrap(names.join(' '), width - INDENT)
    return lines.map((line, at) => `  ${(at === 0 ? state : '').padEnd(INDENT - 2)}${line}`)
  })
  return [
    '',
    `${palette.strong('TECHNIQUES')}  ${palette.faint('by their best detection')}`,
    ...rows,
  ]
}

const INDENT = 12

const nextLines = (
  { rules, leftOut }: PolicyCoverage,
  file: string,
  width: number,
  palette: Palette,
): readonly string[] => {
  const left =
    leftOut === 0
      ? []
      : [`${counted(leftOut, 'name')} of the policy were too many to be looked at.`]
  const worst = rules.find(({ state }) => state === 'blind')
  const next =
    worst === undefined
      ? []
      : [
          'The smallest policy that lets one see: deckwatch policy minimal --rule ' +
            `${labelOf(worst.rule)}; how an event is decided: deckwatch policy evaluate --policy ${file}`,
        ]
  const lines = [...left, ...next].flatMap((text) => wrap(escapeTerminal(text), width))
  return lines.length === 0 ? [] : ['', ...lines.map(palette.faint)]
}
