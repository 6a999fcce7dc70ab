import { join } from 'node:path'
import { type Folder, makeFolder } from './folder.ts'
import { eventLine, Kept } from './followed.ts'
import { HandClock } from './hand-clock.ts'
import { Lumberjack } from './lumberjack.ts'

/** How the log of a test is rotated. */
export interface StageOptions {
  readonly maxBytes?: number
  readonly maxBackups?: number
  readonly compress?: boolean
}

/** A log that is written by lumberjack in a folder of its own, one event each ms. */
export class LogStage {
  readonly folder: Folder
  readonly clock: HandClock = new HandClock()
  readonly path: string
  readonly log: Lumberjack
  readonly kept: Kept = new Kept()
  /** By how much the clock of the API server is ahead. */
  skewMs = 0
  readonly #lines: string[] = []

  constructor({ maxBytes = 1e9, maxBackups = 0, compress = false }: StageOptions) {
    this.folder = makeFolder()
    this.path = join(this.folder.path, 'audit.log')
    const now = (): number => this.#now()
    this.log = new Lumberjack({ path: this.path, maxBytes, maxBackups, compress, now })
  }

  write(count: number, more = ''): void {
    for (let at = 0; at < count; at += 1) {
      this.clock.move(1)
      const line = eventLine(this.#lines.length, this.#now(), more)
      this.#lines.push(line)
      this.log.write(line)
    }
  }

  #now(): number {
    return this.clock.nowUs() / 1000 + this.skewMs
  }

  /** All that was written. */
  written(): string {
    return this.#lines.join('')
  }

  /** The numbers of the events written but not kept. */
  lost(): readonly number[] {
    const kept = this.kept.text()
    return this.#lines.flatMap((line, number) => (kept.includes(line) ? [] : [number]))
  }
}
