import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../../base/fault.ts'
import { LIMIT } from '../../base/limit.ts'

const FILE_MODE = 0o600

/** What the smallest file takes on a disk. */
const BLOCK_BYTES = 4_096

/** Bodies that could not be decoded, one file each, for somebody to look at. */
export class Quarantine {
  readonly #folder: string
  /** On the disk, in whole blocks. */
  #bytes: number

  private constructor(folder: string, bytes: number) {
    this.#folder = folder
    this.#bytes = bytes
  }

  /** Of a folder that is there, with what lies in it. Rejects with the Fault `data/unusable`. */
  static async open(folder: string): Promise<Quarantine> {
    try {
      let bytes = 0
      for (const name of await readdir(folder)) bytes += await bytesAt(join(folder, name))
      return new Quarantine(folder, bytes)
    } catch (cause) {
      throw new Fault('data/unusable', `the quarantine cannot be read: ${cause}`, { cause })
    }
  }

  /**
   * Keeps a body under a name that its sender cannot choose, and gives the path; undefined when
   * there is no room for it, which is a bound of its own: whoever may send can send anything. One
   * that is kept already, before a crash, is kept again. Rejects with the transient Fault
   * `data/quarantine` when it cannot be written.
   */
  async keep(sha256: string, bytes: Uint8Array): Promise<string | undefined> {
    const path = join(this.#folder, `${sha256}.body`)
    try {
      const added = inBlocks(bytes.length) - (await bytesAt(path))
      if (added > 0 && this.#bytes + added > LIMIT.quarantineFolderBytesMax) return undefined
      await writeSynced(path, bytes)
      await syncFolder(this.#folder)
      this.#bytes += added
      return path
    } catch (cause) {
      const message = `the quarantine cannot be written: ${cause}`
      throw new Fault('data/quarantine', message, { cause, transient: true })
    }
  }
}

/** What a file takes on the disk; 0 when it is not there. */
const bytesAt = async (path: string): Promise<number> => {
  try {
    return inBlocks((await stat(path)).size)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}

const inBlocks = (bytes: number): number =>
  Math.max(1, Math.ceil(bytes / BLOCK_BYTES)) * BLOCK_BYTES

const writeSynced = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, 'w', FILE_MODE)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** So that the names of its files survive a loss of power, too. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
