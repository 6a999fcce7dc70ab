import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readText } from './files.ts'
import {
  FIGURES_FILE,
  measureCosts,
  measureCoverage,
  type PresetFigures,
  RECORDING,
} from './preset-figures.ts'

const written: PresetFigures = JSON.parse(readText(FIGURES_FILE))

// Of one preset each: all of them take long.
it('what detections see is what is written down: else run `node tidy/preset-figures.ts`', async () => {
  const { balanced } = await measureCoverage(['balanced'])
  expect(balanced).toEqual(written.coverage.balanced)
})

it.skipIf(!existsSync(RECORDING))(
  'what presets cost is what is written down (needs ../shared/corpus)',
  async () => {
    const { presets, recorded } = await measureCosts(['minimal'])
    expect(recorded).toEqual(written.costs.recorded)
    expect(presets.minimal).toEqual(written.costs.presets.minimal)
  },
)
