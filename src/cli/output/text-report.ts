import { relative } from 'node:path'
import { escapeTerminal } from '../../base/escape-text.ts'
import { LIMIT } from '../../base/limit.ts'
import type { Gap, InputSummary } from '../../model/finding.ts'
import { type Digest, digestOf, WORST_FIRST } from './digest.ts'
import type { HuntResult } from './hunt-result.ts'
import { cell, layOut } from './layout.ts'
import { heading, moreLine, type Page } from './page.ts'
import type { Palette } from './palette.ts'
import { commonFolder } from './portable-paths.ts'
import { blindnessSection, issueSection, setAsideSection } from './text-coverage.ts'
import { actorSection, findingSection, techniqueSection } from './text-findings.ts'
import { shorten } from './width.ts'
import { bytes, clockFor, count, counted, dateTime, duration, limitsOf, namingOf } from './words.ts'

/** The report of a hunt for a person at a terminal, `width` columns wide. */
export const textReport = (result: HuntResult, width: number, palette: Palette): string => {
  const { report } = result
  const digest = digestOf(result)
  const { firstTime, lastTime } = report.totals
  const page: Page = { width, palette, clock: clockFor(firstTime, lastTime) }
  const sections = [
    titleLines(result, page),
    inputSection(result, page),
    windowSection(result, page),
    verdictSection(result, digest, page),
    actorSection(digest, page),
    findingSection(digest, page),
    techniqueSection(digest, page),
    blindnessSection(digest, page),
    setAsideSection(result, page),
    issueSection(report, page),
  ]
  const shown = sections.filter((lines) => lines.length > 0)
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function titleLines({ report, complete }: HuntResult, { palette }: Page): readonly string[] {
  const rules = counted(report.coverage.length, 'rule')
  const title =
    `${palette.strong('deckwatch')} ${escapeTerminal(report.tool)} · ${rules} ` +
    `(content ${report.content.slice(0, 12)}) · all times are UTC`
  if (complete) return [title]
  return [title, palette.bad('Interrupted: this covers only what was read until then.')]
}

function inputSection({ report, named }: HuntResult, page: Page): readonly string[] {
  const { inputs, totals } = report
  const folder = inputs.length > 1 ? commonFolder(inputs.map((input) => input.file)) : undefined
  const about = [
    `${counted(inputs.length, 'file')}${folder === undefined ? '' : ` in ${folder}`}`,
    counted(totals.events, 'event'),
    `${bytes(totals.bytes)} of log`,
  ]
  const nameOf = (file: string): string => (folder === undefined ? file : relative(folder, file))
  return [
    heading('INPUT', escapeTerminal(about.join(' · ')), page),
    ...inputLines(inputs, nameOf, page),
    page.palette.faint(`  ${namingOf(named)}`),
    ...hashLines(inputs, nameOf, page),
  ]
}

type NameOf = (file: string) => string

/** Files with events, one a line; those without in a sentence. */
function inputLines(
  inputs: readonly InputSummary[],
  nameOf: NameOf,
  page: Page,
): readonly string[] {
  const { palette, width } = page
  const logs = inputs.filter((input) => input.shapes.length > 0)
  const others = inputs.filter((input) => input.shapes.length === 0)
  const [left, right] = [{}, { align: 'right' }] as const
  const columns = [{ flex: true, cut: 'start' }, left, { max: 24 }, right, right, left] as const
  const rows = logs.slice(0, LIMIT.textRowsMax).map((input) => [
    cell(nameOf(input.file)),
    cell(`${input.cluster}/${input.server}`, palette.accent),
    cell(input.shapes.join(' '), palette.faint),
    cell(counted(input.events, 'event')),
    // Of a pipe nobody knows how long it is until it has been read.
    cell(bytes(input.bytes === 0 ? input.contentBytes : input.bytes)),
    cell(input.fingerprint.slice(0, FINGERPRINT_DIGITS), palette.faint),
  ])
  const names = others.map((input) => nameOf(input.file)).join(', ')
  const about = `${counted(others.length, 'file')} without any audit event: ${names}`
  return [
    ...layOut(columns, rows, width),
    ...moreLine(logs.length - rows.length, 'files', page),
    ...(others.length === 0
      ? []
      : [palette.warning(`  ${shorten(escapeTerminal(about), width - 2)}`)]),
  ]
}

const FINGERPRINT_DIGITS = 8

function hashLines(inputs: readonly InputSummary[], nameOf: NameOf, page: Page): readonly string[] {
  const rows = inputs.flatMap((input) =>
    input.sha256 === undefined ? [] : [[cell(input.sha256), cell(nameOf(input.file))]],
  )
  if (rows.length === 0) return []
  return ['', '  SHA-256 of each', ...layOut([{}, { flex: true }], rows, page.width)]
}

function windowSection({ report, since, until }: HuntResult, page: Page): readonly string[] {
  const { firstTime, lastTime } = report.totals
  const limits = limitsOf(since, until)
  const about =
    firstTime === undefined || lastTime === undefined
      ? 'no event'
      : `${dateTime(firstTime)} → ${dateTime(lastTime)} · ${duration(firstTime, lastTime)}`
  return [
    heading('WINDOW', escapeTerminal(about), page),
    ...(limits === '' ? [] : [page.palette.warning(`  ${limits}`)]),
    ...gapLines(report.gaps, page),
  ]
}

function gapLines(gaps: readonly Gap[], page: Page): readonly string[] {
  const { palette } = page
  const rows = gaps
    .slice(0, LIMIT.textRowsMax)
    .map((gap) => [
      cell('gap', palette.warning),
      cell(`${gap.cluster}/${gap.server}`, palette.accent),
      cell(`${page.clock(gap.from)} → ${page.clock(gap.to)}`),
      cell(`${duration(gap.from, gap.to)} without an event`),
    ])
  return [
    ...layOut([{}, {}, {}, { flex: true }], rows, page.width),
    ...moreLine(gaps.length - rows.length, 'gaps', page),
  ]
}

function verdictSection({ report, hidden }: HuntResult, digest: Digest, page: Page): string[] {
  const { palette } = page
  const levels = WORST_FIRST.filter((level) => digest.bySeverity[level] > 0).map((level) =>
    palette.level[level](`${count(digest.bySeverity[level])} ${level}`),
  )
  const found = counted(report.findings.length, 'finding')
  const lines = [
    heading('FOUND', levels.length === 0 ? found : `${found}: ${levels.join(' · ')}`, page),
  ]
  const blindActs = digest.blind.reduce((sum, row) => sum + row.cannotTell, 0)
  if (blindActs > 0) {
    const rules = counted(digest.blind.length, 'rule')
    const verdicts = counted(blindActs, 'time')
    lines.push(
      palette.warning(`  ${rules} could not judge all that was there, ${verdicts}: see below`),
    )
  }
  if (digest.unproven.length > 0) {
    const rules = counted(digest.unproven.length, 'rule')
    lines.push(palette.faint(`  ${rules} saw no request of their kind: unproven on this log`))
  }
  if (hidden.known > 0) lines.push(`  ${counted(hidden.known, 'finding')} already in the baseline`)
  if (hidden.filtered > 0) {
    lines.push(
      `  ${counted(hidden.filtered, 'finding')} left out by your choice of level and names`,
    )
  }
  const aside = hidden.setAside.reduce((sum, entry) => sum + entry.findings, 0)
  if (aside > 0) lines.push(`  ${counted(aside, 'finding')} set aside by the ignore file`)
  const capped = report.totals.findings - report.findings.length - hidden.known - hidden.filtered
  if (capped - aside > 0) {
    lines.push(palette.warning(`  ${counted(capped - aside, 'more finding')} counted, not kept`))
  }
  return lines
}
