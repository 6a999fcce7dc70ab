import { gradeOf } from '../../advise/lint/lints.ts'
import type { Figure } from '../../advise/policy/estimate.ts'
import type { FlagRequest } from '../../advise/policy/flags/check-flags.ts'
import { flagFigures } from '../../advise/policy/flags/flag-figures.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { formatPlace, type Issue } from '../../base/issue.ts'
import { kindOfIssue } from '../issue-tables.ts'
import { cell, layOut, wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import { bytes, count, counted } from './words.ts'

/** How the release of Kubernetes is known: by its option, from the file, or not at all. */
export type ReleaseSource = 'option' | 'file' | 'assumed'

/** What is wrong with flags, and what they come to. */
export const flagLines = (
  request: FlagRequest,
  source: ReleaseSource,
  issues: readonly Issue[],
  width: number,
  palette: Palette,
): readonly string[] => {
  const figures = flagFigures(request)
  return [
    ...wrap(verdictOf(request, source, issues), width),
    ...issues.flatMap((issue) => ['', ...issueLines(issue, width, palette)]),
    ...(figures.length === 0
      ? []
      : ['', palette.strong('WHAT IT COMES TO'), ...figureRows(figures, width)]),
    '',
    palette.faint(
      'The flags that are advised: deckwatch policy flags --print kubeadm (k3s, rke2, kops, talos, flags)',
    ),
  ]
}

const verdictOf = (
  { found, minor, rate, eventBytes }: FlagRequest,
  source: ReleaseSource,
  issues: readonly Issue[],
): string => {
  const problems = issues.filter((issue) => gradeOf(issue) !== 'note').length
  const looked = [
    `${counted(found.flags.length, 'audit flag')} for Kubernetes 1.${minor}`,
    `${sourceWords(source, found)}, at ${count(rate)} events/s of ${count(eventBytes)} bytes`,
  ].join('')
  return problems === 0
    ? `Nothing is wrong: ${looked}.`
    : `${counted(problems, 'thing')} to mend: ${looked}.`
}

const sourceWords = (source: ReleaseSource, { release }: FlagRequest['found']): string => {
  if (source === 'option') return ''
  if (source === 'file') return ` (as line ${release?.at.line ?? '?'} says)`
  return ' (assumed: --kubernetes-version says which)'
}

const issueLines = (issue: Issue, width: number, palette: Palette): readonly string[] => {
  const grade = gradeOf(issue)
  const place = formatPlace(issue.at)
  const word = grade === 'note' ? palette.faint(grade) : palette.bad(grade)
  const where = place === '' ? '' : `${palette.strong(escapeTerminal(place))}: `
  const kind = kindOfIssue(issue)
  const about = wrap(kind?.about ?? '', width - 4)
  const remedy = wrap(`→ ${kind?.remedy ?? ''}`, width - 4)
  return [
    `${where}${word}: ${escapeTerminal(issue.message)} ${palette.faint(`(${issue.code})`)}`,
    ...[...about, ...remedy].map((line) => `    ${palette.faint(line)}`),
  ]
}

const figureRows = (figures: readonly Figure[], width: number): readonly string[] =>
  layOut(
    [{ align: 'right' }, { flex: true, wrap: 3 }],
    figures.map((figure) => [cell(shownValue(figure)), cell(figure.about)]),
    width,
  )

const shownValue = ({ value, unit }: Figure): string => {
  if (unit === 'bytes') return bytes(value)
  if (unit === 'minutes')
    return value < 600 ? `${Math.floor(value)} min` : `${Math.floor(value / 60)} h`
  return `${count(Math.round(value))} ${unit}`
}
