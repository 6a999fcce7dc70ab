import { runProgram } from '../program.ts'
import type { Shell } from '../shell.ts'

/** What a command wrote and how it ended. */
export interface Ran {
  readonly exit: number
  readonly output: string
  readonly errors: string
}

/** Runs `deckwatch` in this process, with memory for the terminal. */
export const run = async (args: readonly string[], more: Partial<Shell> = {}): Promise<Ran> => {
  let output = ''
  let errors = ''
  const shell: Shell = {
    output: memoryOutput((text) => {
      output += text
    }),
    errors: memoryOutput((text) => {
      errors += text
    }),
    environment: {},
    signal: new AbortController().signal,
    ...more,
  }
  const exit = await runProgram(args, shell)
  return { exit, output, errors }
}

const memoryOutput = (take: (text: string) => void): Shell['output'] => ({
  terminal: false,
  columns: undefined,
  write: async (text) => take(text),
})
