import type { PolicySeen, SourceReport, SourcesReport } from '../../model/source-health.ts'
import { type Cell, cell, layOut } from './layout.ts'
import type { Palette } from './palette.ts'
import { bytes, count, counted, dateTime } from './words.ts'

/** The sources as a table, and below it what is wrong with each and what its policy shows. */
export const sourcesText = (report: SourcesReport, width: number, palette: Palette): string => {
  if (report.sources.length === 0) {
    return report.live ? 'nothing has come in yet\n' : 'nothing is stored\n'
  }
  const rows = report.sources.map((source) => rowOf(source, report, palette))
  const lines = [
    ...layOut(COLUMNS, [HEAD.map((word) => cell(word, palette.faint)), ...rows], width),
    ...report.sources.flatMap((source) => troubleLines(source, width, palette)),
    '',
    palette.strong('WHAT THE POLICY SHOWS'),
    ...policyLines(report.sources, width, palette),
    '',
    ending(report, palette),
  ]
  return `${lines.join('\n')}\n`
}

const HEAD = [
  ...['source', 'way', 'last event', 'events', 'per s', 'late', 'unread', 'budget'],
  ...['gaps', 'again', 'both ways'],
]

const COLUMNS = [
  ...([{ flex: true, wrap: 3 }, {}, {}] as const),
  ...Array.from({ length: HEAD.length - 3 }, () => ({ align: 'right' as const })),
]

const rowOf = (source: SourceReport, report: SourcesReport, palette: Palette): readonly Cell[] => {
  const { cluster, server, way, lastEvent, events, eventsPerSecond, delaySeconds } = source
  const gaps = source.gaps.reduce((all, gap) => all + gap.count, 0)
  const isShort = source.budgetSeconds !== undefined && source.budgetSeconds < SHORT_SECONDS
  return [
    cell(`${cluster}/${server}`, source.troubles.length > 0 ? palette.bad : palette.strong),
    cell(way),
    cell(lastEvent === undefined ? '-' : ageOf(lastEvent, report)),
    cell(count(events)),
    cell(eventsPerSecond === undefined ? '-' : rounded(eventsPerSecond)),
    cell(delaySeconds === undefined ? '-' : seconds(delaySeconds)),
    cell(source.lagBytes === undefined ? '-' : bytes(source.lagBytes)),
    cell(
      source.budgetSeconds === undefined ? '-' : seconds(source.budgetSeconds),
      isShort ? palette.bad : undefined,
    ),
    cell(count(gaps), gaps > 0 ? palette.warning : undefined),
    cell(optional(source.duplicates)),
    cell(optional(source.linked)),
  ]
}

/** How long ago, of an instance that runs; else when. */
const ageOf = (time: string, { at, live }: SourcesReport): string => {
  const age = (Date.parse(at) - Date.parse(time)) / 1000
  return live && Number.isFinite(age)
    ? `${seconds(Math.max(0, age))} ago`
    : dateTime(time).slice(0, MINUTES)
}

const troubleLines = (
  { cluster, server, way, troubles }: SourceReport,
  width: number,
  palette: Palette,
): readonly string[] => {
  if (troubles.length === 0) return []
  const rows = troubles.map((text) => [cell('!', palette.bad), cell(text)])
  const name = `${cluster}/${server} ${way}`
  return [
    '',
    ...layOut([{ flex: true }], [[cell(name, palette.strong)]], width),
    ...layOut([{}, { flex: true, wrap: 6 }], rows, width, 4),
  ]
}

const policyLines = (
  sources: readonly SourceReport[],
  width: number,
  palette: Palette,
): readonly string[] => {
  const rows = sources.map(({ cluster, server, way, policy }) => [
    cell(`${cluster}/${server}`),
    cell(way),
    cell(policy === undefined ? '-' : levelsText(policy)),
    cell(
      policy?.hiddenShare === undefined
        ? 'hidden share not measured'
        : `${percent(policy.hiddenShare)} hidden`,
      palette.faint,
    ),
  ])
  return layOut([{ flex: true }, {}, { flex: true, wrap: 3 }, {}], rows, width)
}

const levelsText = ({ levels, receivedStage }: PolicySeen): string => {
  const all = Object.values(levels).reduce((sum, one) => sum + one, 0)
  if (all === 0) return 'nothing yet'
  const shares = Object.entries(levels)
    .filter(([, many]) => many > 0)
    .map(([level, many]) => `${percent(many / all)} ${level}`)
  return `${shares.join(', ')}${receivedStage ? '' : '; no RequestReceived'}`
}

const ending = ({ at, live, sources }: SourcesReport, palette: Palette): string => {
  const troubled = sources.filter(({ troubles }) => troubles.length > 0).length
  const state = troubled === 0 ? 'all as it should be' : `${counted(troubled, 'source')} to look at`
  const when = `${live ? 'as of' : 'as stored at'} ${dateTime(at)} UTC`
  return `${counted(sources.length, 'source')}, ${state} ${palette.faint(`(${when})`)}`
}

const optional = (value: number | undefined): string => (value === undefined ? '-' : count(value))

const rounded = (value: number): string =>
  value < 10 ? value.toFixed(1) : count(Math.round(value))

const percent = (share: number): string => `${Math.round(share * 100)} %`

/** `4 s`, `12 min`, `3 h`: one unit, rounded down, for a budget must not promise more. */
const seconds = (value: number): string => {
  if (value < 1) return `${Math.max(0, Math.floor(value * 1000))} ms`
  if (value < 120) return `${Math.floor(value)} s`
  if (value < 7_200) return `${Math.floor(value / 60)} min`
  return value < 172_800 ? `${Math.floor(value / 3_600)} h` : `${Math.floor(value / 86_400)} d`
}

const SHORT_SECONDS = 3_600
const MINUTES = '2026-11-20 21:53'.length
