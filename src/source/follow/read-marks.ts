import { LIMIT } from '../../base/limit.ts'

/** How far a content was read. */
export interface Mark {
  /** Up to here it was kept or given up. */
  readonly offset: number
  /** There is nothing more in it, or nothing that is wanted, unless it is the live file again. */
  readonly done: boolean
}

/** How far each content was read, by fingerprint, of the files that were looked at last. */
export class ReadMarks {
  readonly #marks = new Map<string, Mark>()

  get(fingerprint: string): Mark | undefined {
    const mark = this.#marks.get(fingerprint)
    if (mark !== undefined) this.set(fingerprint, mark)
    return mark
  }

  set(fingerprint: string, mark: Mark): void {
    this.#marks.delete(fingerprint)
    this.#marks.set(fingerprint, mark)
    if (this.#marks.size <= LIMIT.followedFilesRemembered) return
    for (const [oldest] of this.#marks) {
      this.#marks.delete(oldest)
      return
    }
  }
}
