import { formatPlace } from '../../../base/issue.ts'
import { LIMIT } from '../../../base/limit.ts'
import type { InputSummary, Report, RuleCoverage } from '../../../model/finding.ts'
import { adviceFor, REASON_WORD, reasonsOf } from '../advice.ts'
import type { Digest } from '../digest.ts'
import type { HuntResult, SetAside } from '../hunt-result.ts'
import { bytes, count, counted, dateTime, duration, labelOf, labelsOf, namingOf } from '../words.ts'
import { moreNote } from './findings.ts'
import { html, type Markup, type Part, table } from './markup.ts'

/** What the rules could not judge, why, and what to change; what is unproven. */
export const blindnessSection = (digest: Digest): Markup => html`<h2>Blindness</h2>
<p class="note">What this log could not show. A rule that saw no act of its kind is unproven: that
is not the same as nothing found.</p>
${blindTable(digest)}${changeList(digest)}
${ruleLines('Judged every act of their kind', digest.judged)}
${ruleLines('Unproven: this log holds no act of their kind', digest.unproven)}`

/** Findings that are not shown, and the reasons. */
export const hiddenSection = ({ hidden }: HuntResult): Markup | undefined => {
  const used = hidden.setAside.filter((entry) => entry.findings + entry.expired > 0)
  if (used.length === 0 && hidden.known + hidden.filtered === 0) return undefined
  const entries = used.slice(0, LIMIT.htmlRowsMax)
  return html`<h2>Not shown</h2>
<p class="note">${counted(hidden.known, 'finding')} already in the baseline,
${count(hidden.filtered)} left out by the choice of level and names,
and what the ignore file sets aside:</p>${table(
    [['Findings', 'n'], ['Rule'], ['Actor'], ['Namespace'], ['Name'], ['Reason'], ['Until', 't']],
    entries.map(asideCells),
  )}${moreNote(used.length - entries.length, 'entries')}`
}

/** What was read: files, gaps, and what was wrong with them. */
export const inputSection = ({ report, named }: HuntResult): Markup => {
  const inputs = report.inputs.slice(0, LIMIT.htmlRowsMax)
  return html`<h2>Input</h2><p class="note">${namingOf(named)}</p>${table(
    [
      ['File'],
      ['Cluster / server'],
      ['Shape'],
      ['Events', 'n'],
      ['Size', 'n'],
      ['Content', 'n'],
      ['First → last'],
      ['Fingerprint', 'mono'],
    ],
    inputs.map(inputCells),
  )}${moreNote(report.inputs.length - inputs.length, 'files')}
${gapTable(report)}${issueTable(report)}`
}

function blindTable({ blind }: Digest): Markup | undefined {
  if (blind.length === 0) return undefined
  const rows = blind.map((row) => [
    html`<b>${labelOf(row.rule)}</b>`,
    row.rule.title,
    count(row.eligible),
    count(row.findings),
    html`<b>${count(row.cannotTell)}</b>`,
    reasonsOf(row)
      .map(([reason, acts]) => `${count(acts)} ${REASON_WORD[reason]}`)
      .join(', '),
  ])
  return table(
    [['Rule'], [''], ['Acts', 'n'], ['Findings', 'n'], ['Cannot tell', 'n'], ['Why']],
    rows,
    'card warn',
  )
}

function changeList(digest: Digest): Markup | undefined {
  if (digest.blindness.length === 0) return undefined
  const items = digest.blindness.map((one) => {
    const { why, change } = adviceFor(one)
    const rules = labelsOf(one.rules.map((row) => row.rule))
    return html`<li>${why} <span class="soft">(${rules})</span><br>
<span class="do">${change}</span></li>`
  })
  return html`<h3>What to change</h3><div class="card"><ul class="change">${items}</ul></div>`
}

function ruleLines(title: string, rows: readonly RuleCoverage[]): Markup | undefined {
  if (rows.length === 0) return undefined
  const each = rows.map((row, i) => {
    const acts =
      row.eligible === 0 ? undefined : html` <span class="soft">${count(row.eligible)}</span>`
    return html`${i === 0 ? '' : ' · '}<b>${labelOf(row.rule)}</b> ${row.rule.title}${acts}`
  })
  return html`<h3>${title}</h3><p>${each}</p>`
}

const asideCells = (entry: SetAside): readonly Part[] => [
  count(entry.findings),
  entry.rule,
  entry.actor ?? 'any',
  entry.namespace ?? 'any',
  entry.name ?? 'any',
  entry.reason,
  `${entry.expires}${entry.expired > 0 ? ` (${entry.expired} after that)` : ''}`,
]

const inputCells = (input: InputSummary): readonly Part[] => [
  input.file,
  `${input.cluster}/${input.server}`,
  input.shapes.join(' '),
  count(input.events),
  bytes(input.bytes === 0 ? input.contentBytes : input.bytes),
  bytes(input.contentBytes),
  input.firstTime === undefined
    ? '–'
    : `${dateTime(input.firstTime)} → ${dateTime(input.lastTime ?? input.firstTime)}`,
  input.sha256 === undefined ? input.fingerprint.slice(0, 16) : `SHA-256 ${input.sha256}`,
]

function gapTable({ gaps }: Report): Markup | undefined {
  if (gaps.length === 0) return undefined
  const shown = gaps.slice(0, LIMIT.htmlRowsMax)
  const rows = shown.map((gap) => [
    `${gap.cluster}/${gap.server}`,
    dateTime(gap.from),
    dateTime(gap.to),
    duration(gap.from, gap.to),
  ])
  return html`<h3>Gaps: stretches without any event</h3>${table(
    [['Source'], ['From'], ['To'], ['Length']],
    rows,
  )}${moreNote(gaps.length - shown.length, 'gaps')}`
}

function issueTable(report: Report): Markup | undefined {
  const codes = Object.keys(report.issueCounts).sort()
  if (codes.length === 0) return undefined
  const rows = codes.map((code) => {
    const first = report.issues.find((issue) => issue.code === code)
    const place = first === undefined ? '' : formatPlace(first.at)
    return [count(report.issueCounts[code] ?? 0), code, first?.message, place]
  })
  return html`<h3>Issues of the input</h3>${table(
    [['Count', 'n'], ['Code', 'mono'], ['The first'], ['Where', 'mono']],
    rows,
  )}`
}
