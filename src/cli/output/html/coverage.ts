import { formatPlace } from '../../../base/issue.ts'
import { LIMIT } from '../../../base/limit.ts'
import type { Report, RuleCoverage } from '../../../model/finding.ts'
import { adviceFor, REASON_WORD, reasonsOf } from '../advice.ts'
import type { Digest } from '../digest.ts'
import type { HuntResult } from '../hunt-result.ts'
import { bytes, count, counted, dateTime, duration, labelOf, namingOf } from '../words.ts'
import { moreNote } from './findings.ts'
import { html, type Markup } from './markup.ts'

/** What the rules could not judge, why, and what to change; what is unproven. */
export const blindnessSection = (digest: Digest): Markup => html`<h2>Blindness</h2>
<p class="note">What this log could not show. A rule that saw no act of its kind is unproven: that is not the same as nothing found.</p>
${blindTable(digest)}${changeList(digest)}
${ruleLines('Judged every act of their kind', digest.judged)}
${ruleLines('Unproven: this log holds no act of their kind', digest.unproven)}`

/** Findings that are not shown, and the reasons. */
export const hiddenSection = ({ hidden }: HuntResult): Markup | undefined => {
  const used = hidden.setAside.filter((entry) => entry.findings + entry.expired > 0)
  if (used.length === 0 && hidden.known + hidden.filtered === 0) return undefined
  return html`<h2>Not shown</h2><p class="note">${counted(hidden.known, 'finding')} already in the baseline, ${count(hidden.filtered)} left out by the choice of level and names. Set aside by the ignore file:</p>
<div class="card"><table><tr><th class="n">Findings</th><th>Rule</th><th>Actor</th><th>Namespace</th><th>Name</th><th>Reason</th><th>Until</th></tr>
${used.slice(0, LIMIT.htmlRowsMax).map((entry) => html`<tr><td class="n">${count(entry.findings)}</td><td>${entry.rule}</td><td>${entry.actor ?? 'any'}</td><td>${entry.namespace ?? 'any'}</td><td>${entry.name ?? 'any'}</td><td>${entry.reason}</td><td class="t">${entry.expires}${entry.expired > 0 ? ` (${entry.expired} after that)` : ''}</td></tr>`)}</table></div>`
}

/** What was read: files, gaps, and what was wrong with them. */
export const inputSection = ({ report, named }: HuntResult): Markup => {
  const inputs = report.inputs.slice(0, LIMIT.htmlRowsMax)
  return html`<h2>Input</h2><p class="note">${namingOf(named)}</p><div class="card"><table>
<tr><th>File</th><th>Cluster / server</th><th>Shape</th><th class="n">Events</th><th class="n">Size</th><th class="n">Content</th><th>First → last</th><th>Fingerprint</th></tr>
${inputs.map(
  (
    input,
  ) => html`<tr><td>${input.file}</td><td>${input.cluster}/${input.server}</td><td>${input.shapes.join(' ')}</td><td class="n">${count(input.events)}</td><td class="n">${bytes(input.bytes)}</td><td class="n">${bytes(input.contentBytes)}</td><td class="soft">${input.firstTime === undefined ? '–' : `${dateTime(input.firstTime)} → ${dateTime(input.lastTime ?? input.firstTime)}`}</td><td class="mono">${input.sha256 === undefined ? input.fingerprint.slice(0, 16) : `SHA-256 ${input.sha256}`}</td></tr>
`,
)}</table></div>${moreNote(report.inputs.length - inputs.length, 'files')}${gapTable(report)}${issueTable(report)}`
}

function blindTable({ blind }: Digest): Markup | undefined {
  if (blind.length === 0) return undefined
  return html`<div class="card warn"><table><tr><th>Rule</th><th></th><th class="n">Acts</th><th class="n">Findings</th><th class="n">Cannot tell</th><th>Why</th></tr>
${blind.map(
  (
    row,
  ) => html`<tr><td><b>${labelOf(row.rule)}</b></td><td>${row.rule.title}</td><td class="n">${count(row.eligible)}</td><td class="n">${count(row.findings)}</td><td class="n"><b>${count(row.cannotTell)}</b></td><td>${reasonsOf(
    row,
  )
    .map(([reason, acts]) => `${count(acts)} ${REASON_WORD[reason]}`)
    .join(', ')}</td></tr>
`,
)}</table></div>`
}

function changeList(digest: Digest): Markup | undefined {
  if (digest.blindness.length === 0) return undefined
  return html`<h3>What to change</h3><div class="card"><ul class="change">${digest.blindness.map(
    (one) => {
      const { why, change } = adviceFor(one)
      const rules = one.rules.map((row) => labelOf(row.rule)).join(' ')
      return html`<li>${why} <span class="soft">(${rules})</span><br><span class="do">${change}</span></li>`
    },
  )}</ul></div>`
}

function ruleLines(title: string, rows: readonly RuleCoverage[]): Markup | undefined {
  if (rows.length === 0) return undefined
  return html`<h3>${title}</h3><p>${rows.map((row, i) => html`${i === 0 ? '' : ' · '}<span class="nowrap"><b>${labelOf(row.rule)}</b> ${row.rule.title}${row.eligible === 0 ? '' : html` <span class="soft">${count(row.eligible)}</span>`}</span>`)}</p>`
}

function gapTable({ gaps }: Report): Markup | undefined {
  if (gaps.length === 0) return undefined
  const shown = gaps.slice(0, LIMIT.htmlRowsMax)
  return html`<h3>Gaps: stretches without any event</h3><div class="card"><table><tr><th>Source</th><th>From</th><th>To</th><th>Length</th></tr>
${shown.map((gap) => html`<tr><td>${gap.cluster}/${gap.server}</td><td>${dateTime(gap.from)}</td><td>${dateTime(gap.to)}</td><td>${duration(gap.from, gap.to)}</td></tr>`)}</table></div>${moreNote(gaps.length - shown.length, 'gaps')}`
}

function issueTable(report: Report): Markup | undefined {
  const codes = Object.keys(report.issueCounts).sort()
  if (codes.length === 0) return undefined
  return html`<h3>Issues of the input</h3><div class="card"><table><tr><th class="n">Count</th><th>Code</th><th>The first</th><th>Where</th></tr>
${codes.map((code) => {
  const first = report.issues.find((issue) => issue.code === code)
  return html`<tr><td class="n">${count(report.issueCounts[code] ?? 0)}</td><td class="mono">${code}</td><td>${first?.message}</td><td class="mono">${first === undefined ? '' : formatPlace(first.at)}</td></tr>`
})}</table></div>`
}
