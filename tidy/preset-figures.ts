// Measures what each preset logs of the laboratory's recording and how many detections see under
// it, and notes both for the page of the presets: `node tidy/preset-figures.ts`, after a preset or
// rules were changed. Needs ../shared/corpus.
import { writeFileSync } from 'node:fs'
import { authorPolicy } from '../src/advise/policy/author/author.ts'
import { PRESETS, type PresetName } from '../src/advise/policy/author/preset.ts'
import { casesByRule } from '../src/advise/policy/cases-by-rule.ts'
import {
  type CoverageState,
  coverageOf,
  type PolicyCoverage,
} from '../src/advise/policy/coverage.ts'
import { Simulation } from '../src/advise/policy/simulate.ts'
import { RecordedEvent } from '../src/advise/policy/simulate-record.ts'
import type { Amount } from '../src/advise/policy/simulate-totals.ts'
import { readEvents } from '../src/cli/read-events.ts'
import { allRules, readCasesOf } from '../src/cli/rule-files.ts'
import { compileRules } from '../src/detect/compile.ts'
import { ROOT } from './files.ts'

/** What the presets log of a recording. */
export interface PresetCosts {
  readonly recorded: Amount
  readonly seconds: number
  readonly presets: Readonly<Partial<Record<PresetName, Amount>>>
}

/** A busy day in twelve minutes, everything at RequestResponse: see its README. */
export const RECORDING: string = new URL('../../shared/corpus/lab/full', import.meta.url).pathname

/** Where the figures are kept. */
export const FIGURES_FILE = 'tidy/reference/preset-figures.json'

/** Replays the recording through the presets. */
export const measureCosts = async (names: readonly PresetName[]): Promise<PresetCosts> => {
  const simulations = names.map((name) => new Simulation(authorPolicy(name).policy))
  await readEvents(
    {
      paths: ['a', 'b', 'c'].map((server) => `${RECORDING}/audit-${server}.log.zst`),
      sources: [],
      strict: false,
      signal: new AbortController().signal,
    },
    {
      events: async (events, block, offset) => {
        for (const event of events) {
          const recorded = new RecordedEvent(event, block, offset)
          for (const simulation of simulations) simulation.add(recorded)
        }
      },
      issue: ({ message }) => {
        throw new Error(message)
      },
    },
  )
  const results = simulations.map((simulation) => simulation.result())
  const [first] = results
  if (first?.span === undefined) throw new Error('the recording holds no event')
  return {
    recorded: first.total.recorded,
    seconds: Math.round(first.span.seconds),
    presets: Object.fromEntries(names.map((name, at) => [name, results[at]?.total.logged])),
  }
}

/** How many detections see everything under a preset, or a part, and which see nothing. */
export interface PresetCoverage {
  readonly active: number
  readonly degraded: number
  readonly blind: number
  /** The detections of those that are blind. */
  readonly blindTo: readonly string[]
}

/** Asks of each preset what the rules that come along can do under it. */
export const measureCoverage = async (
  names: readonly PresetName[],
): Promise<Readonly<Partial<Record<PresetName, PresetCoverage>>>> => {
  const files = await allRules([])
  const set = compileRules(files)
  const { cases } = casesByRule(set, await readCasesOf(files))
  const all = [...set.rules, ...set.correlations, ...set.sourceRules]
  const rules = all.filter(({ reports }) => reports)
  return Object.fromEntries(
    names.map((name) => [
      name,
      countsOf(coverageOf({ rules, set, cases }, authorPolicy(name).policy)),
    ]),
  )
}

const countsOf = ({ rules }: PolicyCoverage): PresetCoverage => {
  const of = (state: CoverageState) => rules.filter((rule) => rule.state === state)
  const blindTo = of('blind').map(({ rule }) => rule.detection ?? rule.id)
  return {
    active: of('active').length,
    degraded: of('degraded').length,
    blind: of('blind').length,
    blindTo: [...new Set(blindTo)].sort(),
  }
}

/** What is written down. */
export interface PresetFigures {
  readonly costs: PresetCosts
  readonly coverage: Readonly<Partial<Record<PresetName, PresetCoverage>>>
}

if (import.meta.main) {
  const names = PRESETS.map(({ name }) => name)
  const figures: PresetFigures = {
    costs: await measureCosts(names),
    coverage: await measureCoverage(names),
  }
  writeFileSync(ROOT + FIGURES_FILE, `${JSON.stringify(figures, null, 2)}\n`)
  console.log(figures)
}
