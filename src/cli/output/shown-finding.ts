import { escapeTerminal } from '../../base/escape-text.ts'
import { LIMIT } from '../../base/limit.ts'
import type { EventRef, Finding } from '../../model/finding.ts'
import type { Deed } from '../around.ts'
import type { Explanation } from '../explanation.ts'
import { eventLines } from './event-text.ts'
import { explanationLines } from './explanation-text.ts'
import { harmlessLines, mappingRows, nextLines } from './guide-text.ts'
import type { RuleGuide } from './hunt-result.ts'
import { cell, layOut, wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import { correlationWords, eventsWords, windowWords } from './rule-words.ts'
import {
  actorOf,
  claimOf,
  clockFor,
  count,
  counted,
  dateTime,
  labelOf,
  levelWord,
  targetOf,
} from './words.ts'

/** A finding with all that there is to know of it. */
export interface ShownFinding {
  readonly finding: Finding
  /** The logged stages of its act, as canonical masked events. */
  readonly stages: readonly { readonly ref: EventRef; readonly event: Record<string, unknown> }[]
  readonly explanation: Explanation | undefined
  readonly guide: RuleGuide | undefined
  readonly around: { readonly deeds: readonly Deed[]; readonly more: number } | undefined
}

/** The finding as text. */
export const shownFindingText = (shown: ShownFinding, width: number, palette: Palette): string => {
  const sections = [
    headLines(shown.finding, width, palette),
    fieldLines(shown.finding, width, palette),
    joinedLines(shown, width, palette),
    whyLines(shown, width, palette),
    nextLines(shown.guide, width, palette),
    harmlessLines(shown.guide, width, palette),
    stageLines(shown, palette),
    aroundLines(shown, width, palette),
  ]
  const filled = sections.filter((lines) => lines.length > 0)
  return `${filled.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function headLines(finding: Finding, width: number, palette: Palette): readonly string[] {
  const { rule, actor } = finding
  const title = escapeTerminal(`${levelWord(rule.level)}  ${labelOf(rule)}  ${rule.title}`)
  const rows: readonly (readonly [string, string])[] = [
    ['who', `${actorOf(finding)} (${actor.kind})`],
    ['what', `${targetOf(finding)}, ${finding.outcome ?? 'outcome unknown'}`],
    ['when', `${finding.time} UTC`],
    ['where', `${finding.cluster}/${finding.server}`],
    ['from', actor.peer ?? 'an unknown address'],
    ['agent', `${actor.userAgent ?? '-'} (as the client says)`],
    ...mappingRows(rule),
    ['rule', rule.id],
    ['finding', finding.id],
  ]
  return [
    palette.level[rule.level](title),
    '',
    ...wrap(claimOf(finding), width).map(palette.strong),
    '',
    ...layOut(
      [{}, { flex: true }],
      rows.map(([name, text]) => [cell(name, palette.faint), cell(text)]),
      width,
    ),
  ]
}

const TRUST = {
  server: 'the API server',
  client: 'the authenticated client',
  anyone: 'anyone: proves nothing',
} as const

function fieldLines(finding: Finding, width: number, palette: Palette): readonly string[] {
  const head = ['field', 'value', 'who decides it'].map((word) => cell(word, palette.faint))
  const rows = finding.fields.map((field) => [
    cell(field.name, palette.accent),
    cell(field.value === '' ? '""' : field.value),
    cell(TRUST[field.trust], field.trust === 'anyone' ? palette.warning : palette.faint),
  ])
  return [palette.strong('DECIDED BY'), ...layOut([{}, { flex: true }, {}], [head, ...rows], width)]
}

/** What a correlation joined: what the acts have in common, and each with its time and place. */
function joinedLines(shown: ShownFinding, width: number, palette: Palette): readonly string[] {
  const { correlation, events } = shown.finding
  if (correlation === undefined) return []
  const rows = events.map((ref) => {
    const event = shown.stages.find((stage) => stage.ref.id === ref.id)?.event ?? {}
    const { code } = asRecord(event.responseStatus)
    return [
      cell(ref.time, palette.faint),
      cell(textOf(event.verb)),
      cell(textOf(event.requestURI)),
      cell(textOf(code), Number(code) >= 400 ? palette.bad : palette.faint),
      cell(`${ref.file}@${ref.offset}+${ref.length}`, palette.faint),
    ]
  })
  const columns = [
    {},
    {},
    { flex: true },
    { align: 'right' },
    { flex: true, cut: 'start' },
  ] as const
  const said = correlationWords(correlation, dateTime)
  return [
    `${palette.strong('WHAT IT JOINS')}  ${escapeTerminal(correlation.type)}, ${windowWords(correlation)}`,
    ...wrap(said, width - 2).map((line) => `  ${line}`),
    ...wrap(`of the rules ${correlation.rules.join(', ')}`, width - 2).map(
      (line) => `  ${palette.faint(line)}`,
    ),
    ...layOut(columns, rows, width),
  ]
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '-'

function whyLines(
  { explanation }: ShownFinding,
  width: number,
  palette: Palette,
): readonly string[] {
  if (explanation === undefined) return []
  return [
    palette.strong('EVERY TEST OF THE RULE'),
    ...explanationLines(explanation, width, palette),
  ]
}

function stageLines({ stages, finding }: ShownFinding, palette: Palette): readonly string[] {
  const fields = finding.fields.map((field) => field.name)
  const lost = finding.events.length - stages.length
  const isJoined = finding.correlation !== undefined
  const shown = isJoined ? stages.slice(0, LIMIT.wholeEventsMax) : stages
  const about = isJoined
    ? eventsWords(shown.length, stages.length)
    : counted(stages.length, 'logged stage')
  return [
    `${palette.strong(isJoined ? 'THE ACTS' : 'THE ACT')}  ${about}, secrets masked`,
    ...shown.flatMap(({ ref, event }) => [
      '',
      escapeTerminal(`  ${ref.stage}  ${ref.time}  ${ref.file}@${ref.offset}+${ref.length}`),
      palette.faint(`  event ${ref.id}`),
      ...eventLines(event, fields, palette).map((line) => `  ${line}`),
    ]),
    ...(lost > 0
      ? ['', palette.warning(`  ${counted(lost, 'stage')} could not be read again`)]
      : []),
  ]
}

function aroundLines({ around }: ShownFinding, width: number, palette: Palette): readonly string[] {
  if (around === undefined) return []
  const rows = around.deeds.map((deed) => [
    cell(spanText(deed), palette.faint),
    cell(deed.count === 1 ? '' : `${count(deed.count)}×`),
    cell(deed.verb),
    cell(deed.target),
    cell(String(deed.code ?? '-'), (deed.code ?? 0) >= 400 ? palette.bad : palette.faint),
  ])
  const columns = [{}, { align: 'right' }, {}, { flex: true }, { align: 'right' }] as const
  return [
    `${palette.strong('AROUND IT')}  what the same actor did besides`,
    ...(rows.length === 0 ? ['  nothing that was logged'] : layOut(columns, rows, width)),
    ...(around.more > 0 ? [palette.warning(`  … and ${counted(around.more, 'more event')}`)] : []),
  ]
}

const spanText = ({ firstTime, lastTime }: Deed): string => {
  const [first, last] = [dateTime(firstTime), dateTime(lastTime)]
  if (first === last) return first
  return `${first} → ${clockFor(firstTime, lastTime)(lastTime)}`
}
