import type { BigIntStats } from 'node:fs'
import type { SourceGap } from '../../model/delivery.ts'
import type { Piece } from '../cutter.ts'
import { compressedLines } from './content.ts'
import { firstLineAfter, lastEventTime } from './event-time.ts'
import { oversizeGap } from './gaps.ts'
import type { HandingOn } from './handing-on.ts'
import { LineReader, readAt } from './line-reader.ts'
import { beginsAsBefore, type OpenFile } from './reading-file.ts'
import type { LastRead } from './reading-plan.ts'

/**
 * What came of a step: something was passed; nothing more is there; the file is no longer the one
 * it was, or shorter than what was read of it; or its compression ends too early.
 */
export type Outcome = 'more' | 'end' | 'changed' | 'damaged'

/** Where and how a file is read. */
export interface FileReaderOptions {
  readonly file: OpenFile
  readonly offset: number
  /** Of the last event before, where it is known. */
  readonly lastTime: string | undefined
  /** It may still grow. */
  readonly live: boolean
  readonly chunkBytes: number
  readonly handingOn: HandingOn
}

/** Reads one open file from a place on, and hands on what is whole. */
export class FileReader {
  readonly file: OpenFile
  readonly #handingOn: HandingOn
  readonly #chunkBytes: number
  #lines: LineReader
  #pieces: AsyncGenerator<Piece, void> | undefined
  readonly #skipped: { readonly offset: number; readonly length: number }[] = []
  #fault: string | undefined
  /** Size and time of change when its beginning was last compared. */
  #compared = ''
  #offset: number
  #lastTime: string | undefined
  #tail: Uint8Array | undefined
  /** It is the live file; once it is not, it never grows again. */
  live: boolean

  constructor({ file, offset, lastTime, live, chunkBytes, handingOn }: FileReaderOptions) {
    this.file = file
    this.#lastTime = lastTime
    this.live = live
    this.#offset = offset
    this.#handingOn = handingOn
    this.#chunkBytes = chunkBytes
    this.#lines = new LineReader(file.handle, offset, chunkBytes)
  }

  /** Up to here it was handed on, or told as a gap. */
  get offset(): number {
    return this.#offset
  }

  /** Why its compression ends too early. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** What is known of it, should it be the last one read. */
  last(): LastRead {
    const { path, fingerprint } = this.file
    const [lastTime, tail] = [this.#lastTime, this.#tail]
    return { path, fingerprint, offset: this.#offset, lastTime, rotatedMs: undefined, tail }
  }

  /** Hands on the next lines. Nothing counts as passed before it is kept. */
  async step(): Promise<Outcome> {
    const { compression } = this.file
    return compression === 'none' ? await this.#plain() : await this.#compressed(compression)
  }

  /** Tells a gap that begins where reading stands, and goes on behind it. */
  async skipTo(offset: number, gap: SourceGap): Promise<void> {
    await this.#handingOn.gap(gap)
    this.#offset = offset
    this.#lines = new LineReader(this.file.handle, offset, this.#chunkBytes)
    this.#tail = undefined
  }

  /** Whether it begins as before: then it was only shortened, or written over further behind. */
  async beginsAsBefore(): Promise<boolean> {
    return await beginsAsBefore(this.file)
  }

  async close(): Promise<void> {
    await this.#pieces?.return()
    await this.file.handle.close()
  }

  async #plain(): Promise<Outcome> {
    const next = await this.#lines.next(!this.live)
    // Compared after reading: what was read before the change could be of the new content.
    if (this.live && !(await this.#isSame(next.kind === 'wait'))) return 'changed'
    if (next.kind === 'wait') return 'end'
    if (next.kind === 'lines') {
      await this.#handOn(next.bytes)
      this.#lines.pass(next.bytes.length)
    } else {
      await this.#oversize(next.length)
      this.#lines.pass(next.length)
    }
    return 'more'
  }

  async #isSame(nothingRead: boolean): Promise<boolean> {
    const stats = await this.file.handle.stat({ bigint: true })
    if (stats.size < this.#offset) return false
    const now = stateOf(stats)
    if (nothingRead && now === this.#compared) return true
    this.#compared = now
    return await beginsAsBefore(this.file)
  }

  async #compressed(compression: 'gzip' | 'zstd'): Promise<Outcome> {
    this.#pieces ??= compressedLines(this.file.handle, {
      compression,
      from: this.#offset,
      onSkip: (offset, length) => this.#skipped.push({ offset, length }),
      onFault: (_, message) => {
        this.#fault = message
      },
    })
    const { done, value } = await this.#pieces.next()
    for (const { length } of this.#skipped.splice(0)) await this.#oversize(length)
    if (done === true) return this.#fault === undefined ? 'end' : 'damaged'
    await this.#handOn(value.bytes)
    return 'more'
  }

  async #handOn(bytes: Uint8Array): Promise<void> {
    const { path, fingerprint } = this.file
    const lastTime = lastEventTime(bytes) ?? this.#lastTime
    await this.#handingOn.lines({ path, fingerprint, offset: this.#offset, bytes, lastTime })
    this.#offset += bytes.length
    this.#lastTime = lastTime
    this.#tail = bytes.slice(-TAIL_BYTES)
  }

  async #oversize(length: number): Promise<void> {
    await this.#handingOn.gap(oversizeGap(this.last(), length))
    this.#offset += length
    this.#tail = undefined
  }
}

/** What was read of a file before: its end, and the time of its last event where it is known. */
export interface ReadBefore {
  readonly offset: number
  readonly tail: Uint8Array | undefined
  readonly lastTime: string | undefined
}

/** Whether a file still has what was read of it, as far as that can be told from its end. */
export const isReadUntil = async (file: OpenFile, before: ReadBefore): Promise<boolean> => {
  const { offset, tail, lastTime } = before
  if (file.compression !== 'none' || offset === 0) return true
  const length = Math.min(offset, tail?.length ?? LOOK_BACK_BYTES)
  const end = await readAt(file.handle, offset - length, length)
  if (end.length < length) return false
  if (tail !== undefined) return end.equals(tail)
  const last = end[length - 1]
  const isLineEnd = last === NEWLINE || last === 0
  return (
    isLineEnd && (lastTime === undefined || firstLineAfter(lastLineOf(end), lastTime) === undefined)
  )
}

/**
 * Where the lines begin that are younger than what was read of a file, now that it is another from
 * some place on: a crash of the machine can take back the end of a file that was read already.
 */
export const startOfNews = async (
  { handle }: OpenFile,
  offset: number,
  lastTime: string | undefined,
): Promise<number> => {
  const { size } = await handle.stat()
  const end = Math.min(offset, size)
  if (lastTime === undefined) return end
  const lines = new LineReader(handle, 0, NEWS_CHUNK_BYTES)
  while (lines.offset < end) {
    const next = await lines.next(false)
    if (next.kind === 'wait') break
    const found = next.kind === 'lines' ? firstLineAfter(next.bytes, lastTime) : undefined
    if (found !== undefined) return lines.offset + found
    lines.pass(next.kind === 'lines' ? next.bytes.length : next.length)
  }
  return end
}

function lastLineOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.lastIndexOf(NEWLINE, -2) + 1)
}

/** What changes when a file is written to. */
export const stateOf = ({ size, mtimeNs }: BigIntStats): string => `${size}:${mtimeNs}`

const NEWLINE = 0x0a
const TAIL_BYTES = 4_096
const LOOK_BACK_BYTES = 65_536
const NEWS_CHUNK_BYTES = 1_048_576
