import type { SimulationResult } from '../../advise/policy/simulate.ts'
import type { Flow, TopFlows } from '../../advise/policy/simulate-totals.ts'
import { type Cell, type Column, cell, layOut, wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import { sentenceOf } from './policy-text.ts'
import { policyWords, ruleName } from './policy-words.ts'
import { perDayOf, type Simulated } from './simulation-record.ts'
import { bytes, count, counted, dateTime, duration, listed, shortNames } from './words.ts'

/** What a policy would log: how big, what costs most, what would be lost. */
export const simulationText = (simulated: Simulated, width: number, palette: Palette): string => {
  const { result } = simulated
  const sections = [
    headLines(simulated, width, palette),
    totalLines(result, width, palette),
    section('WHAT COSTS MOST', ruleLines(simulated, width, palette), palette),
    section('WHAT WOULD BE LOST', lostLines(result, width, palette), palette),
    section('NEVER MATCHED BY THESE EVENTS', idleLines(simulated, width), palette),
    section('BY KIND OF OBJECT', topLines(result.resources, width, palette), palette),
    section('BY USER', topLines(result.users, width, palette), palette),
    section('BY STAGE', stageLines(result, width, palette), palette),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

const ROWS = 10

const section = (title: string, lines: readonly string[], palette: Palette): readonly string[] =>
  lines.length === 0 ? [] : [palette.strong(title), ...lines]

const headLines = (
  { file, loaded, read, result: { span, total } }: Simulated,
  width: number,
  palette: Palette,
): readonly string[] => {
  const when =
    span === undefined
      ? ''
      : `, ${dateTime(span.first)} to ${dateTime(span.last)} UTC (${duration(span.first, span.last)})`
  const policy = loaded.policy === undefined ? '' : `: ${policyWords(loaded.policy)}`
  return [
    ...wrap(`${file}${policy}`, width).map(palette.strong),
    ...wrap(
      `tried on ${counted(total.recorded.events, 'event')}, ${bytes(total.recorded.bytes)}, of ` +
        `${counted(read.servers.length, 'API server')}${when}`,
      width,
    ).map(palette.faint),
  ]
}

const totalLines = (
  result: SimulationResult,
  width: number,
  palette: Palette,
): readonly string[] => {
  const { total, dropped, undecided } = result
  const lost = {
    events: dropped.byLevel.events + dropped.byStage.events,
    bytes: dropped.byLevel.bytes + dropped.byStage.bytes,
  }
  const cut = total.recorded.bytes - undecided.bytes - lost.bytes - total.logged.bytes
  const day = perDayOf(result)
  const least = total.unknownBytes > 0 || result.stages.some(({ missing }) => missing > 0)
  const row = (name: string, amount: { events?: number; bytes: number }, note: string): Cell[] => [
    cell(name),
    cell(amount.events === undefined ? '' : count(Math.round(amount.events))),
    cell(bytes(Math.round(amount.bytes))),
    cell(note, palette.faint),
  ]
  const columns = [{}, right, right, { flex: true, wrap: 2 }] as const
  return [
    ...layOut(
      columns,
      [
        row(
          'logged',
          total.logged,
          `${percent(total.logged.bytes, total.recorded.bytes)} of the recorded bytes${least ? ', at least' : ''}`,
        ),
        row('not logged', lost, lossWords(result)),
        ...(cut <= 0 ? [] : [row('cut away', { bytes: cut }, 'of those that are logged')]),
        ...(day === undefined ? [] : [row('logged a day', day, dayWords(result, day.factor))]),
        ...(undecided.events === 0 ? [] : [row('cannot tell', undecided, undecidedWords(result))]),
      ],
      width,
    ),
    ...notesOf(result).flatMap((note) =>
      wrap(note, width - 2).map((line) => `  ${palette.warning(line)}`),
    ),
  ]
}

const right: Column = { align: 'right' }

const lossWords = ({ dropped: { byLevel, byStage } }: SimulationResult): string =>
  [
    ...(byLevel.events === 0 ? [] : [`${count(byLevel.events)} by level None`]),
    ...(byStage.events === 0 ? [] : [`${count(byStage.events)} by omitted stages`]),
  ].join(', ')

const dayWords = ({ span }: SimulationResult, factor: number): string => {
  if (span === undefined) return ''
  if (factor <= 1) return `the mean of ${duration(span.first, span.last)}`
  const times = factor < 10 ? factor.toFixed(1) : count(Math.round(factor))
  return `if a day is ${times} times the recording`
}

const undecidedWords = ({ undecided }: SimulationResult): string =>
  `the record lacks what the policy asks: ${listed(undecided.missing)}`

/** What the figures above do not say. */
const notesOf = (result: SimulationResult): readonly string[] => {
  const { total, stages, span, wrapped } = result
  const missing = stages.filter((one) => one.missing > 0)
  const silent = span?.silentHours ?? 0
  return [
    ...(total.unknownBytes === 0
      ? []
      : [
          `! ${counted(total.unknownBytes, 'event')} were recorded below the level that the policy ` +
            'wants: their bodies would come on top.',
        ]),
    ...missing.map(
      ({ stage, missing: events }) =>
        `! The policy logs ${stage}, which the recording left out: about ` +
        `${counted(events, 'event')} would come on top.`,
    ),
    ...(silent >= 24
      ? [`! For ${count(silent)} hours nothing was recorded: the day is too small.`]
      : []),
    ...(wrapped === 0
      ? []
      : [`! ${counted(wrapped, 'event')} came inside other records: their bytes are computed.`]),
  ]
}

const FLOW_HEAD = ['events', 'bytes', 'share'] as const

const flowCells = ({ logged, unknownBytes }: Flow, all: number): readonly Cell[] => [
  cell(count(logged.events)),
  cell(`${unknownBytes > 0 ? '≥ ' : ''}${bytes(logged.bytes)}`),
  cell(percent(logged.bytes, all)),
]

const FLOW_COLUMNS = [right, right, right] as const

const ruleLines = (
  { loaded, result: { rules, total } }: Simulated,
  width: number,
  palette: Palette,
): readonly string[] => {
  const costly = rules
    .filter(({ logged }) => logged.events > 0)
    .sort((a, b) => b.logged.bytes - a.logged.bytes)
  const rows = costly.slice(0, ROWS).map((one) => {
    const rule = loaded.policy?.rules[one.rule]
    return [
      cell(ruleName(one.rule, loaded.placeOf(['rules', one.rule]).line)),
      cell(one.level),
      ...flowCells(one, total.logged.bytes),
      cell(rule === undefined ? '' : sentenceOf(rule), palette.faint),
    ]
  })
  if (rows.length === 0) return ['  nothing is logged']
  const head = ['', 'level', ...FLOW_HEAD, ''].map((word) => cell(word, palette.faint))
  const columns = [{}, {}, ...FLOW_COLUMNS, { flex: true } as const]
  return [...layOut(columns, [head, ...rows], width), ...moreLines(costly.length, palette)]
}

const moreLines = (rows: number, palette: Palette): readonly string[] =>
  rows <= ROWS ? [] : [palette.faint(`  … and ${count(rows - ROWS)} more: --format json has all`)]

/** Requests that no log would show; below them, what is left out of those that it would. */
const lostLines = (
  { lost: { rows, others }, dropped }: SimulationResult,
  width: number,
  palette: Palette,
): readonly string[] => {
  const cells = rows
    .slice(0, ROWS)
    .map(({ name, recorded }) => [
      cell(count(recorded.events)),
      cell(bytes(recorded.bytes)),
      cell(shortNames(name)),
    ])
  const all = rows.length + (others === undefined ? 0 : 1)
  const whole = rows.reduce(
    (sum, { recorded }) => sum + recorded.events,
    others?.recorded.events ?? 0,
  )
  const partly = dropped.byLevel.events + dropped.byStage.events - whole
  const besides =
    partly === 0
      ? []
      : [`  ${counted(partly, 'event')} by omitted stages, of requests logged at another stage`]
  return [
    ...layOut([right, right, { flex: true }], cells, width),
    ...moreLines(all, palette),
    ...besides.map(palette.faint),
  ]
}

const idleLines = ({ loaded, result: { rules } }: Simulated, width: number): readonly string[] => {
  const idle = rules.filter((one) => one.rule >= 0 && one.recorded.events === 0)
  const rows = idle.slice(0, ROWS).map((one) => {
    const rule = loaded.policy?.rules[one.rule]
    return [
      cell(ruleName(one.rule, loaded.placeOf(['rules', one.rule]).line)),
      cell(one.level),
      cell(rule === undefined ? '' : sentenceOf(rule)),
    ]
  })
  const more = idle.length > ROWS ? [`  … and ${count(idle.length - ROWS)} more`] : []
  return [...layOut([{}, {}, { flex: true }], rows, width), ...more]
}

const topLines = (
  { rows, others }: TopFlows,
  width: number,
  palette: Palette,
): readonly string[] => {
  const logged = rows.filter((row) => row.logged.events > 0)
  const all = rows.reduce((sum, row) => sum + row.logged.bytes, others?.logged.bytes ?? 0)
  const cells = logged
    .slice(0, ROWS)
    .map((row) => [
      ...flowCells(row, all),
      cell(shortNames(row.name === '' ? '(not authenticated)' : row.name)),
    ])
  if (cells.length === 0) return []
  const head = [...FLOW_HEAD, ''].map((word) => cell(word, palette.faint))
  const columns = [...FLOW_COLUMNS, { flex: true } as const]
  return [...layOut(columns, [head, ...cells], width), ...moreLines(logged.length, palette)]
}

const stageLines = (
  { stages, total }: SimulationResult,
  width: number,
  palette: Palette,
): readonly string[] => {
  const rows = stages
    .filter(({ recorded, missing }) => recorded.events + missing > 0)
    .map((one) => [
      cell(one.stage),
      ...flowCells(one, total.logged.bytes),
      cell(
        one.missing > 0
          ? `not recorded: about ${count(one.missing)} more`
          : one.logged.events < one.recorded.events
            ? `${count(one.recorded.events - one.logged.events)} not logged`
            : '',
        palette.faint,
      ),
    ])
  const head = ['', ...FLOW_HEAD, ''].map((word) => cell(word, palette.faint))
  return layOut([{}, ...FLOW_COLUMNS, { flex: true }], [head, ...rows], width)
}

const percent = (part: number, all: number): string => {
  if (all === 0) return '-'
  const share = (part / all) * 100
  return share > 0 && share < 0.1 ? '< 0.1 %' : `${share.toFixed(1)} %`
}
