import { escapeTerminal } from '../../base/escape-text.ts'
import { formatPlace } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import type { Report, RuleCoverage } from '../../model/finding.ts'
import { adviceFor, REASON_WORD, reasonsOf } from './advice.ts'
import type { Digest } from './digest.ts'
import type { HuntResult } from './hunt-result.ts'
import { annotate, cell, layOut, wrap } from './layout.ts'
import { heading, moreLine, type Page } from './page.ts'
import { count, counted, labelOf, labelsOf } from './words.ts'

/** BLINDNESS: what the rules could not judge, why, what to change; and what is unproven. */
export const blindnessSection = (digest: Digest, page: Page): readonly string[] => {
  const { blind, judged, unproven } = digest
  const all = blind.length + judged.length + unproven.length
  const about =
    `of ${counted(all, 'rule')}, ${judged.length} judged all they saw, ` +
    `${blind.length} could not, ${unproven.length} unproven`
  return [
    heading('BLINDNESS', about, page),
    ...blindTable(blind, page),
    ...changeLines(digest, page),
    ...ruleList('Judged every act of their kind', judged, withActs, page),
    ...ruleList('Unproven: this log holds no act of their kind', unproven, withTitle, page),
  ]
}

/** SET ASIDE: the entries of the ignore file that did something, with their reasons. */
export const setAsideSection = ({ hidden }: HuntResult, page: Page): readonly string[] => {
  const used = hidden.setAside.filter((entry) => entry.findings + entry.expired > 0)
  if (used.length === 0) return []
  const rows = used
    .slice(0, LIMIT.textRowsMax)
    .map((entry) => [
      cell(count(entry.findings)),
      cell(entry.rule, page.palette.strong),
      cell([entry.actor, entry.namespace, entry.name].filter(Boolean).join(' ') || 'any'),
      cell(entry.reason),
      cell(`until ${entry.expires}`, page.palette.faint),
      cell(entry.expired === 0 ? '' : `${entry.expired} after it expired`, page.palette.warning),
    ])
  const columns = [{ align: 'right' }, {}, { flex: true }, { flex: true }, {}, {}] as const
  return [
    heading('SET ASIDE', 'by the ignore file, still counted', page),
    ...layOut(columns, rows, page.width),
    ...moreLine(used.length - rows.length, 'entries', page),
  ]
}

/** ISSUES: what was wrong with the input, by code: how often, the first place, what is there. */
export const issueSection = (report: Report, page: Page): readonly string[] => {
  const codes = Object.keys(report.issueCounts).sort()
  if (codes.length === 0) return []
  const firsts = codes.map((code) => report.issues.find((issue) => issue.code === code))
  const rows = codes.map((code, i) => [
    cell(count(report.issueCounts[code] ?? 0), page.palette.warning),
    cell(code),
    cell(formatPlace(firsts[i]?.at ?? {}), page.palette.faint),
  ])
  const about = `${counted(report.totals.issues, 'issue')}; docs/reference/issues.md explains them`
  const columns = [{ align: 'right' }, {}, { flex: true, cut: 'start' }] as const
  const messages = firsts.map((issue) => issue?.message ?? '')
  const lines = layOut(columns, rows, page.width)
  return [heading('ISSUES', about, page), ...annotate(lines, messages, page.width, MESSAGE_INDENT)]
}

const MESSAGE_INDENT = 6

function blindTable(blind: readonly RuleCoverage[], page: Page): readonly string[] {
  if (blind.length === 0) return []
  const { palette } = page
  const head = ['rule', '', 'acts', 'findings', 'cannot tell', 'why']
  const rows = blind.map((row) => [
    cell(labelOf(row.rule), palette.strong),
    cell(row.rule.title),
    cell(count(row.eligible)),
    cell(count(row.findings)),
    cell(count(row.cannotTell), palette.warning),
    cell(
      reasonsOf(row)
        .map(([reason, acts]) => `${count(acts)} ${REASON_WORD[reason]}`)
        .join(', '),
    ),
  ])
  const right = { align: 'right' } as const
  return [
    '',
    ...layOut(
      [{}, { flex: true }, right, right, right, { flex: true }],
      [head.map((word) => cell(word, palette.faint)), ...rows],
      page.width,
    ),
  ]
}

function changeLines(digest: Digest, page: Page): readonly string[] {
  if (digest.blindness.length === 0) return []
  const { palette, width } = page
  const blocks = digest.blindness.map((one) => {
    const advice = adviceFor(one)
    const rules = labelsOf(one.rules.map((row) => row.rule))
    return [
      ...bullet('  • ', `${advice.why} (${rules})`, width),
      ...bullet('    → ', advice.change, width).map(palette.good),
    ]
  })
  return ['', ...blocks.flat()]
}

const bullet = (mark: string, text: string, width: number): readonly string[] =>
  wrap(text, width - mark.length).map((line, i) =>
    i === 0 ? mark + line : ' '.repeat(mark.length) + line,
  )

function ruleList(
  title: string,
  rows: readonly RuleCoverage[],
  word: (row: RuleCoverage) => string,
  page: Page,
): readonly string[] {
  if (rows.length === 0) return []
  const words = new Set(rows.map(word))
  const lines = wrap([...words].join(', '), page.width - 4)
  return [
    '',
    `  ${escapeTerminal(title)}`,
    ...lines.map((line) => page.palette.faint(`    ${line}`)),
  ]
}

const withActs = (row: RuleCoverage): string => `${labelOf(row.rule)} (${count(row.eligible)})`

const withTitle = (row: RuleCoverage): string => `${labelOf(row.rule)} ${row.rule.title}`
