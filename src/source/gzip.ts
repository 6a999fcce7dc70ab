import type { ByteReader } from './byte-reader.ts'

/**
 * Takes the header of a gzip member. False when the file ends in it. Node's own reader of gzip is
 * not used, for it throws away what it has when something else follows the last member.
 * Upstream: RFC 1952, section 2.3.
 */
export const skipGzipHeader = async (reader: ByteReader): Promise<boolean> => {
  const head = await take(reader, 10)
  if (head === undefined) return false
  const flags = head[3] ?? 0
  if ((flags & EXTRA) !== 0) {
    const length = await take(reader, 2)
    if (length === undefined || (await take(reader, length.readUInt16LE(0))) === undefined) {
      return false
    }
  }
  if ((flags & NAME) !== 0 && !(await skipText(reader))) return false
  if ((flags & COMMENT) !== 0 && !(await skipText(reader))) return false
  return (flags & HEADER_CRC) === 0 || (await take(reader, 2)) !== undefined
}

/** Whether the eight bytes behind a member's data are of this data. */
export const trailerIsRight = (
  trailer: Buffer,
  data: { readonly checksum: number; readonly inflated: number },
): boolean =>
  trailer.readUInt32LE(0) === data.checksum && trailer.readUInt32LE(4) === data.inflated % 2 ** 32

const HEADER_CRC = 2
const EXTRA = 4
const NAME = 8
const COMMENT = 16

/** Exactly so many bytes, or undefined. */
async function take(reader: ByteReader, count: number): Promise<Buffer | undefined> {
  const bytes = Buffer.from(await reader.peek(count))
  if (bytes.length < count) return undefined
  if (count > 0) await reader.take(count)
  return bytes
}

async function skipText(reader: ByteReader): Promise<boolean> {
  for (;;) {
    const byte = await take(reader, 1)
    if (byte === undefined) return false
    if (byte[0] === 0) return true
  }
}
