import { Fault } from '../fault.ts'
import { codeOf } from './byte-window.ts'
import type { LogFiles } from './log-files.ts'
import type { Segment } from './segment.ts'
import { SegmentReader } from './segment-reader.ts'
import type { LogRecord } from './write-ahead-log.ts'

/** Reads durable records from disk in order, segment after segment. */
export class LogCursor {
  readonly #files: LogFiles
  readonly #folder: string
  readonly #segments: () => readonly Segment[]
  #reader: SegmentReader | undefined

  constructor(files: LogFiles, folder: string, segments: () => readonly Segment[]) {
    this.#files = files
    this.#folder = folder
    this.#segments = segments
  }

  /** The first record that is not before a number; numbers asked for only grow. */
  async next(from: number): Promise<LogRecord | undefined> {
    for (let wanted = from; ; ) {
      const segment = this.#segments().find((each) => each.next > wanted)
      if (segment === undefined) return undefined
      const reader = await this.#open(segment, wanted)
      const { next } = segment
      const record = await reader?.next(wanted)
      if (record !== undefined) return record
      if (reader !== undefined) wanted = next
    }
  }

  async close(): Promise<void> {
    await this.#reader?.close()
    this.#reader = undefined
  }

  /** Undefined when the segment has been deleted in the meantime. */
  async #open(segment: Segment, from: number): Promise<SegmentReader | undefined> {
    if (this.#reader?.segment === segment) return this.#reader
    await this.close()
    const path = `${this.#folder}/${segment.name.name}`
    try {
      this.#reader = new SegmentReader(segment, await this.#files.open(path), from)
    } catch (cause) {
      if (this.#segments().includes(segment) || codeOf(cause) !== 'ENOENT') {
        throw new Fault('log/damaged', `${path} cannot be opened`, { cause })
      }
    }
    return this.#reader
  }
}
