import type { EstimateRequest, Figure } from '../../advise/policy/estimate.ts'
import { annotate, cell, layOut, wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import { bytes, count } from './words.ts'

/** An estimate for people: each figure, and below it how it was computed. */
export const estimateText = (
  request: EstimateRequest,
  figures: readonly Figure[],
  { basis, isAtLeast }: { readonly basis: string; readonly isAtLeast: boolean },
  width: number,
  palette: Palette,
): string => {
  const rows = figures.map((figure) => [
    cell(valueText(figure), palette.strong),
    cell(figure.about),
  ])
  const lines = layOut([{ align: 'right' }, { flex: true }], rows, width)
  const notes = figures.map(({ how }) => how)
  const indent = INDENT + figures.reduce((most, one) => Math.max(most, valueText(one).length), 0)
  const least = isAtLeast
    ? ['At least: some events were recorded below the level that the policy wants.']
    : []
  return `${[
    ...wrap(`From ${basis}.`, width).map(palette.strong),
    ...least.map(palette.warning),
    '',
    ...annotate(lines, notes, width, indent, palette.faint),
    '',
    ...advice(request, figures).flatMap((text) => wrap(text, width)),
  ].join('\n')}\n`
}

const INDENT = 4

const valueText = ({ value, unit }: Figure): string => {
  if (unit === 'bytes') return bytes(Math.round(value))
  if (unit === 'minutes') return minutesText(value)
  if (unit === 'money/month') return `${value.toFixed(2)} a month`
  if (unit === 'requests') return `${count(Math.round(value))} requests`
  return `${value < 10 ? value.toFixed(1) : count(Math.round(value))} ${unit}`
}

/** Rounded down: what is left must not be promised too long. */
const minutesText = (minutes: number): string => {
  if (minutes < 1) return `${Math.floor(minutes * 60)} s`
  if (minutes < 120) return `${Math.floor(minutes)} min`
  if (minutes < 2_880) return `${Math.floor(minutes / 60)} h`
  return `${count(Math.floor(minutes / 1_440))} d`
}

const advice = ({ peak }: EstimateRequest, figures: readonly Figure[]): readonly string[] => {
  const figureOf = (name: Figure['name']): number | undefined =>
    figures.find((figure) => figure.name === name)?.value
  const minutes = figureOf('fileHistoryPeakMinutes')
  return [
    ...(figureOf('fileGrowth') === undefined
      ? []
      : [
          'Nothing deletes log files: the disk fills up, and then events are lost. Set ' +
            '--audit-log-maxsize, and --audit-log-maxbackup to what the disk can spare.',
        ]),
    ...(minutes !== undefined && minutes < SHORT_MINUTES
      ? [
          `At ${peak} times the mean the API server's files hold ${minutesText(minutes)}: a restart ` +
            'of the collector may lose events. Raise --audit-log-maxbackup.',
        ]
      : []),
    ...((figureOf('webhookInFlight') ?? 0) > MUCH_MEMORY
      ? [
          'A receiver that hangs costs the API server much memory: let it answer 503 at once instead.',
        ]
      : []),
    'See deckwatch policy flags for what to set, and deckwatch policy simulate for what costs most.',
  ]
}

const SHORT_MINUTES = 60
const MUCH_MEMORY = 1_073_741_824
