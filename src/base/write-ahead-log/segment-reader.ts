import { crc32 } from 'node:zlib'
import { Fault } from '../fault.ts'
import { ByteWindow, readFully, WINDOW_BYTES } from './byte-window.ts'
import type { LogFile } from './log-files.ts'
import {
  RECORD_HEADER_BYTES,
  RECORD_TRAILER_BYTES,
  type RecordHeader,
  readRecordHeader,
  recordLength,
  SEGMENT_HEADER_BYTES,
} from './log-format.ts'
import { markBefore, type Segment } from './segment.ts'
import type { LogRecord } from './write-ahead-log.ts'

/** Reads the records of one segment in order, also while more are appended. */
export class SegmentReader {
  readonly segment: Segment
  readonly #file: LogFile
  readonly #window: ByteWindow
  #position: number

  constructor(segment: Segment, file: LogFile, from: number) {
    this.segment = segment
    this.#file = file
    this.#window = new ByteWindow(file)
    this.#position = Math.max(SEGMENT_HEADER_BYTES, markBefore(segment.marks, from))
  }

  /** The next record whose number is not before `from`; undefined at the end of what there is. */
  async next(from: number): Promise<LogRecord | undefined> {
    for (;;) {
      this.#leaveHole()
      if (this.#position >= this.segment.bytes) return undefined
      const header = await this.#header()
      const length = recordLength(header.headLength, header.bodyLength)
      const at = this.#position
      this.#position += length
      if (header.sequence >= from) return this.#record(header, at)
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  #leaveHole(): void {
    for (const hole of this.segment.holes) {
      if (this.#position >= hole.fromByte && this.#position < hole.toByte) {
        this.#position = hole.toByte
      }
    }
  }

  async #header(): Promise<RecordHeader> {
    const bytes = await this.#take(this.#position, RECORD_HEADER_BYTES)
    return readRecordHeader(this.segment.name.marker, bytes) ?? this.#damaged(this.#position)
  }

  async #record(header: RecordHeader, at: number): Promise<LogRecord> {
    const { sequence, kind, headLength, bodyLength } = header
    const length = headLength + bodyLength
    const from = at + RECORD_HEADER_BYTES
    const bytes = await this.#takeOwn(from, length + RECORD_TRAILER_BYTES)
    if (bytes.length < length + RECORD_TRAILER_BYTES) return this.#damaged(at)
    const content = bytes.subarray(0, length)
    if (crc32(content) !== bytes.readUInt32LE(length)) return this.#damaged(at)
    const head = content.toString('utf8', 0, headLength)
    const body = new Uint8Array(bytes.buffer, bytes.byteOffset + headLength, bodyLength)
    return { sequence, kind, head, body }
  }

  /** Bytes that nobody else has. Large ones are not read into the window, to be there once. */
  async #takeOwn(position: number, length: number): Promise<Buffer<ArrayBuffer>> {
    if (length > WINDOW_BYTES) return readFully(this.#file, position, length)
    const own = Buffer.allocUnsafeSlow(length)
    const shared = await this.#take(position, length)
    return own.subarray(0, shared.copy(own))
  }

  #take(position: number, length: number): Promise<Buffer> {
    return this.#window.take(position, length, this.segment.bytes)
  }

  /** Whole at the start and wrong now: only a new process, which scans again, can set it aside. */
  #damaged(at: number): never {
    throw new Fault('log/damaged', `${this.segment.name.name} has changed on disk at byte ${at}`)
  }
}
