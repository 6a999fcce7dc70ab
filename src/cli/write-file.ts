import { open } from 'node:fs/promises'
import { CommandError, codeOf, EXIT, type Output } from './shell.ts'

/**
 * An output that is a file: made or emptied at once, so that a wrong name is known before the work.
 */
export interface FileOutput extends Output {
  close(): Promise<void>
}

/** Opens a file to write a result to. */
export const openFile = async (file: string): Promise<FileOutput> => {
  try {
    const handle = await open(file, 'w')
    return {
      terminal: false,
      columns: undefined,
      write: async (text) => {
        await handle.appendFile(text)
      },
      close: () => handle.close(),
    }
  } catch (error) {
    throw unwritable(file, error)
  }
}

const unwritable = (file: string, error: unknown): CommandError =>
  new CommandError(
    EXIT.environment,
    `${file} cannot be written${codeOf(error)}`,
    'check that its folder exists and that you may write there',
    error,
  )
