import { coverageOf } from '../../advise/policy/coverage.ts'
import type { Given } from '../command.ts'
import { readCoveredRules } from '../covered-rules.ts'
import { coverageRecord } from '../output/coverage-record.ts'
import { coverageLines, type LineOf } from '../output/coverage-text.ts'
import { jsonLine } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { nameOf, readPolicy } from '../policy-file.ts'
import { columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch policy coverage`: 1 when a detection is blind. */
export const runPolicyCoverage = async (given: Given, shell: Shell): Promise<number> => {
  const path = given.arguments[0] ?? ''
  const loaded = await readPolicy(path, shell)
  const covered = await readCoveredRules(
    { rules: given.texts('rules'), lists: given.texts('lists'), only: given.texts('rule') },
    shell,
  )
  const coverage = coverageOf(covered, loaded.policy)
  const lineOf: LineOf = (rule) => (rule < 0 ? undefined : loaded.placeOf(['rules', rule]).line)
  const file = nameOf(path)
  if (given.text('format') === 'json') {
    await shell.output.write(`${jsonLine(coverageRecord(file, coverage, lineOf))}\n`)
  } else {
    const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
    const width = columnsOf(shell.output, shell)
    await shell.output.write(
      `${coverageLines(file, coverage, lineOf, width, palette).join('\n')}\n`,
    )
  }
  return coverage.rules.some(({ state }) => state === 'blind') ? EXIT.findings : EXIT.nothing
}
