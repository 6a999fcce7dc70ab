import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../../base/fault.ts'
import type { ExportFile } from './manifest.ts'

/** A new folder whose files are for its owner alone. What is there already is never touched. */
export class ExportFolder {
  readonly path: string
  readonly #files: ExportFile[] = []

  constructor(path: string) {
    this.path = path
  }

  /** In order of their paths. */
  get files(): readonly ExportFile[] {
    return this.#files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** Makes it. Rejects with the Fault `export/not-empty` when something lies there. */
  async make(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 })
    if ((await readdir(this.path)).length > 0) {
      throw new Fault('export/not-empty', `${this.path} is not empty: name a new folder`)
    }
    for (const name of ['events', 'index', 'links']) {
      await mkdir(join(this.path, name), { mode: 0o700 })
    }
  }

  async create(path: string): Promise<ExportWriter> {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
    const file = await open(join(this.path, path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    return new ExportWriter(file, path, (made) => this.#files.push(made))
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    const file = await this.create(path)
    await file.write(content)
    await file.close()
  }
}

/** A file of an export that is being written. */
export class ExportWriter {
  readonly #file: FileHandle
  readonly #path: string
  readonly #done: (made: ExportFile) => void
  readonly #digest = createHash('sha256')
  #pieces: Uint8Array[] = []
  #pending = 0
  #bytes = 0

  constructor(file: FileHandle, path: string, done: (made: ExportFile) => void) {
    this.#file = file
    this.#path = path
    this.#done = done
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes
  }

  async write(content: string | Uint8Array): Promise<void> {
    const piece = typeof content === 'string' ? Buffer.from(content) : content
    this.#digest.update(piece)
    this.#bytes += piece.length
    this.#pending += piece.length
    this.#pieces.push(piece)
    if (this.#pending >= PENDING_BYTES) await this.#flush()
  }

  async close(): Promise<void> {
    await this.#flush()
    await this.#file.sync()
    await this.#file.close()
    const sha256 = this.#digest.digest('hex')
    this.#done({ path: this.#path, bytes: this.#bytes, sha256 })
  }

  async #flush(): Promise<void> {
    const content = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#pending = 0
    await this.#file.appendFile(content)
  }
}

const PENDING_BYTES = 1_048_576
