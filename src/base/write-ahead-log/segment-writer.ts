import { crc32 } from 'node:zlib'
import { assert } from '../assert.ts'
import { Fault } from '../fault.ts'
import { LIMIT } from '../limit.ts'
import { codeOf, readFully, saysNoRoom, writeFully } from './byte-window.ts'
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
import type { LogRecord, NewRecord, SpooledBody } from './write-ahead-log.ts'

/** A record that waits to be written; its sequence is known when its group is. */
export interface Prepared {
  readonly kind: number
  readonly head: Buffer
  readonly body: readonly Uint8Array[] | SpooledBody
  readonly bodyLength: number
  /** On disk. */
  readonly length: number
  readonly isUrgent: boolean
}

/** Measures a record. */
export const prepare = ({ kind, head, body, urgent }: NewRecord): Prepared => {
  const headBytes = Buffer.from(head)
  const bodyLength = isSpooled(body)
    ? body.length
    : body.reduce((sum, piece) => sum + piece.length, 0)
  assert(headBytes.length <= LIMIT.logHeadBytesMax, 'the head of a record is too long')
  assert(bodyLength <= LIMIT.logBodyBytesMax, 'the body of a record is too long')
  const length = recordLength(headBytes.length, bodyLength)
  return { kind, head: headBytes, body, bodyLength, length, isUrgent: urgent === true }
}

/** Whether a body lies in a file. */
export const isSpooled = (body: NewRecord['body']): body is SpooledBody => 'file' in body

/** Writes the segment that is open. What it has not synced is in no `Segment.bytes`. */
export class SegmentWriter {
  readonly segment: Segment
  readonly #file: LogFile
  readonly #files: LogFiles

  private constructor(segment: Segment, file: LogFile, files: LogFiles) {
    this.segment = segment
    this.#file = file
    this.#files = files
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
    return new SegmentWriter({ name, bytes, next: name.first, holes: [], marks: [] }, file, files)
  }

  /**
   * Appends a group of records and syncs it. Throws `log/full` when nothing of it was kept and the
   * segment is as it was, `log/spool` likewise, and `log/broken` when nobody knows what is on disk.
   */
  async append(group: readonly Prepared[]): Promise<readonly (LogRecord | undefined)[]> {
    const written = new Group(this.segment)
    try {
      for (const record of group) {
        if (isSpooled(record.body)) await this.#copy(written, record, record.body)
        else written.add(record, record.body)
      }
      await written.flush(this.#file)
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

  /** A large body, in pieces. */
  async #copy(written: Group, record: Prepared, body: SpooledBody): Promise<void> {
    const source = await this.#openSpool(body.file)
    try {
      written.begin(record)
      for (let at = 0; at < body.length; at += COPY_BYTES) {
        const length = Math.min(COPY_BYTES, body.length - at)
        const piece = await readSpool(source, at, length)
        if (piece.length < length) throw new Fault('log/spool', `${body.file} is too short`)
        written.put(piece)
        await written.flush(this.#file)
      }
      written.end()
    } finally {
      await source.close()
    }
  }

  async #openSpool(path: string): Promise<LogFile> {
    try {
      return await this.#files.open(path)
    } catch (cause) {
      throw new Fault('log/spool', `${path} cannot be opened`, { cause })
    }
  }

  /** Takes away what was written of a group; gives the fault that its writers are told. */
  async #undo(error: unknown): Promise<unknown> {
    const isSpool = error instanceof Fault && error.code === 'log/spool'
    if (!isSpool && codeOf(error) === undefined) return error
    if (!isSpool && !saysNoRoom(error)) return broken('a write failed', error)
    try {
      await this.#file.truncate(this.segment.bytes)
    } catch (cause) {
      return broken('a torn write could not be taken back', cause)
    }
    return isSpool ? error : full('the disk has no room', error)
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

const COPY_BYTES = 1_048_576

async function readSpool(source: LogFile, at: number, length: number): Promise<Buffer> {
  try {
    return await readFully(source, at, length)
  } catch (cause) {
    throw new Fault('log/spool', 'a spooled body cannot be read', { cause })
  }
}

/** The bytes of a group, on their way to a segment. */
class Group {
  readonly records: (LogRecord | undefined)[] = []
  readonly begun: SegmentMark[] = []
  readonly #marker: Buffer
  #pieces: Uint8Array[] = []
  /** Of what is flushed, and of what is put. */
  #flushed: number
  position: number
  #sequence: number
  #sum = 0

  constructor({ name, bytes, next }: Segment) {
    this.#marker = name.marker
    this.#flushed = bytes
    this.position = bytes
    this.#sequence = next
  }

  /** A record whose body is in memory. Kept for readers if it is not too large. */
  add(record: Prepared, body: readonly Uint8Array[]): void {
    const { kind, head, bodyLength } = record
    const sequence = this.begin(record)
    if (bodyLength > RETAINED_BYTES_MAX) {
      for (const piece of body) this.put(piece)
      this.end()
      return
    }
    const joined = joinPieces(body, bodyLength)
    this.put(joined)
    this.end()
    this.records[this.records.length - 1] = {
      sequence,
      kind,
      head: head.toString(),
      body: joined,
    }
  }

  begin({ kind, head, bodyLength }: Prepared): number {
    const sequence = this.#sequence
    const header = Buffer.alloc(RECORD_HEADER_BYTES)
    const lengths = { headLength: head.length, bodyLength }
    writeRecordHeader(this.#marker, { sequence, kind, ...lengths }, header)
    this.begun.push({ sequence, position: this.position })
    this.records.push(undefined)
    this.#sequence += 1
    this.put(header)
    this.#sum = 0
    this.put(head)
    return sequence
  }

  put(piece: Uint8Array): void {
    this.#sum = crc32(piece, this.#sum)
    this.#pieces.push(piece)
    this.position += piece.length
  }

  end(): void {
    const trailer = Buffer.alloc(RECORD_TRAILER_BYTES)
    trailer.writeUInt32LE(this.#sum)
    this.put(trailer)
  }

  async flush(file: LogFile): Promise<void> {
    const pieces = this.#pieces
    this.#pieces = []
    this.#flushed = await writeFully(file, pieces, this.#flushed)
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
