import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What it takes to speak to an engine that another process has started. */
export interface EngineAccess {
  readonly socket: string
  readonly secrets: { readonly write: string; readonly read: string }
}

const NAME = 'access.json'

/** Lets other commands of the same user reach the engine: the file is for its owner alone. */
export const writeAccess = (engineFolder: string, access: EngineAccess): void => {
  const path = join(engineFolder, NAME)
  writeFileSync(`${path}.new`, JSON.stringify(access), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Nobody can reach the engine any more. */
export const removeAccess = (engineFolder: string): void =>
  rmSync(join(engineFolder, NAME), { force: true })

/** What another process wrote there; undefined while it is just starting. */
export const readAccess = (engineFolder: string): EngineAccess | undefined => {
  try {
    // We wrote it, and only its owner could change it.
    return JSON.parse(readFileSync(join(engineFolder, NAME), 'utf8')) as EngineAccess
  } catch {
    return undefined // The instance is just starting, or stopping.
  }
}
