import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { microsecondsOf } from '../detect/time.ts'
import type { Selection } from '../investigate/evidence/selection.ts'
import type { ReachedStore } from '../store/embedded-access.ts'
import type { Given } from './command.ts'
import { momentOf, wrong } from './hunt-request.ts'
import { reachStore } from './reach-store.ts'
import { CommandError, codeOf, EXIT } from './shell.ts'

/** Works on the store that is named, which is not made where there is none. */
export const withEvidence = async <Result>(
  given: Given,
  work: (reached: ReachedStore) => Promise<Result>,
): Promise<Result> => {
  const data = given.text('data')
  const isEmbedded = given.text('store') === undefined
  if (isEmbedded && data !== undefined && !existsSync(join(data, 'engine'))) {
    throw wrong(
      `${data} is no data directory of deckwatch`,
      'name the directory that deckwatch serve --data has',
    )
  }
  const reached = await reachStore(given)
  try {
    return await work(reached)
  } finally {
    await reached.close()
  }
}

/** Which events are meant. */
export const selectionOf = (given: Given): Selection => {
  const cluster = given.text('cluster')
  const finding = given.text('finding')
  const [sinceUs, untilUs] = [usOf(given, 'since'), usOf(given, 'until')]
  if (sinceUs !== undefined && untilUs !== undefined && sinceUs >= untilUs) {
    throw wrong('--since is not before --until', 'give the earlier one to --since')
  }
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(sinceUs === undefined ? {} : { sinceUs }),
    ...(untilUs === undefined ? {} : { untilUs }),
    ...(finding === undefined ? {} : { finding }),
  }
}

/** A selection in words, for those who read what was done. */
export const selectionWords = (given: Given): string =>
  ['cluster', 'since', 'until', 'finding']
    .flatMap((name) => {
      const value = given.text(name)
      return value === undefined ? [] : [`${name} ${value}`]
    })
    .join(', ') || 'everything'

/** The public keys that are named, or that of the data directory. */
export const publicKeys = async (given: Given): Promise<readonly KeyObject[]> => {
  const data = given.text('data')
  const named = given.texts('public-key')
  const own = data === undefined ? [] : [join(data, 'keys', 'evidence.pub.pem')]
  return Promise.all((named.length > 0 ? named : own).map(publicKeyIn))
}

/** The public key in a file. */
export const publicKeyIn = async (file: string): Promise<KeyObject> =>
  ed25519(file, createPublicKey(await pemIn(file)))

/** The key by which a data directory signs. */
export const signingKey = async (given: Given): Promise<KeyObject> => {
  const data = required(given, 'data', 'DIR')
  const file = join(data, 'keys', 'evidence.key.pem')
  return ed25519(file, createPrivateKey(await pemIn(file)))
}

/** The value of an option that a command cannot do without. */
export const required = (given: Given, name: string, value: string): string => {
  const text = given.text(name)
  if (text !== undefined) return text
  throw wrong(`--${name} is missing`, `give --${name} ${value}`)
}

/** A key in PEM, as text. */
export const pemIn = async (file: string): Promise<string> => {
  const text = await textOf(file)
  if (text.includes('-----BEGIN')) return text
  throw wrong(`${file} holds no key in PEM`, 'name a file that `deckwatch evidence key` printed')
}

const textOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CommandError(
      EXIT.environment,
      `${file} cannot be read${codeOf(error)}`,
      'name a file that this user may read',
      error,
    )
  }
}

const ed25519 = (file: string, key: KeyObject): KeyObject => {
  if (key.asymmetricKeyType === 'ed25519') return key
  throw wrong(`${file} holds no key of Ed25519`, 'the keys of evidence are of that kind')
}

const usOf = (given: Given, name: string): number | undefined => {
  const text = momentOf(given, name)
  return text === undefined ? undefined : microsecondsOf(text)
}
