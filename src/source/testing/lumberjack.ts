import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** How an API server rotates its log. */
export interface LumberjackOptions {
  readonly path: string
  readonly maxBytes: number
  /** Backups kept; 0 is all. */
  readonly maxBackups: number
  readonly compress: boolean
  /** ms since 1970. */
  readonly now: () => number
}

/**
 * Writes a log as an API server does. Upstream: natefinch/lumberjack v2: Write, rotate, openNew,
 * millRunOnce, compressLogFile. The mill runs when a test says so.
 */
export class Lumberjack {
  readonly #options: LumberjackOptions
  #size = 0

  constructor(options: LumberjackOptions) {
    this.#options = options
    writeFileSync(options.path, '')
  }

  write(line: string | Uint8Array): void {
    const bytes = Buffer.from(line)
    if (this.#size + bytes.length > this.#options.maxBytes) this.rotate()
    appendFileSync(this.#options.path, bytes)
    this.#size += bytes.length
  }

  /** Closes, renames, and opens anew. */
  rotate(): void {
    const { path, now } = this.#options
    const time = new Date(now()).toISOString().replaceAll(':', '-').replace('Z', '')
    renameSync(path, path.replace(/\.log$/, `-${time}.log`))
    writeFileSync(path, '')
    this.#size = 0
  }

  /** Names of the backups, the newest first. */
  backups(): readonly string[] {
    return readdirSync(dirname(this.#options.path))
      .filter((name) => /-\d{4}-.*\.log(\.gz)?$/.test(name))
      .sort()
      .reverse()
  }

  /** Deletes what is too much, then compresses the others, the newest first. */
  mill(): void {
    this.#deleteOld()
    if (!this.#options.compress) return
    for (const name of this.backups().filter((one) => one.endsWith('.log'))) {
      this.compressBegin(name, 1)
      this.compressEnd(name)
    }
  }

  /** Writes a part of the compressed file, as a crash would leave it. */
  compressBegin(name: string, part: number): void {
    const file = this.#file(name)
    const whole = gzipSync(readFileSync(file))
    writeFileSync(`${file}.gz`, whole.subarray(0, Math.floor(whole.length * part)))
  }

  /** Removes the plain one. */
  compressEnd(name: string): void {
    rmSync(this.#file(name))
  }

  size(): number {
    return statSync(this.#options.path).size
  }

  #deleteOld(): void {
    const { maxBackups } = this.#options
    if (maxBackups === 0) return
    const kept = new Set<string>()
    for (const name of this.backups()) {
      const stem = name.replace(/\.gz$/, '')
      if (kept.size < maxBackups || kept.has(stem)) kept.add(stem)
      else rmSync(this.#file(name))
    }
  }

  #file(name: string): string {
    return join(dirname(this.#options.path), name)
  }
}
