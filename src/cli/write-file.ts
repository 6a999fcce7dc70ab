import { constants } from 'node:fs'
import { access, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CommandError, codeOf, EXIT, type Output } from './shell.ts'

/** An output that is a file. */
export interface FileOutput extends Output {
  close(): Promise<void>
}

/**
 * Finds out whether a file could be written, without touching it: a wrong name is known before the
 * work, and a folder that is hunted in does not gain a file meanwhile.
 */
export const checkWritable = async (file: string): Promise<void> => {
  try {
    const found = await stat(file).catch(() => undefined)
    if (found?.isDirectory()) throw new Error('it is a folder')
    await access(found === undefined ? dirname(file) : file, constants.W_OK)
  } catch (error) {
    throw unwritable(file, error)
  }
}

/** Opens a file to write a result to, unless it is one of the logs: evidence stays as it is. */
export const openFile = async (file: string, logs: readonly string[]): Promise<FileOutput> => {
  await refuseLogs(file, logs)
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

async function refuseLogs(file: string, logs: readonly string[]): Promise<void> {
  const there = await stat(file).catch(() => undefined)
  if (there === undefined) return
  for (const path of logs) {
    const log = await stat(path).catch(() => undefined)
    if (log === undefined || log.ino !== there.ino || log.dev !== there.dev) continue
    throw new CommandError(
      EXIT.environment,
      `${file} is one of the logs that were read`,
      'a log is never written over: name another file',
    )
  }
}

const unwritable = (file: string, error: unknown): CommandError =>
  new CommandError(
    EXIT.environment,
    `${file} cannot be written${codeOf(error)}`,
    'check that its folder exists and that you may write there',
    error,
  )
