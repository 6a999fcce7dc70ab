import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { constants, type FileHandle, link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../../base/fault.ts'
import { publicKeyOf } from '../../store/evidence/anchor.ts'

/** Where things lie in a data directory. All of it is for its owner alone. */
export interface DataFolder {
  readonly path: string
  readonly log: string
  readonly quarantine: string
  readonly keys: string
  readonly engine: string
  /** Tells this data directory from every other one: 32 hex digits. */
  readonly instance: string
  /** 32 bytes that key the digests of masked values: equal secrets of this instance look alike. */
  readonly fingerprintKey: Buffer
  /** Ed25519: signs the heads of the chains of evidence, tombstones and exports. */
  readonly evidenceKey: KeyObject
}

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/** Makes what is missing in a data directory. Rejects with the Fault `data/unusable`. */
export const openDataFolder = async (path: string): Promise<DataFolder> => {
  const folder = {
    path,
    log: join(path, 'wal'),
    quarantine: join(path, 'quarantine'),
    keys: join(path, 'keys'),
    engine: join(path, 'engine'),
  }
  try {
    for (const each of Object.values(folder)) {
      await mkdir(each, { recursive: true, mode: FOLDER_MODE })
    }
    const instance = await secretFile(join(path, 'instance'), 16)
    const fingerprintKey = await secretFile(join(folder.keys, 'fingerprint.key'), 32)
    const evidenceKey = await evidenceKeyOf(folder.keys)
    return { ...folder, instance: instance.toString('hex'), fingerprintKey, evidenceKey }
  } catch (error) {
    throw new Fault('data/unusable', `the data directory ${path} cannot be used: ${error}`, {
      cause: error,
    })
  }
}

/** The key that signs evidence, made at the first start; its public half lies beside it. */
const evidenceKeyOf = async (keys: string): Promise<KeyObject> => {
  const path = join(keys, 'evidence.key.pem')
  try {
    return createPrivateKey(await readFile(path, 'utf8'))
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeOnce(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  const key = createPrivateKey(await readFile(path, 'utf8'))
  await writeOnce(join(keys, 'evidence.pub.pem'), publicKeyOf(key))
  return key
}

/** The bytes of a file that holds so many in hexadecimal; made at random when it is not there. */
const secretFile = async (path: string, bytes: number): Promise<Buffer> => {
  try {
    return fromHex(await readFile(path, 'utf8'), path, bytes)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  await writeOnce(path, `${randomBytes(bytes).toString('hex')}\n`)
  // Of two that start at once the first one's counts.
  return fromHex(await readFile(path, 'utf8'), path, bytes)
}

const fromHex = (text: string, path: string, bytes: number): Buffer => {
  const value = Buffer.from(text.trim(), 'hex')
  if (value.length === bytes) return value
  throw new Error(`${path} is damaged: it does not hold ${bytes} bytes in hexadecimal`)
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

/**
 * The file is whole or not there, whenever the machine stops; one that somebody else made meanwhile
 * stays as it is.
 */
const writeOnce = async (path: string, text: string): Promise<void> => {
  const fresh = `${path}.${process.pid}.new`
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants
  const file: FileHandle = await open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, FILE_MODE)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(fresh, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await unlink(fresh)
  }
}

/** Keeps a body that could not be decoded, under a name that its sender cannot choose. */
export const keepInQuarantine = async (
  folder: DataFolder,
  sha256: string,
  bytes: Uint8Array,
): Promise<string> => {
  const path = join(folder.quarantine, `${sha256}.body`)
  const file = await open(path, 'w', FILE_MODE)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  return path
}
