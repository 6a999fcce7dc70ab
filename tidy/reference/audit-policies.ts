import { type AuthoredPolicy, authorPolicy } from '../../src/advise/policy/author/author.ts'
import { PRESETS } from '../../src/advise/policy/author/preset.ts'
import { casesByRule } from '../../src/advise/policy/cases-by-rule.ts'
import {
  type CoveredRules,
  coverageOf,
  type PolicyCoverage,
} from '../../src/advise/policy/coverage.ts'
import { allRules, readCasesOf } from '../../src/cli/rule-files.ts'
import { compileRules } from '../../src/detect/compile.ts'
import { readText } from '../files.ts'
import { COSTS_FILE, type PresetCosts } from '../preset-costs.ts'
import { code, type Page, page, table } from './page.ts'

/** What the presets are for, what they cost, and what they let detections see. */
export const auditPoliciesPage = async (): Promise<Page> => {
  const covered = await shippedRules()
  const costs: PresetCosts = JSON.parse(readText(COSTS_FILE))
  const seconds = DAY_SECONDS / costs.seconds
  const presets = PRESETS.map(({ name }) => authorPolicy(name)).map((authored) => ({
    authored,
    coverage: coverageOf(covered, authored.policy),
    logged: costs.presets[authored.preset.name] ?? { events: 0, bytes: 0 },
  }))
  return page(
    'audit-policies.md',
    'Audit policies',
    `The presets of \`deckwatch policy new\`: what each is for, what it costs, and how many of the ${covered.rules.length} detections it lets see everything that they are about (active), a part of it (degraded) or nothing (blind). \`deckwatch policy coverage\` says why, detection by detection.`,
    table(
      ['Preset', 'Rules', 'Active', 'Degraded', 'Blind', 'Events', 'Bytes', 'A day'],
      presets.map(({ authored, coverage, logged }) => [
        `[${authored.preset.name}](../../content/audit-policies/${authored.preset.name}.yaml)`,
        String(authored.policy.rules.length),
        ...countsOf(coverage),
        String(logged.events),
        megabytes(logged.bytes),
        megabytes(logged.bytes * seconds),
      ]),
    ),
    `Events and bytes are what each would have logged of the laboratory's recording: ${costs.recorded.events} events and ${megabytes(costs.recorded.bytes)} at RequestResponse, three API servers and four nodes on a busy day that was played in ${Math.round(costs.seconds / 60)} minutes. A day is that, on and on: compare the presets with each other, and measure your own cluster with \`deckwatch policy simulate\`.`,
    ...presets.map(({ authored, coverage }) => section(authored, coverage)),
  )
}

const DAY_SECONDS = 86_400

async function shippedRules(): Promise<CoveredRules> {
  const files = await allRules([])
  const set = compileRules(files)
  const { cases } = casesByRule(set, await readCasesOf(files))
  const all = [...set.rules, ...set.correlations, ...set.sourceRules]
  return { rules: all.filter(({ reports }) => reports), set, cases }
}

function countsOf({ rules }: PolicyCoverage): readonly string[] {
  const states = ['active', 'degraded', 'blind'] as const
  return states.map((state) => String(rules.filter((rule) => rule.state === state).length))
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

function section({ preset }: AuthoredPolicy, { rules }: PolicyCoverage): string {
  const blind = rules
    .filter(({ state }) => state === 'blind')
    .map(({ rule }) => rule.detection ?? rule.id)
  const names = [...new Set(blind)].sort().map(code).join(', ')
  return `## ${preset.name}\n\n${preset.about}\n\nBlind: ${names === '' ? 'none' : names}.`
}
