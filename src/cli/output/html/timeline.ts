import { SEVERITIES, type Severity } from '../../../model/finding.ts'
import type { Digest } from '../digest.ts'
import type { HuntResult } from '../hunt-result.ts'
import { displayWidth, shorten } from '../width.ts'
import { counted, dateTime, principalOf, shortNames } from '../words.ts'
import { html, type Markup } from './markup.ts'

/** The timeline picture: findings over time, a lane for each actor, coloured by level. */
export const timeline = ({ report }: HuntResult, digest: Digest): Markup => {
  const { firstTime, lastTime } = report.totals
  const times = report.findings.map((finding) => Date.parse(finding.time)).filter(Number.isFinite)
  if (times.length === 0) return html``
  const start = Math.min(...bounds(firstTime, times), ...bounds(undefined, times))
  const end = Math.max(...bounds(lastTime, times), start + 1000)
  const scale: Scale = (moment) => LEFT + ((moment - start) / (end - start)) * (RIGHT - LEFT)
  const lanes = lanesOf(digest, report.findings)
  const height = TOP + lanes.length * LANE + BOTTOM
  return html`<div class="card"><svg viewBox="0 0 ${WIDTH} ${height}" role="img"
aria-label="Findings over time, a lane for each actor">
${lanes.map((_, i) => laneBand(i))}
${gapBands(report.gaps, scale, height)}
${axis(start, end, scale, height)}
${lanes.map((lane, i) => drawLane(lane, i, scale))}
</svg>${legend(digest, report.gaps.length > 0)}</div>`
}

type Scale = (moment: number) => number

interface Lane {
  readonly name: string
  readonly findings: HuntResult['report']['findings']
}

const WIDTH = 1120
const LEFT = 250
const RIGHT = 1100
const TOP = 12
const LANE = 30
const BOTTOM = 34
const LANES_MAX = 14
const NAME_COLUMNS = 32
/** Findings closer than this are one dot. */
const DOT_SPACING = 5

const bounds = (time: string | undefined, times: readonly number[]): readonly number[] => {
  const moment = time === undefined ? Number.NaN : Date.parse(time)
  if (Number.isFinite(moment)) return [moment]
  return [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
}

function lanesOf(digest: Digest, findings: Lane['findings']): readonly Lane[] {
  const byActor = new Map<string, HuntResult['report']['findings'][number][]>()
  for (const finding of findings) {
    const list = byActor.get(principalOf(finding))
    if (list === undefined) byActor.set(principalOf(finding), [finding])
    else list.push(finding)
  }
  const names = digest.actors.map((row) => row.actor)
  const shown = names.length <= LANES_MAX ? names : names.slice(0, LANES_MAX - 1)
  const lanes = shown.map((name) => ({ name, findings: byActor.get(name) ?? [] }))
  const rest = names.slice(shown.length)
  if (rest.length === 0) return lanes
  const others = rest.flatMap((name) => byActor.get(name) ?? [])
  return [...lanes, { name: `${counted(rest.length, 'other actor')}`, findings: others }]
}

/** Every second lane is shaded. */
const laneBand = (index: number): Markup =>
  index % 2 === 1
    ? html``
    : html`<rect class="band" x="0" y="${TOP + index * LANE}" width="${WIDTH}" height="${LANE}"/>`

function drawLane(lane: Lane, index: number, scale: Scale): Markup {
  const middle = TOP + index * LANE + LANE / 2
  const isLong = displayWidth(lane.name) > NAME_COLUMNS
  const name = shorten(isLong ? shortNames(lane.name) : lane.name, NAME_COLUMNS)
  return html`<text class="lane" x="8" y="${middle + 4}">${name}<title>${lane.name}</title></text>
${dots(lane, scale).map((dot) => drawDot(dot, middle))}`
}

interface Dot {
  readonly x: number
  readonly level: Severity
  readonly findings: Lane['findings']
}

/**
 * One dot for the findings of one level that lie together; the worst level is drawn last, on top.
 */
function dots(lane: Lane, scale: Scale): readonly Dot[] {
  const cells = new Map<string, HuntResult['report']['findings'][number][]>()
  for (const finding of lane.findings) {
    const moment = Date.parse(finding.time)
    if (!Number.isFinite(moment)) continue
    const column = Math.round(scale(moment) / DOT_SPACING)
    const key = `${SEVERITIES.indexOf(finding.rule.level)}/${String(column).padStart(6, '0')}`
    const cell = cells.get(key)
    if (cell === undefined) cells.set(key, [finding])
    else cell.push(finding)
  }
  return [...cells]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, findings]) => ({
      x: Number(key.split('/')[1]) * DOT_SPACING,
      level: SEVERITIES[Number(key.split('/')[0])] ?? 'informational',
      findings,
    }))
}

