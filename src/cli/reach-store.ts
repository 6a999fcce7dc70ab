import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { connectStore } from '../store/clickhouse.ts'
import { type ReachedStore, reachEmbedded } from '../store/embedded-access.ts'
import type { Given } from './command.ts'
import { wrong } from './hunt-request.ts'

/**
 * The store that `--data` or `--store` names, of an instance that runs or of a stopped one. One in
 * which nothing was ever kept is told as such.
 */
export const reachStore = async (given: Given): Promise<ReachedStore> => {
  const reached = await reach(given)
  const [row] = await reached.store.query(
    "SELECT count() AS there FROM system.tables WHERE name = 'migrations' " +
      'AND database = currentDatabase()',
  )
  if (Number(row?.there) > 0) return reached
  await reached.close()
  throw wrong('nothing was ever kept there', NEVER_KEPT)
}

const NEVER_KEPT = '`deckwatch serve` and `deckwatch replay` fill it'

const reach = async (given: Given): Promise<ReachedStore> => {
  const [url, data] = [given.text('store'), given.text('data')]
  if (url !== undefined) {
    const password = await passwordOf(given)
    const store = await connectStore({ url, ...(password === undefined ? {} : { password }) })
    return { store, running: true, close: () => store.close() }
  }
  if (data !== undefined) {
    await mustHoldStore(data)
    return reachEmbedded(data, systemClock)
  }
  throw wrong('it is not said which store', 'give --data DIR, or --store URL')
}

const mustHoldStore = async (data: string): Promise<void> => {
  try {
    await stat(join(data, 'engine'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
      throw wrong(`you may not read ${data}`, 'only its owner may: run this as that user')
    }
    throw wrong(`nothing was ever kept in ${data}`, NEVER_KEPT)
  }
}

const passwordOf = async (given: Given): Promise<string | undefined> => {
  const file = given.text('store-password-file')
  return file === undefined
    ? process.env.CLICKHOUSE_PASSWORD
    : (await readFile(file, 'utf8')).trimEnd()
}
