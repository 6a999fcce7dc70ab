import {
  chmod,
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
} from 'node:fs/promises'

/** An open file of the log. Every call may fail with an error that has a `code`. */
export interface LogFile {
  /** Bytes read; fewer than asked for at the end of the file, or for no reason. */
  read(into: Uint8Array, position: number): Promise<number>
  /** Bytes written, which may be fewer than given. */
  write(pieces: readonly Uint8Array[], position: number): Promise<number>
  /** Makes content and length survive a loss of power. */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  size(): Promise<number>
  close(): Promise<void>
}

/** What the log needs of a file system: a seam, so that tests can make any call fail. */
export interface LogFiles {
  /** Makes the folder if need be, for its owner alone. */
  makeFolder(folder: string): Promise<void>
  /** The names in a folder, in any order. */
  list(folder: string): Promise<readonly string[]>
  /** An empty file for its owner alone, whatever was there. */
  create(path: string): Promise<LogFile>
  /** An existing file. */
  open(path: string): Promise<LogFile>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Makes names that were created, renamed or removed survive a loss of power. */
  syncFolder(folder: string): Promise<void>
}

/** The machine's own files. */
export const systemFiles: LogFiles = {
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
  },
  list: (folder) => readdir(folder),
  async create(path) {
    const { O_RDWR, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants
    return new SystemFile(await open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600))
  },
  open: async (path) => new SystemFile(await open(path, constants.O_RDWR | constants.O_NOFOLLOW)),
  rename,
  remove: (path) => rm(path, { force: true }),
  async syncFolder(folder) {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}

class SystemFile implements LogFile {
  readonly #handle: FileHandle

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    return (await this.#handle.read(into, 0, into.length, position)).bytesRead
  }

  async write(pieces: readonly Uint8Array[], position: number): Promise<number> {
    return (await this.#handle.writev(pieces, position)).bytesWritten
  }

  sync(): Promise<void> {
    return this.#handle.datasync()
  }

  truncate(length: number): Promise<void> {
    return this.#handle.truncate(length)
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}
