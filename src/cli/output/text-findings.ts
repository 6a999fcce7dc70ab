import { LIMIT } from '../../base/limit.ts'
import type { Finding, Severity } from '../../model/finding.ts'
import { attackVersion } from '../catalogues.ts'
import {
  type ActorRow,
  type Digest,
  type FindingGroup,
  type RuleGroup,
  WORST_FIRST,
} from './digest.ts'
import { type Cell, cell, layOut, wrap } from './layout.ts'
import { heading, moreLine, type Page } from './page.ts'
import type { Palette } from './palette.ts'
import { correlationWords, tacticWords, techniqueName } from './rule-words.ts'
import {
  actorOf,
  count,
  counted,
  dateTime,
  labelOf,
  levelWord,
  shortNames,
  targetOf,
} from './words.ts'

/** One finding on one line, as it is found. */
export const findingLine = (finding: Finding, width: number, palette: Palette): string => {
  const { rule } = finding
  const deed = `${rule.title}: ${actorOf(finding)} → ${targetOf(finding)}`
  const row = [
    cell(dateTime(finding.time), palette.faint),
    cell(levelWord(rule.level).padEnd(LEVEL_WIDTH), palette.level[rule.level]),
    cell(labelOf(rule).padEnd(LABEL_WIDTH), palette.strong),
    actorCell(deed),
    cell((finding.outcome ?? 'unknown').padEnd(OUTCOME_WIDTH), palette.faint),
  ]
  return `${layOut([{}, {}, {}, FILL, {}], [row], width, 0).join('')}\n`
}

/** WHO DID WHAT: the actors with the worst findings first. */
export const actorSection = (digest: Digest, page: Page): readonly string[] => {
  if (digest.actors.length === 0) return []
  const { palette } = page
  const columns = [{ flex: true }, ...WORST_FIRST.map(() => RIGHT), {}, { flex: true }] as const
  const head = ['actor', ...WORST_FIRST.map(shortLevel), 'first → last', 'rules']
  const rows = digest.actors.slice(0, LIMIT.textRowsMax).map((row) => actorCells(row, page))
  const faint = head.map((word) => cell(word, palette.faint))
  return [
    heading('WHO DID WHAT', counted(digest.actors.length, 'actor'), page),
    ...layOut(columns, [faint, ...rows], page.width),
    ...moreLine(digest.actors.length - rows.length, 'actors', page),
  ]
}

/**
 * FINDINGS: by rule, the worst first; under it what one actor did to one target, in order of time.
 */
export const findingSection = (digest: Digest, page: Page): readonly string[] => {
  if (digest.rules.length === 0) return []
  const groups = digest.rules.reduce((sum, rule) => sum + rule.groups.length, 0)
  const what = counted(groups, 'group')
  const about = `in ${what} by rule, actor and target · deckwatch show ID PATH…`
  const blocks = digest.rules.map((rule) => ruleLines(rule, digest, page))
  return [heading('FINDINGS', about, page), ...blocks.flatMap((lines) => ['', ...lines])]
}

/** TECHNIQUES: what was found of each ATT&CK technique. */
export const techniqueSection = (digest: Digest, page: Page): readonly string[] => {
  if (digest.techniques.length === 0) return []
  const rows = digest.techniques.map((row) => [
    cell(row.technique, page.palette.accent),
    cell(techniqueName(row.technique)),
    cell(tacticWords(row.tactics).join(', '), page.palette.faint),
    cell(count(row.findings)),
    cell(row.rules.join(' '), page.palette.faint),
  ])
  return [
    heading('TECHNIQUES', `MITRE ${attackVersion()}`, page),
    ...layOut(
      [{}, {}, { flex: true }, RIGHT, { flex: true }],
      rows.slice(0, LIMIT.textRowsMax),
      page.width,
    ),
    ...moreLine(rows.length - LIMIT.textRowsMax, 'techniques', page),
  ]
}

