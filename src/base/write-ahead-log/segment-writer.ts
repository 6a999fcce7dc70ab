import { crc32 } from 'node:zlib'
import { assert } from '../assert.ts'
import { Fault } from '../fault.ts'
import { LIMIT } from '../limit.ts'
import { codeOf, saysNoRoom, writeFully } from './byte-window.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import {
  RECORD_HEADER_BYTES,
  RECORD_TRAILER_BYTES,
  recordLength,
  SEGMENT_HEADER_BYTES,
  type SegmentName,
  writeRecordHeader,
  writeSegmentHeader,
} from './log-format.ts'
import { noteRecord, type Segment, type SegmentMark } from './segment.ts'
import type { LogRecord, NewRecord } from './write-ahead-log.ts'

/** A record that waits to be written; its sequence is known when its group is. */
export interface Prepared {
  readonly kind: number
  readonly head: Buffer
  readonly body: readonly Uint8Array[]
  readonly bodyLength: number
  /** On disk. */
  readonly length: number
  /** May use the reserve. */
  readonly isUrgent: boolean
}

/** Measures a record. */
export const prepare = ({ kind, head, body }: NewRecord): Prepared => {
  const headBytes = Buffer.from(head)
  const bodyLength = body.reduce((sum, piece) => sum + piece.length, 0)
  assert(headBytes.length <= LIMIT.logHeadBytesMax, 'the head of a record is too long')
  assert(bodyLength <= LIMIT.logBodyBytesMax, 'the body of a record is too long')
  const length = recordLength(headBytes.length, bodyLength)
  return { kind, head: headBytes, body, bodyLength, length, isUrgent: bodyLength === 0 }
}

/** Writes the segment that is open. What it has not synced is in no `Segment.bytes`. */
export class SegmentWriter {
  readonly segment: Segment
  readonly #file: LogFile

  private constructor(segment: Segment, file: LogFile) {
    this.segment = segment
    this.#file = file
  }

  /** Begins a segment: its name is durable, and its header is. */
  static async create(files: LogFiles, folder: string, name: SegmentName): Promise<SegmentWriter> {
    const path = `${folder}/${name.name}`
    const file = await files.create(`${path}.new`)
    try {
      await writeFully(file, [writeSegmentHeader(name)], 0)
      await file.sync()
      await files.rename(`${path}.new`, path)
    } catch (error) {
      await file.close()
      await files.remove(`${path}.new`)
      throw error
    }
    try {
      await files.syncFolder(folder)
    } catch (error) {
      await file.close()
      throw broken('the name of a segment may be lost', error)
    }
    const bytes = SEGMENT_HEADER_BYTES
    return new SegmentWriter({ name, bytes, next: name.first, holes: [], marks: [] }, file)
  }

  /**
   * Appends a group of records and syncs it. Throws `log/full` when nothing of it was kept and the
   * segment is as it was, and `log/broken` when nobody knows what is on disk.
   */
  async append(group: readonly Prepared[]): Promise<readonly (LogRecord | undefined)[]> {
    const written = new Group(this.segment)
    try {
      for (const record of group) written.add(record)
      await writeFully(this.#file, written.pieces, this.segment.bytes)
    } catch (error) {
      throw await this.#undo(error)
    }
    try {
      await this.#file.sync()
    } catch (error) {
      throw broken('a sync failed', error)
    }
    this.segment.bytes = written.position
    this.segment.next += group.length
    for (const { sequence, position } of written.begun) {
      noteRecord(this.segment.marks, sequence, position)
    }
    return written.records
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  /** Takes away what was written of a group; gives the fault that its writers are told. */
  async #undo(error: unknown): Promise<unknown> {
    if (codeOf(error) === undefined) return error
    if (!saysNoRoom(error)) return broken('a write failed', error)
    try {
      await this.#file.truncate(this.segment.bytes)
    } catch (cause) {
      return broken('a torn write could not be taken back', cause)
    }
    return full('the disk has no room', error)
  }
}

/** The fault that there is no room now. */
export const full = (message: string, cause?: unknown): Fault =>
  new Fault('log/full', `the write-ahead log is full: ${message}`, { cause, transient: true })

/** The fault after which nobody knows what is on disk. */
export const broken = (message: string, cause?: unknown): Fault =>
  new Fault('log/broken', `the write-ahead log must be read again by a new process: ${message}`, {
    cause,
  })

/** The bytes of a group, on their way to a segment. */
class Group {
  /** What readers may get from memory; undefined for one that is too large for that. */
  readonly records: (LogRecord | undefined)[] = []
  readonly begun: SegmentMark[] = []
  readonly pieces: Uint8Array[] = []
  readonly #marker: Buffer
  position: number
  #sequence: number

  constructor({ name, bytes, next }: Segment) {
    this.#marker = name.marker
    this.position = bytes
    this.#sequence = next
  }

  add({ kind, head, body, bodyLength, length }: Prepared): void {
    const sequence = this.#sequence
    const isRetained = bodyLength <= RETAINED_BYTES_MAX
    const joined = isRetained ? joinPieces(body, bodyLength) : undefined
    const content = [head, ...(joined === undefined ? body : [joined])]
    const header = Buffer.alloc(RECORD_HEADER_BYTES)
    const lengths = { headLength: head.length, bodyLength }
    writeRecordHeader(this.#marker, { sequence, kind, ...lengths }, header)
    const trailer = Buffer.alloc(RECORD_TRAILER_BYTES)
    trailer.writeUInt32LE(content.reduce((sum, piece) => crc32(piece, sum), 0))
    this.pieces.push(header, ...content, trailer)
    this.records.push(
      joined === undefined ? undefined : { sequence, kind, head: head.toString(), body: joined },
    )
    this.begun.push({ sequence, position: this.position })
    this.position += length
    this.#sequence += 1
  }
}

const RETAINED_BYTES_MAX = LIMIT.logTailBytesMax / 4

function joinPieces(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