function drawDot({ x, level, findings }: Dot, y: number): Markup {
  const radius = Math.min(11, 4.5 + 1.6 * Math.log2(findings.length)).toFixed(1)
  const first = findings[0]
  const titles = [...new Set(findings.map((finding) => finding.rule.title))].slice(0, 4).join(', ')
  const when = first === undefined ? '' : dateTime(first.time)
  const about = `${when} · ${level} · ${counted(findings.length, 'finding')}: ${titles}`
  return html`<circle class="${level}" cx="${x}" cy="${y}" r="${radius}">
<title>${about}</title></circle>
`
}

function gapBands(
  gaps: HuntResult['report']['gaps'],
  scale: Scale,
  height: number,
): readonly Markup[] {
  return gaps.flatMap((gap) => {
    const [from, to] = [scale(Date.parse(gap.from)), scale(Date.parse(gap.to))]
    if (!Number.isFinite(from) || !Number.isFinite(to)) return []
    const [x, width] = [from.toFixed(1), Math.max(1, to - from).toFixed(1)]
    const silent = `no event from ${gap.cluster}/${gap.server}`
    return [
      html`<rect class="gap" x="${x}" y="${TOP}" width="${width}" height="${height - TOP - BOTTOM}">
<title>${silent}: ${dateTime(gap.from)} → ${dateTime(gap.to)}</title></rect>`,
    ]
  })
}

const STEPS_S = [
  1, 2, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
]
const TICKS_MAX = 9

function axis(start: number, end: number, scale: Scale, height: number): readonly Markup[] {
  const step = (STEPS_S.find((one) => (end - start) / 1000 / one <= TICKS_MAX) ?? 31_536_000) * 1000
  const y = height - BOTTOM
  const ticks: Markup[] = [
    html`<line class="rule" x1="${LEFT}" x2="${RIGHT}" y1="${y}" y2="${y}"/>`,
  ]
  const marks = Math.min(
    TICKS_MAX + 1,
    Math.floor((end - Math.ceil(start / step) * step) / step) + 1,
  )
  for (let i = 0; i < marks; i++) {
    const moment = Math.ceil(start / step) * step + i * step
    const x = scale(moment).toFixed(1)
    ticks.push(
      html`<line class="rule" x1="${x}" x2="${x}" y1="${TOP}" y2="${y + 5}"/>
<text x="${x}" y="${y + 19}" text-anchor="middle">${tickText(moment, step)}</text>`,
    )
  }
  return ticks
}

function tickText(moment: number, step: number): string {
  const text = new Date(moment).toISOString()
  if (step >= 86_400_000) return text.slice(0, 10)
  const midnight = moment % 86_400_000 === 0
  if (midnight) return text.slice(5, 10)
  return text.slice(11, step < 60_000 ? 19 : 16)
}

function legend(digest: Digest, gaps: boolean): Markup {
  const levels = [...SEVERITIES].reverse().filter((level) => digest.bySeverity[level] > 0)
  const keys = levels.map((level) => html`<span><i class="${level}"></i>${level}</span>`)
  const silent = gaps ? html`<span><i class="gap"></i>a source was silent</span>` : undefined
  return html`<div class="legend">${keys}${silent}
<span>times are UTC; larger dots are several findings</span></div>`
}
