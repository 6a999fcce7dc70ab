import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import type { Store } from '../store/store.ts'
import type { Given } from './command.ts'
import { CommandError, EXIT } from './shell.ts'

/**
 * Opens what an instance has stored (`--data`, or `--store`), works on it, and closes it again. The
 * embedded store of an instance that runs is locked: that is an error with its remedy.
 */
export const withStored = async <Result>(
  given: Given,
  work: (store: Store) => Promise<Result>,
): Promise<Result> => {
  try {
    const { store, close } = await openStored(given)
    try {
      return await work(store)
    } finally {
      await close()
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const remedy =
      error.code === 'store/locked'
        ? 'an instance runs there: ask it with --status, or stop it first'
        : 'check --data or --store'
    throw new CommandError(EXIT.environment, `${error.message} (${error.code})`, remedy, error)
  }
}

interface Stored {
  readonly store: Store
  close(): Promise<void>
}

const openStored = async (given: Given): Promise<Stored> => {
  const url = given.text('store')
  const data = given.text('data')
  if (url !== undefined) {
    const { connectStore } = await import('../store/clickhouse.ts')
    const password = await passwordOf(given)
    const store = await connectStore({ url, ...(password === undefined ? {} : { password }) })
    return { store, close: () => store.close() }
  }
  if (data === undefined || !existsSync(join(data, 'engine'))) {
    throw new CommandError(
      EXIT.environment,
      `${data} is no data directory of deckwatch`,
      'name the directory that deckwatch serve --data has',
    )
  }
  const { openEmbedded } = await import('../store/embedded.ts')
  const { store, close } = await openEmbedded({ folder: data, clock: systemClock })
  return { store, close }
}

const passwordOf = async (given: Given): Promise<string | undefined> => {
  const file = given.text('store-password-file')
  if (file === undefined) return process.env.CLICKHOUSE_PASSWORD
  try {
    return (await readFile(file, 'utf8')).trimEnd()
  } catch (error) {
    throw new CommandError(
      EXIT.environment,
      `${file} cannot be read`,
      'name a file that this user may read with --store-password-file',
      error,
    )
  }
}
