import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readText } from './files.ts'
import { COSTS_FILE, measureCosts, type PresetCosts, RECORDING } from './preset-costs.ts'

it.skipIf(!existsSync(RECORDING))(
  'what presets cost is what is written down: else run `node tidy/preset-costs.ts` (needs ../shared/corpus)',
  async () => {
    const written: PresetCosts = JSON.parse(readText(COSTS_FILE))
    const { presets, recorded } = await measureCosts(['minimal'])
    expect(recorded).toEqual(written.recorded)
    expect(presets.minimal).toEqual(written.presets.minimal)
  },
)
