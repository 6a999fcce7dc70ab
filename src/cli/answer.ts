import { escapeTerminal } from '../base/escape-text.ts'
import type { Given } from './command.ts'
import { jsonLine } from './output/machine.ts'
import type { Shell } from './shell.ts'

/** Writes what a command did: lines for a person, or with `--format json` a record on one line. */
export const writeAnswer = (
  given: Given,
  shell: Shell,
  lines: readonly string[],
  record: Readonly<Record<string, unknown>>,
): Promise<void> =>
  shell.output.write(
    given.text('format') === 'json'
      ? `${jsonLine(record)}\n`
      : `${lines.map(escapeTerminal).join('\n')}\n`,
  )
