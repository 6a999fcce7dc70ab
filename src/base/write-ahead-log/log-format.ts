import { crc32 } from 'node:zlib'
import { LIMIT } from '../limit.ts'

/**
 * How the log lies on disk, version 1. All numbers are little endian.
 *
 * A segment is a file `<first sequence, 16 digits>-<marker, 16 hex digits>.log`:
 *
 *     0  8  `deckwlog`           these 40 bytes keep their shape in every version
 *     8  4  version
 *    12  4  zero
 *    16  8  sequence of its first record
 *    24  8  marker: random, one for each segment
 *    32  4  zero
 *    36  4  CRC-32 of bytes 0 to 36
 *
 * and then records:
 *
 *     0  8  marker of the segment
 *     8  8  sequence
 *    16  4  kind
 *    20  4  bytes of the head
 *    24  4  bytes of the body
 *    28  4  CRC-32 of bytes 0 to 28
 *    32     head (UTF-8), body, and 4 bytes: CRC-32 of both
 *
 * After damage, reading goes on at the next marker. It is random because bodies are hostile: one
 * could hold bytes that look like a record.
 */
export const FORMAT_VERSION = 1

/** Bytes before the first record of a segment. */
export const SEGMENT_HEADER_BYTES = 40

/** Bytes of a record before its head. */
export const RECORD_HEADER_BYTES = 32

/** Bytes of a record after its body. */
export const RECORD_TRAILER_BYTES = 4

/** Bytes of the marker. */
export const MARKER_BYTES = 8

/** What the name of a segment says. */
export interface SegmentName {
  readonly name: string
  readonly first: number
  readonly marker: Buffer
}

/** What stands before a record. */
export interface RecordHeader {
  readonly sequence: number
  readonly kind: number
  readonly headLength: number
  readonly bodyLength: number
}

/** The name of the segment that begins with a sequence. */
export const segmentName = (first: number, marker: Uint8Array): SegmentName => {
  const digits = String(first).padStart(16, '0')
  return {
    name: `${digits}-${Buffer.from(marker).toString('hex')}.log`,
    first,
    marker: Buffer.from(marker),
  }
}

/** What a file name says, or undefined when it is not that of a segment. */
export const readSegmentName = (name: string): SegmentName | undefined => {
  const found = /^(\d{16})-([0-9a-f]{16})\.log$/.exec(name)
  if (found === null) return undefined
  return { name, first: Number(found[1]), marker: Buffer.from(found[2] ?? '', 'hex') }
}

/** The bytes before the first record. */
export const writeSegmentHeader = ({ first, marker }: SegmentName): Buffer => {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
  bytes.write(MAGIC, 0, 'latin1')
  bytes.writeUInt32LE(FORMAT_VERSION, 8)
  bytes.writeBigUInt64LE(BigInt(first), 16)
  marker.copy(bytes, 24)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36)
  return bytes
}

/** What a segment header is: good, of another version, or not to be read. */
export const readSegmentHeader = (bytes: Buffer): { version: number } | undefined => {
  if (bytes.length < SEGMENT_HEADER_BYTES || bytes.toString('latin1', 0, 8) !== MAGIC) {
    return undefined
  }
  if (crc32(bytes.subarray(0, 36)) !== bytes.readUInt32LE(36)) return undefined
  return { version: bytes.readUInt32LE(8) }
}

/** The bytes before the head of a record. */
export const writeRecordHeader = (marker: Buffer, header: RecordHeader, into: Buffer): void => {
  marker.copy(into, 0)
  into.writeBigUInt64LE(BigInt(header.sequence), 8)
  into.writeUInt32LE(header.kind, 16)
  into.writeUInt32LE(header.headLength, 20)
  into.writeUInt32LE(header.bodyLength, 24)
  into.writeUInt32LE(crc32(into.subarray(0, 28)), 28)
}

/** What stands before a record, or undefined when these bytes are no record's beginning. */
export const readRecordHeader = (marker: Buffer, bytes: Buffer): RecordHeader | undefined => {
  if (bytes.length < RECORD_HEADER_BYTES || bytes.compare(marker, 0, 8, 0, 8) !== 0) {
    return undefined
  }
  if (crc32(bytes.subarray(0, 28)) !== bytes.readUInt32LE(28)) return undefined
  const header = {
    sequence: Number(bytes.readBigUInt64LE(8)),
    kind: bytes.readUInt32LE(16),
    headLength: bytes.readUInt32LE(20),
    bodyLength: bytes.readUInt32LE(24),
  }
  const fits =
    Number.isSafeInteger(header.sequence) &&
    header.headLength <= LIMIT.logHeadBytesMax &&
    header.bodyLength <= LIMIT.logBodyBytesMax
  return fits ? header : undefined
}

/** Bytes of a whole record on disk. */
export const recordLength = (headLength: number, bodyLength: number): number =>
  RECORD_HEADER_BYTES + headLength + bodyLength + RECORD_TRAILER_BYTES

const MAGIC = 'deckwlog'
