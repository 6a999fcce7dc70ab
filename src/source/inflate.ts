import type { Transform } from 'node:stream'
import {
  crc32,
  createInflateRaw,
  createZstdDecompress,
  type InflateRaw,
  type ZstdDecompress,
} from 'node:zlib'
import { LIMIT } from '../base/limit.ts'
import { ByteReader, type Chunks } from './byte-reader.ts'
import { skipGzipHeader, trailerIsRight } from './gzip.ts'

/** Called with the code of an issue and a sentence, when reading stops early. */
export type OnFault = (code: string, message: string) => void

/** How bytes are compressed, by their first ones. */
export type Compression = 'none' | 'gzip' | 'zstd'

/** The compression of a file that begins so. */
export const compressionOf = (head: Uint8Array): Compression => {
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return 'gzip'
  return isZstd(head) ? 'zstd' : 'none'
}

/**
 * Bytes that were read, and what became of them by decompressing: of one stream, or of a whole file
 * with all that is compressed in it, again and again.
 */
export class InflateCount {
  compressed = 0
  inflated = 0

  /** Whether it grew beyond all measure. */
  isBomb(): boolean {
    const { compressed, inflated } = this
    return inflated > LIMIT.inflateFreeBytes && inflated > compressed * LIMIT.inflateRatioMax
  }
}

/**
 * The decompressed bytes, of concatenated members too. What comes before a cut place is given, and
 * before a damaged one all but the last 64 KiB at most; then `onFault` is called and it ends. So it
 * does when it grows beyond `LIMIT.inflateRatioMax`, by itself or with the `whole` it is part of.
 * Each step is decompressed whole before the next is asked for, so that nothing waits in a stream
 * when it fails.
 */
export async function* inflate(
  chunks: Chunks,
  compression: 'gzip' | 'zstd',
  onFault: OnFault,
  whole?: InflateCount,
): Chunks {
  const reader = new ByteReader(chunks)
  const limit = new Limit(whole)
  for (;;) {
    const bomb = limit.fault()
    if (bomb !== undefined) return onFault(...bomb)
    const next = await nextMember(reader, compression)
    if (next === 'end') return
    if (next !== 'member') return onFault(...next)
    const member = new Member(compression)
    try {
      yield* member.pieces(reader, limit)
    } finally {
      member.close()
    }
    if (member.fault !== undefined) return onFault(...member.fault)
    if (compression === 'gzip') {
      const trailer = await trailerOf(reader)
      if (trailer.length < TRAILER_BYTES) {
        return onFault('source/cut-short', 'the checksum at the end is cut off')
      }
      if (!trailerIsRight(trailer, member)) {
        return onFault('source/broken-compression', 'the checksum is wrong')
      }
    }
  }
}

async function trailerOf(reader: ByteReader): Promise<Buffer> {
  const trailer = Buffer.from(await reader.peek(TRAILER_BYTES))
  await reader.take(trailer.length)
  return trailer
}

/** What is wrong: the code and a sentence. */
type Fault = readonly [code: string, message: string]

/** Compressed bytes given to the decompressor at once: at the worst ratio, 33 MB come of them. */
const STEP_BYTES = 32_768
const TRAILER_BYTES = 8
const OUTPUT_BYTES = 65_536

/** Goes to the data of the next member. Zeros behind the last one are padding. */
async function nextMember(
  reader: ByteReader,
  compression: 'gzip' | 'zstd',
): Promise<'member' | 'end' | Fault> {
  const head = await reader.peek(4)
  if (head.every((byte) => byte === 0)) return 'end'
  if (compressionOf(head) !== compression) {
    return ['source/broken-compression', 'something else follows the compressed data']
  }
  if (compression === 'zstd' || (await skipGzipHeader(reader))) return 'member'
  return ['source/cut-short', 'unexpected end of file']
}

/** Counts over all members of a stream, and for the whole that it is part of. */
class Limit {
  readonly #own = new InflateCount()
  readonly #whole: InflateCount | undefined

  constructor(whole: InflateCount | undefined) {
    this.#whole = whole
  }

  read(bytes: number): void {
    this.#own.compressed += bytes
  }

  gave(bytes: number): void {
    this.#own.inflated += bytes
    if (this.#whole !== undefined) this.#whole.inflated += bytes
  }

  fault(): Fault | undefined {
    const bomb = [this.#own, this.#whole].find((count) => count?.isBomb())
    return bomb && ['source/bomb', `${bomb.compressed} bytes became ${bomb.inflated}`]
  }
}

/** One decompressor: of a member of gzip behind its header, or of a frame of zstd. */
class Member {
  readonly #stream: (InflateRaw | ZstdDecompress) & Transform
  readonly #checked: boolean
  readonly #done: Promise<void>
  #pieces: Buffer[] = []
  #ended = false
  fault: Fault | undefined
  /** Of what came out: checked against the trailer of gzip; zstd checks itself. */
  checksum = 0
  inflated = 0

  constructor(compression: 'gzip' | 'zstd') {
    const options = { chunkSize: OUTPUT_BYTES }
    this.#checked = compression === 'gzip'
    this.#stream = this.#checked ? createInflateRaw(options) : createZstdDecompress(options)
    this.#stream.on('data', (piece: Buffer) => this.#pieces.push(piece))
    this.#done = new Promise((resolve) => {
      this.#stream.on('error', (error) => {
        this.fault ??= faultOf(error)
        resolve()
      })
      this.#stream.on('end', () => {
        this.#ended = true
        resolve()
      })
      this.#stream.on('close', resolve)
    })
  }

  /** What comes out, until the member ends or is faulty. The reader then stands behind it. */
  async *pieces(reader: ByteReader, limit: Limit): Chunks {
    while (!this.#ended && this.fault === undefined) {
      const step = await reader.look(STEP_BYTES)
      const before = this.#stream.bytesWritten
      if (step.length === 0) this.#stream.end()
      else await this.#write(step)
      if (step.length === 0) await this.#done
      const used = this.#ended ? this.#stream.bytesWritten - before : step.length
      if (used > 0) await reader.take(used)
      limit.read(used)
      yield* this.#take(limit)
      this.fault ??= limit.fault()
    }
  }

  close(): void {
    this.#stream.destroy()
  }

  async #write(bytes: Buffer): Promise<void> {
    const written = new Promise<void>((resolve) => this.#stream.write(bytes, () => resolve()))
    await Promise.race([written, this.#done])
  }

  *#take(limit: Limit): Iterable<Buffer> {
    const pieces = this.#pieces
    this.#pieces = []
    for (const piece of pieces) {
      if (this.#checked) this.checksum = crc32(piece, this.checksum)
      this.inflated += piece.length
      limit.gave(piece.length)
      yield piece
    }
  }
}

function faultOf(error: Error): Fault {
  const cut = 'code' in error && error.code === 'Z_BUF_ERROR'
  return [cut ? 'source/cut-short' : 'source/broken-compression', error.message]
}

/** A frame, or a frame to be skipped. */
function isZstd(head: Uint8Array): boolean {
  const skippable = ((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d
  const frame = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd
  return frame || (skippable && head[3] === 0x18)
}
