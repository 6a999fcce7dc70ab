import { type AuthoredPolicy, authorPolicy } from '../../src/advise/policy/author/author.ts'
import { PRESETS } from '../../src/advise/policy/author/preset.ts'
import { readText } from '../files.ts'
import { FIGURES_FILE, type PresetCoverage, type PresetFigures } from '../preset-figures.ts'
import { code, type Page, page, table } from './page.ts'

/** What the presets are for, what they cost, and what they let detections see. */
export const auditPoliciesPage = (): Page => {
  const { costs, coverage }: PresetFigures = JSON.parse(readText(FIGURES_FILE))
  const timesADay = DAY_SECONDS / costs.seconds
  const presets = PRESETS.map(({ name }) => ({
    authored: authorPolicy(name),
    seen: coverage[name] ?? NOTHING,
    logged: costs.presets[name] ?? { events: 0, bytes: 0 },
  }))
  const [{ active, degraded, blind } = NOTHING] = presets.map(({ seen }) => seen)
  const detections = active + degraded + blind
  return page(
    'audit-policies.md',
    'Audit policies',
    `The presets of \`deckwatch policy new\`: what each is for, what it costs, and how many of the ${detections} detections it lets see everything that they are about (active), a part of it (degraded) or nothing (blind). \`deckwatch policy coverage\` says why, detection by detection.`,
    table(
      ['Preset', 'Rules', 'Active', 'Degraded', 'Blind', 'Events', 'Bytes', 'A day'],
      presets.map(({ authored: { preset, policy }, seen, logged }) => [
        `[${preset.name}](../../content/audit-policies/${preset.name}.yaml)`,
        String(policy.rules.length),
        ...[seen.active, seen.degraded, seen.blind, logged.events].map(String),
        megabytes(logged.bytes),
        megabytes(logged.bytes * timesADay),
      ]),
    ),
    `Events and bytes are what each would have logged of the laboratory's recording: ${costs.recorded.events} events and ${megabytes(costs.recorded.bytes)} at RequestResponse, three API servers and four nodes on a busy day that was played in ${Math.round(costs.seconds / 60)} minutes. A day is that, on and on: compare the presets with each other, and measure your own cluster with \`deckwatch policy simulate\`.`,
    ...presets.map(({ authored, seen }) => section(authored, seen)),
  )
}

const DAY_SECONDS = 86_400
const NOTHING: PresetCoverage = { active: 0, degraded: 0, blind: 0, blindTo: [] }

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

function section({ preset }: AuthoredPolicy, { blindTo }: PresetCoverage): string {
  const names = blindTo.length === 0 ? 'none' : blindTo.map(code).join(', ')
  return `## ${preset.name}\n\n${preset.about}\n\nBlind: ${names}.`
}
