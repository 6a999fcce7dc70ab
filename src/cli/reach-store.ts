import { readFile } from 'node:fs/promises'
import { systemClock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { connectStore } from '../store/clickhouse.ts'
import { type ReachedStore, reachEmbedded } from '../store/embedded-access.ts'
import type { Given } from './command.ts'
import { wrong } from './hunt-request.ts'
import { CommandError, EXIT } from './shell.ts'

/** The store that `--data` or `--store` names, of an instance that runs or of a stopped one. */
export const reachStore = async (given: Given): Promise<ReachedStore> => {
  const [url, data] = [given.text('store'), given.text('data')]
  try {
    if (url !== undefined) {
      const password = await passwordOf(given)
      const options = { url, ...(password === undefined ? {} : { password }) }
      const store = await connectStore(options)
      return { store, running: true, close: () => store.close() }
    }
    if (data !== undefined) return await reachEmbedded(data, systemClock)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw new CommandError(EXIT.environment, `${error.message} (${error.code})`, '', error)
  }
  throw wrong('it is not said which store', 'give --data DIR, or --store URL')
}

const passwordOf = async (given: Given): Promise<string | undefined> => {
  const file = given.text('store-password-file')
  return file === undefined
    ? process.env.CLICKHOUSE_PASSWORD
    : (await readFile(file, 'utf8')).trimEnd()
}
