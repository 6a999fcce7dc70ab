import { timeText } from '../detect/time.ts'
import type { ServeHooks } from '../pipeline/serve/running.ts'
import type { Given } from './command.ts'
import { jsonLine, toFindingRecord } from './output/machine.ts'
import { paletteOf } from './output/palette.ts'
import { findingLine } from './output/text-findings.ts'
import { columnsOf, type Shell, wantsColour } from './shell.ts'

/** Writes findings as they are told: a line for a person, or NDJSON for a machine. */
export const findingWriter = (given: Given, shell: Shell): ServeHooks['finding'] => {
  const { output } = shell
  const format = given.text('format') ?? (output.terminal ? 'text' : 'ndjson')
  if (format === 'text') {
    const palette = paletteOf(wantsColour(output, shell, given.on('no-color')))
    return ({ finding, withdrawn }, isUpdate) => {
      // A person wants to see what is new; the machine formats have every update.
      if (isUpdate || withdrawn) return
      void output.write(findingLine(finding, columnsOf(output, shell), palette))
    }
  }
  return ({ finding, withdrawn, toldUs }, isUpdate) => {
    const state = withdrawn ? 'withdrawn' : isUpdate ? 'update' : 'new'
    const record = { ...toFindingRecord(finding), state, toldAt: timeText(toldUs) }
    void output.write(`${jsonLine(record)}\n`)
  }
}
