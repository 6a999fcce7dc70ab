import { LIMIT } from '../../../base/limit.ts'
import type { Finding } from '../../../model/finding.ts'
import { type Digest, type FindingGroup, type RuleGroup, WORST_FIRST } from '../digest.ts'
import { TECHNIQUE_NAMES } from '../technique-names.ts'
import { count, counted, dateTime, labelOf, levelWord } from '../words.ts'
import { html, type Markup, when } from './markup.ts'

/** Who did what: a row for each actor, the worst first. */
export const actorTable = (digest: Digest, clock: Clock): Markup => {
  const rows = digest.actors.slice(0, LIMIT.htmlRowsMax)
  return html`<h2>Who did what</h2><div class="card"><table>
<tr><th>Actor</th><th>From</th>${WORST_FIRST.map((level) => html`<th class="n">${levelWord(level)}</th>`)}<th>First → last</th><th>Rules</th></tr>
${rows.map(
  (
    row,
  ) => html`<tr><td><b>${row.actor}</b>${row.posedAs.map((name) => html`<br><span class="soft">as ${name}</span>`)}</td><td class="t"><code>${row.peers.slice(0, PEERS_MAX).map((peer) => html`${peer}<br>`)}</code>${row.peers.length > PEERS_MAX ? `and ${row.peers.length - PEERS_MAX} more` : ''}</td>${WORST_FIRST.map(
    (level) =>
      html`<td class="n">${row.bySeverity[level] === 0 ? html`<span class="soft">·</span>` : count(row.bySeverity[level])}</td>`,
  )}<td class="t soft">${spanOf(row.firstTime, row.lastTime, clock)}</td><td>${row.rules.join(' ')}</td></tr>
`,
)}</table></div>${moreNote(digest.actors.length - rows.length, 'actors')}`
}

/** The findings: a fold for each rule, and in it what each actor did to each target. */
export const findingFolds = (digest: Digest, clock: Clock): Markup => html`<h2>Findings</h2>
<p class="note">By rule, the worst first. Open a rule to see who did it, to what, and the evidence.</p>
<div class="card">${digest.rules.map((rule) => ruleFold(rule, digest, clock))}</div>`

/** What was found of each ATT&CK technique. */
export const techniqueTable = (digest: Digest): Markup => html`<h2>Techniques</h2>
<p class="note">MITRE ATT&amp;CK, as the rules are tagged.</p><div class="card"><table>
<tr><th>Technique</th><th>Name</th><th class="n">Findings</th><th>Rules</th></tr>
${digest.techniques.map(
  (
    row,
  ) => html`<tr><td class="t"><b>${row.technique}</b></td><td>${TECHNIQUE_NAMES[row.technique] ?? ''}</td><td class="n">${count(row.findings)}</td><td>${row.rules.join(' ')}</td></tr>
`,
)}</table></div>`

/** A line on rows that are not shown, or nothing. */
export const moreNote = (hidden: number, what: string): Markup | undefined =>
  when(
    hidden > 0,
    () =>
      html`<p class="note">… and ${count(hidden)} more ${what}: see the JSON or CSV output.</p>`,
  )

function ruleFold(group: RuleGroup, digest: Digest, clock: Clock): Markup {
  const { rule, groups } = group
  const shown = groups.slice(0, LIMIT.htmlRowsMax)
  const open = rule.level === 'critical' ? html` open` : undefined
  return html`<details${open}><summary><span class="badge ${rule.level}">${levelWord(rule.level)}</span><span class="id">${labelOf(rule)}</span><span class="title">${rule.title}</span><span class="count">${counted(group.findings, 'finding')} · ${rule.techniques.join(' ')}</span></summary>
<div class="body">${shown.map((one) => actBlock(one, digest, clock))}${moreNote(groups.length - shown.length, 'groups')}</div></details>
`
}

function actBlock(group: FindingGroup, digest: Digest, clock: Clock): Markup {
  const { first, findings, claims } = group
  const times = findings.length === 1 ? '' : ` · ${count(findings.length)} times`
  return html`<div class="act"><div class="who">${group.actor} → ${group.target} ${group.outcomes.map((outcome) => html`<span class="outcome ${outcome}">${outcome}</span> `)}</div>
${claims.slice(0, CLAIMS_MAX).map((claim) => html`<div class="reason">${claim}</div>`)}${moreNote(claims.length - CLAIMS_MAX, 'of this kind')}
<div class="meta">${spanOf(first.time, group.lastTime, clock)}${times} · from ${first.actor.peer ?? 'an unknown address'} · ${first.cluster}/${first.server} · <span class="mono">deckwatch show ${digest.shortId(first)}</span></div>
<details class="more"><summary>evidence</summary>${evidence(first)}${otherFindings(findings.slice(1), digest)}</details></div>
`
}

function evidence(finding: Finding): Markup {
  return html`<table class="evidence"><tr><th>Field that decided</th><th>Value</th><th>Who decides it</th></tr>
${finding.fields.map((field) => html`<tr><td class="mono">${field.name}</td><td class="mono">${field.value}</td><td>${TRUST[field.trust]}</td></tr>`)}</table>
<table class="evidence"><tr><th>Stage</th><th>Time</th><th>Audit id</th><th>Where it lies</th></tr>
${finding.events.map((event) => html`<tr><td>${event.stage}</td><td class="t">${event.time}</td><td class="mono">${event.auditID ?? '–'}</td><td class="mono">${event.file} @ ${event.offset} + ${event.length}</td></tr>`)}</table>
<p class="note">User agent, as the client says: <span class="mono">${finding.actor.userAgent ?? '–'}</span>. Finding <span class="mono">${finding.id}</span></p>`
}

function otherFindings(findings: readonly Finding[], digest: Digest): Markup | undefined {
  if (findings.length === 0) return undefined
  const shown = findings.slice(0, OTHERS_MAX)
  return html`<p class="note">Again: ${shown.map((one) => html`<span class="nowrap">${dateTime(one.time)} <span class="mono">${digest.shortId(one)}</span></span>, `)}${findings.length > shown.length ? `and ${count(findings.length - shown.length)} more` : 'that is all'}</p>`
}

const OTHERS_MAX = 24
const CLAIMS_MAX = 12
const PEERS_MAX = 3

const TRUST: Readonly<Record<Finding['fields'][number]['trust'], string>> = {
  server: 'the API server',
  client: 'the authenticated client',
  anyone: 'anyone: proves nothing',
}

/** How a moment is written, see `clockFor`. */
type Clock = (time: string) => string

const spanOf = (from: string, to: string, clock: Clock): string =>
  clock(from) === clock(to) ? clock(from) : `${clock(from)} → ${clock(to)}`
