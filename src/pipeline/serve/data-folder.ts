import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { access, type FileHandle, link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
  if (!(await isThere(path))) {
    const { privateKey } = generateKeyPairSync('ed25519')
    await writeOnce(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  }
  const key = createPrivateKey(await readFile(path, 'utf8'))
  const published = join(keys, 'evidence.pub.pem')
  if (!(await isThere(published))) await writeOnce(published, publicKeyOf(key))
  return key
}

/** The bytes of a file that holds so many in hexadecimal; made at random when it is not there. */
const secretFile = async (path: string, bytes: number): Promise<Buffer> => {
  // Of two that start at once the first one's counts.
  if (!(await isThere(path))) await writeOnce(path, `${randomBytes(bytes).toString('hex')}\n`)
  return fromHex(await readFile(path, 'utf8'), path, bytes)
}

const fromHex = (text: string, path: string, bytes: number): Buffer => {
  const value = Buffer.from(text.trim(), 'hex')
  if (value.length === bytes) return value
  throw new Error(`${path} is damaged: it does not hold ${bytes} bytes in hexadecimal`)
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    // Whatever else is wrong with it, reading it says so.
    () => false,
  )

/**
 * The file is whole or not there, whenever the machine stops; one that somebody else made meanwhile
 * stays as it is.
 */
const writeOnce = async (path: string, text: string): Promise<void> => {
  const fresh = `${path}.${randomBytes(4).toString('hex')}.new`
  await synced(await open(fresh, 'wx', FILE_MODE), (file) => file.writeFile(text))
  try {
    await link(fresh, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await unlink(fresh)
  }
  await synced(await open(dirname(path)), async () => {})
}

const synced = async (
  file: FileHandle,
  work: (file: FileHandle) => Promise<void>,
): Promise<void> => {
  try {
    await work(file)
    await file.sync()
  } finally {
    await file.close()
  }
}
