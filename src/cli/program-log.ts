import { pino } from 'pino'
import { escapeTerminal } from '../base/escape-text.ts'
import type { LogLevel } from '../pipeline/serve/running.ts'
import type { Shell } from './shell.ts'

/** Writes a line of the program's own log. */
export type ProgramLog = (
  level: LogLevel,
  message: string,
  more?: Readonly<Record<string, unknown>>,
) => void

/**
 * The program's own log, on the standard error: JSON lines for machines, which no text in them can
 * break, and plain lines for a person at a terminal.
 */
export const openProgramLog = (shell: Shell): ProgramLog => {
  if (shell.errors.terminal) {
    return (level, message) => {
      const sign = level === 'info' ? '' : `${level}: `
      void shell.errors.write(`${sign}${escapeTerminal(message)}\n`)
    }
  }
  const formatters = { level: (label: string) => ({ level: label }) }
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters }
  const logger = pino(options, { write: (line: string) => void shell.errors.write(line) })
  return (level, message, more = {}) => logger[level](more, message)
}
