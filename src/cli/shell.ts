/** A stream of text that a command writes to: the terminal, a pipe, a file or a test's memory. */
export interface Output {
  /** Resolves once the text is taken: a slow reader slows the command down. */
  write(text: string): Promise<void>
  readonly terminal: boolean
  /** Width in columns; undefined where there is none. */
  readonly columns: number | undefined
}

/** What a command may touch of the world around it, besides the files named to it. */
export interface Shell {
  readonly output: Output
  readonly errors: Output
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborted when the user interrupts: stop, print what is there, exit with `EXIT.interrupted`. */
  readonly signal: AbortSignal
}

/** The exit codes of every command. */
export const EXIT = {
  /** Done, and nothing found. */
  nothing: 0,
  /** Findings, a failed case, a verdict of "match". */
  findings: 1,
  /** Bad input or a bad rule. */
  badInput: 2,
  /** A wrong option, an unreadable configuration file, an unsupported Node.js. */
  environment: 3,
  /** Stopped by the user. */
  interrupted: 130,
} as const

/** What a command cannot go on with: what is wrong, where, and what to do about it. */
export class CommandError extends Error {
  readonly exit: number
  readonly remedy: string

  constructor(exit: number, message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'CommandError'
    this.exit = exit
    this.remedy = remedy
  }
}

/**
 * Columns to lay text out for: of the terminal, else of `COLUMNS`, else 100; between 60 and 200.
 */
export const columnsOf = (output: Output, shell: Shell): number => {
  const named = Number(shell.environment.COLUMNS)
  const asked = output.columns ?? (Number.isInteger(named) && named > 0 ? named : 100)
  return Math.max(60, Math.min(200, asked))
}

/**
 * Whether to write colour. `--no-color` and `NO_COLOR` (any text) forbid it, `FORCE_COLOR` (any
 * text but 0) asks for it, else a terminal that is not dumb has it.
 */
export const wantsColour = (output: Output, shell: Shell, forbidden: boolean): boolean => {
  const { environment } = shell
  if (forbidden || (environment.NO_COLOR ?? '') !== '') return false
  const forced = environment.FORCE_COLOR
  if (forced !== undefined && forced !== '') return forced !== '0'
  return output.terminal && environment.TERM !== 'dumb'
}

/** ` (ENOENT)`, or nothing when the fault has no code: to be put behind what is wrong. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? ` (${error.code})` : ''
