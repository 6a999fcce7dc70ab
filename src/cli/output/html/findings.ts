import { LIMIT } from '../../../base/limit.ts'
import type { Finding } from '../../../model/finding.ts'
import { attackVersion } from '../../catalogues.ts'
import {
  type ActorRow,
  type Digest,
  type FindingGroup,
  type RuleGroup,
  WORST_FIRST,
} from '../digest.ts'
import {
  attackWords,
  correlationWords,
  tacticWords,
  techniqueName,
  threatWords,
} from '../rule-words.ts'
import { count, counted, dateTime, labelOf, levelWord } from '../words.ts'
import { html, type Markup, type Part, table, when } from './markup.ts'

/** How a moment is written, see `clockFor`. */
type Clock = (time: string) => string

/** Who did what: a row for each actor, the worst first. */
export const actorTable = (digest: Digest, clock: Clock): Markup => {
  const rows = digest.actors.slice(0, LIMIT.htmlRowsMax)
  const levels = WORST_FIRST.map((level) => [levelWord(level), 'n'] as const)
  return html`<h2>Who did what</h2>${table(
    [['Actor'], ['From', 't'], ...levels, ['First → last', 't'], ['Rules']],
    rows.map((row) => actorCells(row, clock)),
  )}${moreNote(digest.actors.length - rows.length, 'actors')}`
}

/** The findings: a fold for each rule, and in it what each actor did to each target. */
export const findingFolds = (digest: Digest, clock: Clock): Markup => html`<h2>Findings</h2>
<p class="note">By rule, the worst first. Open a rule to see who did it, to what, and the evidence.
</p><div class="card">${digest.rules.map((rule) => ruleFold(rule, digest, clock))}</div>`

/** What was found of each ATT&CK technique. */
export const techniqueTable = (digest: Digest): Markup => html`<h2>Techniques</h2>
<p class="note">MITRE ${attackVersion()}, as the rules are tagged.</p>${table(
  [['Technique', 't'], ['Name'], ['Tactics'], ['Findings', 'n'], ['Rules']],
  digest.techniques.map((row) => [
    html`<b>${row.technique}</b>`,
    techniqueName(row.technique),
    tacticWords(row.tactics).join(', '),
    count(row.findings),
    row.rules.join(' '),
  ]),
)}`

/** A line on rows that are not shown, or nothing. */
export const moreNote = (hidden: number, what: string): Markup | undefined =>
  when(
    hidden > 0,
    () => html`<p class="note">… and ${count(hidden)} more ${what}: see the JSON output.</p>`,
  )

const PEERS_MAX = 3
const CLAIMS_MAX = 12
const OTHERS_MAX = 24

function actorCells(row: ActorRow, clock: Clock): readonly Part[] {
  const morePeers = row.peers.length - PEERS_MAX
  const posed = row.posedAs.map((name) => html`<br><span class="soft">as ${name}</span>`)
  return [
    html`<b>${row.actor}</b>${posed}`,
    html`<code>${row.peers.slice(0, PEERS_MAX).map((peer) => html`${peer}<br>`)}</code>${
      morePeers > 0 ? `and ${morePeers} more` : undefined
    }`,
    ...WORST_FIRST.map((level) =>
      row.bySeverity[level] === 0
        ? html`<span class="soft">·</span>`
        : count(row.bySeverity[level]),
    ),
    html`<span class="soft">${spanOf(row.firstTime, row.lastTime, clock)}</span>`,
    row.rules.join(' '),
  ]
}

function ruleFold(group: RuleGroup, digest: Digest, clock: Clock): Markup {
  const { rule, groups } = group
  const shown = groups.slice(0, LIMIT.htmlRowsMax)
  const open = rule.level === 'critical' ? html` open` : undefined
  const about = `${counted(group.findings, 'finding')} · ${rule.techniques.join(' ')}`
  return html`<details${open}><summary>
<span class="badge ${rule.level}">${levelWord(rule.level)}</span>
<span class="id">${labelOf(rule)}</span>
<span class="title">${rule.title}</span>
<span class="count">${about}</span></summary>
<div class="body">${ruleGuide(group)}${shown.map((one) => actBlock(one, digest, clock))}${moreNote(
    groups.length - shown.length,
    'groups',
  )}</div></details>
`
}

