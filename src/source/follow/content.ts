import type { FileHandle } from 'node:fs/promises'
import { LIMIT } from '../../base/limit.ts'
import { BlockPool } from '../block-pool.ts'
import { ByteReader, type Chunks } from '../byte-reader.ts'
import { Cutter, type OnSkip, type Piece } from '../cutter.ts'
import { type Compression, compressionOf, inflate, type OnFault } from '../inflate.ts'
import { readAt } from './line-reader.ts'

/** How a file begins, decompressed. */
export interface Head {
  /** At most `LIMIT.fingerprintBytes`. */
  readonly bytes: Uint8Array
  /** The content ends with them, or cannot be read further. */
  readonly ended: boolean
  readonly compression: Compression
}

/** Reads the beginning of a file, and leaves the rest. */
export const headOf = async (file: FileHandle): Promise<Head> => {
  const raw = await readAt(file, 0, LIMIT.fingerprintBytes)
  const compression = compressionOf(raw)
  const bytes = compression === 'none' ? raw : await inflatedHead(file, compression)
  return { bytes, ended: bytes.length < LIMIT.fingerprintBytes, compression }
}

/** What `compressedLines` needs to be told, and what it tells. */
export interface CompressedOptions {
  readonly compression: 'gzip' | 'zstd'
  /** Where to begin, in the decompressed content: at the beginning of a line. */
  readonly from: number
  readonly onSkip: OnSkip
  readonly onFault: OnFault
}

/**
 * The whole lines of a compressed file. When it is cut short or damaged, they end with the last one
 * before that place, so that the same may be tried again once more of the file is there.
 */
export async function* compressedLines(
  file: FileHandle,
  options: CompressedOptions,
): AsyncGenerator<Piece, void> {
  const { compression, from, onSkip, onFault } = options
  let faulty = false
  const fault: OnFault = (code, message) => {
    faulty = true
    onFault(code, message)
  }
  const skip: OnSkip = (offset, length) => {
    if (!faulty) onSkip(from + offset, length)
  }
  const cutter = new Cutter(skip, new BlockPool())
  const moved = ({ bytes, offset }: Piece): Piece => ({ bytes, offset: from + offset })
  for await (const chunk of behind(from, inflate(chunksOf(file), compression, fault))) {
    for (const piece of cutter.push(chunk)) yield moved(piece)
  }
  for (const piece of cutter.end()) {
    const end = faulty ? piece.bytes.lastIndexOf(NEWLINE) + 1 : piece.bytes.length
    if (end > 0) yield moved({ bytes: piece.bytes.subarray(0, end), offset: piece.offset })
  }
}

const NEWLINE = 0x0a
const READ_BYTES = 262_144

async function inflatedHead(file: FileHandle, compression: 'gzip' | 'zstd'): Promise<Uint8Array> {
  const reader = new ByteReader(inflate(chunksOf(file), compression, () => {}))
  const bytes = await reader.peek(LIMIT.fingerprintBytes)
  await reader.close()
  return bytes
}

async function* chunksOf(file: FileHandle): Chunks {
  for (let offset = 0; ; ) {
    const chunk = await readAt(file, offset, READ_BYTES)
    if (chunk.length === 0) return
    yield chunk
    offset += chunk.length
  }
}

async function* behind(from: number, chunks: Chunks): Chunks {
  let left = from
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}
