import { LIMIT } from '../limit.ts'
import { saysNoRoom, writeFully } from './byte-window.ts'
import type { LogFiles } from './log-files.ts'

/**
 * A file that only takes up room. On a full disk it is given away, so that what lets the log shrink
 * can still be written.
 */
export class Reserve {
  readonly #files: LogFiles
  readonly #folder: string
  readonly #random: (bytes: number) => Uint8Array
  #isThere = false

  constructor(files: LogFiles, folder: string, random: (bytes: number) => Uint8Array) {
    this.#files = files
    this.#folder = folder
    this.#random = random
  }

  /** Takes the room, if there is room. The bytes are random, as a disk may pack others. */
  async take(): Promise<void> {
    if (this.#isThere) return
    const file = await this.#files.create(this.#path)
    try {
      await writeFully(file, [this.#random(LIMIT.logReserveBytes)], 0)
      this.#isThere = true
    } catch (error) {
      await file.truncate(0)
      if (!saysNoRoom(error)) throw error
    } finally {
      await file.close()
    }
  }

  /** Gives the room away; false when it was given away before. */
  async give(): Promise<boolean> {
    if (!this.#isThere) return false
    await this.#files.remove(this.#path)
    this.#isThere = false
    return true
  }

  get #path(): string {
    return `${this.#folder}/reserve`
  }
}