/** What all findings of the rule have in common: what to do about them, and what they map to. */
function ruleGuide({ rule, guide }: RuleGroup): Markup {
  const { next, harmless } = guide
  const said = [attackWords(rule), threatWords(rule.threatMatrix).join(', ')]
  const mapped = said.filter((text) => text !== '').join(' · ')
  return html`<div class="guide">${when(next !== undefined, () => html`<p><b>Check next:</b> ${next}</p>`)}
${when(harmless.length > 0, () => html`<p><b>Harmless when:</b></p><ul>${harmless.map((text) => html`<li>${text}</li>`)}</ul>`)}
${when(mapped !== '', () => html`<p class="note">${mapped}</p>`)}</div>
`
}

function actBlock(group: FindingGroup, digest: Digest, clock: Clock): Markup {
  const { first, findings, claims } = group
  const facts = [
    spanOf(first.time, group.lastTime, clock),
    ...(findings.length === 1 ? [] : [`${count(findings.length)} times`]),
    `from ${first.actor.peer ?? 'an unknown address'}`,
    `${first.cluster}/${first.server}`,
    ...(first.correlation === undefined ? [] : [correlationWords(first.correlation, clock)]),
  ]
  const outcomes = group.outcomes.map((one) => html`<span class="outcome ${one}">${one}</span> `)
  return html`<div class="act"><div class="who">${group.actor} → ${group.target} ${outcomes}</div>
${claims.slice(0, CLAIMS_MAX).map((claim) => html`<div class="reason">${claim}</div>`)}
${moreNote(claims.length - CLAIMS_MAX, 'of this kind')}
<div class="meta">${facts.join(' · ')} · <code>deckwatch show ${digest.shortId(first)}</code></div>
<details class="more"><summary>evidence</summary>
${evidence(first)}${otherFindings(findings.slice(1), digest)}</details></div>
`
}

function evidence(finding: Finding): Markup {
  const fields = finding.fields.map(({ name, value, trust }) => [name, value, TRUST[trust]])
  const events = finding.events.map((event) => [
    event.stage,
    event.time,
    event.auditID ?? '–',
    `${event.file} @ ${event.offset} + ${event.length}`,
  ])
  return html`${table(
    [['Field that decided', 'mono'], ['Value', 'mono'], ['Who decides it']],
    fields,
    'evidence',
  )}${joined(finding)}${table(
    [['Stage'], ['Time', 't'], ['Audit id', 'mono'], ['Where it lies', 'mono']],
    events,
    'evidence',
  )}<p class="note">User agent, as the client says: <code>${finding.actor.userAgent ?? '–'}</code>.
Finding <code>${finding.id}</code></p>`
}

/** What a correlation's acts have in common. The acts themselves are the events below. */
function joined({ correlation }: Finding): Markup | undefined {
  if (correlation === undefined) return undefined
  const { type, from, to, matches, group, rules } = correlation
  return table(
    [
      ['What it joins', 'mono'],
      ['Value', 'mono'],
    ],
    [
      ['correlation', type],
      ['window', `${from} → ${to}`],
      ['matches', count(matches)],
      ...group.map(({ name, value }) => [name, value]),
      ['rules', rules.join(' ')],
    ],
    'evidence',
  )
}

function otherFindings(findings: readonly Finding[], digest: Digest): Markup | undefined {
  if (findings.length === 0) return undefined
  const shown = findings.slice(0, OTHERS_MAX)
  const hidden = findings.length - shown.length
  const each = shown.map(
    (one, i) => html`${i === 0 ? '' : ', '}<span class="nowrap">${dateTime(one.time)}
<code>${digest.shortId(one)}</code></span>`,
  )
  return html`<p class="note">Again: ${each}${hidden > 0 ? ` and ${count(hidden)} more` : ''}</p>`
}

const TRUST: Readonly<Record<Finding['fields'][number]['trust'], string>> = {
  server: 'the API server',
  client: 'the authenticated client',
  anyone: 'anyone: proves nothing',
}

const spanOf = (from: string, to: string, clock: Clock): string =>
  clock(from) === clock(to) ? clock(from) : `${clock(from)} → ${clock(to)}`
