import { crc32 } from 'node:zlib'
import { Fault } from '../fault.ts'
import { ByteWindow } from './byte-window.ts'
import type { LogFile } from './log-files.ts'
import {
  FORMAT_VERSION,
  MARKER_BYTES,
  RECORD_HEADER_BYTES,
  RECORD_TRAILER_BYTES,
  type RecordHeader,
  readRecordHeader,
  readSegmentHeader,
  recordLength,
  SEGMENT_HEADER_BYTES,
  type SegmentName,
} from './log-format.ts'
import { type Hole, noteRecord, type Segment, type SegmentMark } from './segment.ts'

/** What is known of a segment before it is read. */
export interface ScanOptions {
  readonly name: SegmentName
  /** Whether it is the one that was written last: only there an end may be torn. */
  readonly isLast: boolean
  /** Bytes of it that were surely synced: what is wrong there is damage, and no torn end. */
  readonly syncedBytes: number
}

/**
 * Reads a segment from its beginning to its end. What cannot be read becomes a hole, and reading
 * goes on at the next record. The torn end of the last segment is left out of `bytes`: it was
 * never acknowledged.
 */
export const scanSegment = async (file: LogFile, options: ScanOptions): Promise<Segment> => {
  const scan = new Scan(file, options, await file.size())
  return scan.run()
}

const CHECK_BYTES = 1_048_576

/** What lies at a place. */
type Found =
  | { readonly kind: 'record'; readonly header: RecordHeader; readonly end: number }
  | { readonly kind: 'changed'; readonly header: RecordHeader; readonly end: number }
  | { readonly kind: 'cut'; readonly header: RecordHeader }
  | { readonly kind: 'nothing' }

class Scan {
  readonly #window: ByteWindow
  readonly #options: ScanOptions
  readonly #size: number
  readonly #holes: Hole[] = []
  readonly #marks: SegmentMark[] = []
  #next: number

  constructor(file: LogFile, options: ScanOptions, size: number) {
    this.#window = new ByteWindow(file)
    this.#options = options
    this.#size = size
    this.#next = options.name.first
  }

  async run(): Promise<Segment> {
    await this.#checkHeader()
    let at = SEGMENT_HEADER_BYTES
    while (at < this.#size) {
      const found = await this.#look(at)
      if (found.kind === 'record') {
        noteRecord(this.#marks, found.header.sequence, at)
        this.#next = found.header.sequence + 1
        at = found.end
      } else if (found.kind === 'changed') {
        this.#addHole(at, found.end, this.#sayChanged(at), found.header.sequence + 1)
        at = found.end
      } else {
        const end = await this.#skip(at, found)
        if (end === undefined) break
        at = end
      }
    }
    return this.#result(Math.min(at, this.#size))
  }

  #result(end: number): Segment {
    const { name, syncedBytes } = this.#options
    let bytes = end
    if (this.#size < syncedBytes) {
      this.#addHole(this.#size, syncedBytes, 'the file is shorter than what was synced')
      bytes = this.#size
    }
    return { name, bytes, next: this.#next, holes: this.#holes, marks: this.#marks }
  }

  async #checkHeader(): Promise<void> {
    const bytes = await this.#take(0, SEGMENT_HEADER_BYTES)
    const header = readSegmentHeader(bytes)
    if (header === undefined) {
      this.#addHole(0, SEGMENT_HEADER_BYTES, 'the beginning of the segment is damaged')
    } else if (header.version !== FORMAT_VERSION) {
      throw new Fault(
        'log/version',
        `${this.#options.name.name} has version ${header.version} of the write-ahead log, and ` +
          `this program knows version ${FORMAT_VERSION}: start the program that wrote it`,
      )
    }
  }

  async #look(at: number): Promise<Found> {
    const { marker } = this.#options.name
    const header = readRecordHeader(marker, await this.#take(at, RECORD_HEADER_BYTES))
    if (header === undefined || header.sequence < this.#next) return { kind: 'nothing' }
    const end = at + recordLength(header.headLength, header.bodyLength)
    if (end > this.#size) return { kind: 'cut', header }
    const isWhole = await this.#isWhole(at + RECORD_HEADER_BYTES, end - RECORD_TRAILER_BYTES)
    return { kind: isWhole ? 'record' : 'changed', header, end }
  }

  async #isWhole(from: number, to: number): Promise<boolean> {
    let sum = 0
    for (let at = from; at < to; at += CHECK_BYTES) {
      sum = crc32(await this.#take(at, Math.min(CHECK_BYTES, to - at)), sum)
    }
    return sum === (await this.#take(to, RECORD_TRAILER_BYTES)).readUInt32LE(0)
  }

  #sayChanged(at: number): string {
    const isOpen = this.#options.isLast && at >= this.#options.syncedBytes
    return `its checksum is wrong${isOpen ? ' (it may never have been acknowledged)' : ''}`
  }

  /** Where reading goes on after bytes that are no record; undefined: the rest is a torn end. */
  async #skip(at: number, found: Found): Promise<number | undefined> {
    const next = await this.#findRecord(at + 1)
    if (next !== undefined) {
      this.#addHole(at, next.position, 'it holds no record', next.sequence)
      return next.position
    }
    if (this.#options.isLast && (await this.#isTorn(at, found))) return undefined
    this.#addHole(at, this.#size, 'it holds no record')
    return this.#size
  }

  /** An end that was being written: a record that is not all there, or room not yet filled. */
  async #isTorn(at: number, found: Found): Promise<boolean> {
    if (at < this.#options.syncedBytes) return false
    if (found.kind === 'cut' || this.#size - at < RECORD_HEADER_BYTES) return true
    for (let place = at; place < this.#size; place += CHECK_BYTES) {
      const bytes = await this.#take(place, Math.min(CHECK_BYTES, this.#size - place))
      if (bytes.some((byte) => byte !== 0)) return false
    }
    return true
  }

  async #findRecord(from: number): Promise<{ position: number; sequence: number } | undefined> {
    const { marker } = this.#options.name
    for (let at = from; at < this.#size; at += CHECK_BYTES - MARKER_BYTES + 1) {
      const length = Math.min(CHECK_BYTES, this.#size - at)
      const bytes = Buffer.from(await this.#take(at, length))
      for (let i = bytes.indexOf(marker); i !== -1; i = bytes.indexOf(marker, i + 1)) {
        const position = at + i
        const header = readRecordHeader(marker, await this.#take(position, RECORD_HEADER_BYTES))
        if (header !== undefined && header.sequence >= this.#next) {
          return { position, sequence: header.sequence }
        }
      }
    }
    return undefined
  }

  #take(position: number, length: number): Promise<Buffer> {
    return this.#window.take(position, length, this.#size)
  }

  /** Without a record behind it, a hole may have held as many as its bytes could. */
  #addHole(fromByte: number, toByte: number, reason: string, next?: number): void {
    const fromSequence = this.#next
    const most = Math.ceil((toByte - fromByte) / recordLength(0, 0))
    const toSequence = next ?? (fromByte === 0 ? fromSequence : fromSequence + most)
    this.#holes.push({ fromByte, toByte, reason, fromSequence, toSequence })
    this.#next = Math.max(this.#next, toSequence)
  }
}
