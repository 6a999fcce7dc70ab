// Measures what each preset logs of the laboratory's recording, and notes it for the page of the
// presets: `node tidy/preset-costs.ts`, after a preset was changed. Needs ../shared/corpus.
import { writeFileSync } from 'node:fs'
import { authorPolicy } from '../src/advise/policy/author/author.ts'
import { PRESETS, type PresetName } from '../src/advise/policy/author/preset.ts'
import { Simulation } from '../src/advise/policy/simulate.ts'
import { RecordedEvent } from '../src/advise/policy/simulate-record.ts'
import type { Amount } from '../src/advise/policy/simulate-totals.ts'
import { readEvents } from '../src/cli/read-events.ts'
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
export const COSTS_FILE = 'tidy/reference/preset-costs.json'

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

if (import.meta.main) {
  const costs = await measureCosts(PRESETS.map(({ name }) => name))
  writeFileSync(ROOT + COSTS_FILE, `${JSON.stringify(costs, null, 2)}\n`)
  console.log(costs)
}
