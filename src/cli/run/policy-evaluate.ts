import { decideEvent } from '../../kubernetes/audit-policy/decide-event.ts'
import { compilePolicy } from '../../kubernetes/audit-policy/policy-evaluator.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { EvaluationTally } from '../output/evaluation.ts'
import { evaluationRecord } from '../output/evaluation-record.ts'
import { evaluationText } from '../output/evaluation-text.ts'
import { jsonLine } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { type EventTaker, readPolicyEvents } from '../policy-events.ts'
import { readPolicy } from '../policy-file.ts'
import { columnsOf, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch policy evaluate`. */
export const runPolicyEvaluate = async (given: Given, shell: Shell): Promise<number> => {
  const file = given.text('policy')
  if (file === undefined) throw wrong('no policy is given', 'give one with --policy FILE')
  if (file === '-' && given.arguments.includes('-')) {
    throw wrong('policy and events cannot both come from the standard input', 'give a file')
  }
  const loaded = await readPolicy(file, shell)
  const evaluator = compilePolicy(loaded.policy)
  const tally = new EvaluationTally(loaded.policy.rules.length)
  let lines: string[] = []
  const isText = given.text('format') === 'text'
  const take: EventTaker = (event) => {
    const decided = decideEvent(evaluator, event)
    if (isText) tally.add(event, decided)
    else lines.push(`${jsonLine(evaluationRecord(event, decided, loaded))}\n`)
  }
  // A block of events is one text at most, and the next one waits until it is taken.
  const writeLines = async (): Promise<void> => {
    if (lines.length > 0) await shell.output.write(lines.join(''))
    lines = []
  }
  const read = await readPolicyEvents(given, given.arguments, shell, take, writeLines)
  if (isText && read.events > 0) {
    const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
    const width = columnsOf(shell.output, shell)
    await shell.output.write(evaluationText({ file, loaded, read, tally }, width, palette))
  }
  return read.exit
}