const RIGHT = { align: 'right' } as const
const FILL = { flex: true, fill: true } as const
const LEVEL_WIDTH = 8
const LABEL_WIDTH = 3
const OUTCOME_WIDTH = 7

const shortLevel = (level: Severity): string =>
  level === 'critical' ? 'crit' : level === 'medium' ? 'med' : level.slice(0, 4)

function actorCells(row: ActorRow, page: Page): readonly Cell[] {
  const { palette, clock } = page
  const numbers = WORST_FIRST.map((level) =>
    row.bySeverity[level] === 0
      ? cell('·', palette.faint)
      : cell(count(row.bySeverity[level]), palette.level[level]),
  )
  return [
    actorCell(row.posedAs.length === 0 ? row.actor : `${row.actor} (as ${row.posedAs.join(', ')})`),
    ...numbers,
    cell(span(row.firstTime, row.lastTime, clock), palette.faint),
    cell(row.rules.join(' ')),
  ]
}

const actorCell = (text: string): Cell => ({ ...cell(text), short: shortNames(text) })

const span = (from: string, to: string, clock: Page['clock']): string =>
  clock(from) === clock(to) ? clock(from) : `${clock(from)} → ${clock(to)}`

function ruleLines(group: RuleGroup, digest: Digest, page: Page): readonly string[] {
  const { rule } = group
  const { palette } = page
  const title = [
    cell(levelWord(rule.level).padEnd(LEVEL_WIDTH), palette.level[rule.level]),
    cell(labelOf(rule).padEnd(LABEL_WIDTH), palette.strong),
    cell(rule.title, palette.strong),
    cell(counted(group.findings, 'finding')),
    cell(rule.techniques.join(' '), palette.faint),
  ]
  const shown = group.groups.slice(0, LIMIT.textRowsMax)
  const deeds = layOut(
    [{}, RIGHT, FILL, {}, {}],
    shown.map((one) => groupCells(one, digest, page)),
    page.width,
    GROUP_INDENT,
  )
  return [
    ...layOut([{}, {}, FILL, {}, {}], [title], page.width),
    ...shown.flatMap((one, i) => [deeds[i] ?? '', ...reasonLines(one, page)]),
    ...moreLine(group.groups.length - shown.length, 'groups of this rule', page),
    ...nextLines(group, page),
  ]
}

function groupCells(
  group: FindingGroup,
  digest: Digest,
  { palette, clock }: Page,
): readonly Cell[] {
  const { findings, first } = group
  const happened = group.outcomes.includes('allowed')
  return [
    cell(span(first.time, group.lastTime, clock), palette.faint),
    cell(findings.length === 1 ? '' : `${count(findings.length)}×`),
    actorCell(`${group.actor} → ${group.target}`),
    cell(group.outcomes.join(', '), happened ? undefined : palette.faint),
    cell(digest.shortId(first), palette.accent),
  ]
}

function reasonLines(group: FindingGroup, { palette, width, clock }: Page): readonly string[] {
  const { claims, first } = group
  const joined = first.correlation === undefined ? [] : [correlationWords(first.correlation, clock)]
  const hidden = claims.length - LIMIT.textClaimsMax
  const shown = claims.slice(0, LIMIT.textClaimsMax)
  const more = hidden > 0 ? [`… and ${counted(hidden, 'other')} of this kind`] : []
  return [...shown, ...more, ...joined]
    .flatMap((claim) => wrap(claim, width - REASON_INDENT))
    .map((line) => palette.faint(`${' '.repeat(REASON_INDENT)}${line}`))
}

/** What to check next is the same for all findings of a rule, so it stands once, at the end. */
function nextLines({ guide }: RuleGroup, { palette, width }: Page): readonly string[] {
  if (guide.next === undefined) return []
  const lines = wrap(`Check next: ${guide.next}`, width - GROUP_INDENT)
  return lines.map((line) => `${' '.repeat(GROUP_INDENT)}${palette.accent(line)}`)
}

const GROUP_INDENT = 4
const REASON_INDENT = 6
