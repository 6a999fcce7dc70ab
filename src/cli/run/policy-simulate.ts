import { Simulation } from '../../advise/policy/simulate.ts'
import { RecordedEvent } from '../../advise/policy/simulate-record.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { jsonLine } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { simulationRecord } from '../output/simulation-record.ts'
import { simulationText } from '../output/simulation-text.ts'
import { readPolicyEvents } from '../policy-events.ts'
import { readPolicy } from '../policy-file.ts'
import { columnsOf, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch policy simulate`. */
export const runPolicySimulate = async (given: Given, shell: Shell): Promise<number> => {
  const file = given.text('policy')
  if (file === undefined) throw wrong('no policy is given', 'give one with --policy FILE')
  if (file === '-' && given.arguments.includes('-')) {
    throw wrong('policy and events cannot both come from the standard input', 'give a file')
  }
  const loaded = await readPolicy(file, shell)
  const simulation = new Simulation(loaded.policy)
  const read = await readPolicyEvents(given, given.arguments, shell, (event, block, offset) => {
    simulation.add(new RecordedEvent(event, block, offset))
  })
  if (read.events === 0) return read.exit
  const simulated = { file, loaded, read, result: simulation.result() }
  if (given.text('format') === 'json') {
    await shell.output.write(`${jsonLine(simulationRecord(simulated))}\n`)
  } else {
    const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
    const width = columnsOf(shell.output, shell)
    await shell.output.write(simulationText(simulated, width, palette))
  }
  return read.exit
}
