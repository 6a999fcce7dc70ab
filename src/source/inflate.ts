import type { Transform } from 'node:stream'
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib'
import { LIMIT } from '../base/limit.ts'

/** Bytes as they come. */
export type Chunks = AsyncIterable<Buffer>

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
 * The decompressed bytes, of concatenated members too. What comes before a cut or damaged place is
 * given; then `onFault` is called and it ends. So it does when it grows beyond
 * `LIMIT.inflateRatioMax`. Each chunk is decompressed whole before the next is asked for, so that
 * nothing is lost when the stream fails.
 */
export async function* inflate(
  chunks: Chunks,
  compression: 'gzip' | 'zstd',
  onFault: OnFault,
): Chunks {
  const limit = new Limit()
  let member = new Member(compression)
  try {
    for await (const chunk of chunks) {
      for (let from = 0; from < chunk.length; from += STEP_BYTES) {
        let rest = chunk.subarray(from, from + STEP_BYTES)
        while (rest.length > 0) {
          if (member.ended) {
            if (!isZstd(rest)) return onFault('source/broken-compression', 'other data follows')
            member = new Member(compression)
          }
          const consumed = await member.write(rest)
          limit.compressed += consumed
          for (const piece of member.take()) {
            limit.inflated += piece.length
            yield piece
          }
          if (member.fault !== undefined) return onFault(...member.fault)
          if (limit.isMet()) return onFault('source/bomb', limit.message())
          rest = rest.subarray(consumed)
        }
      }
    }
    await member.end()
    yield* member.take()
    if (member.fault !== undefined) onFault(...member.fault)
  } finally {
    member.close()
  }
}

/** Compressed bytes given to the decompressor at once: at the worst ratio, 33 MB come of them. */
const STEP_BYTES = 32_768
const OUTPUT_BYTES = 262_144

class Limit {
  compressed = 0
  inflated = 0

  isMet(): boolean {
    return (
      this.inflated > LIMIT.inflateFreeBytes &&
      this.inflated > this.compressed * LIMIT.inflateRatioMax
    )
  }

  message(): string {
    return `${this.compressed} bytes became ${this.inflated}`
  }
}

/** One decompressor: of a whole gzip file, or of one frame of zstd. */
class Member {
  readonly #stream: (Gunzip | ZstdDecompress) & Transform
  readonly #done: Promise<void>
  #pieces: Buffer[] = []
  #given = 0
  ended = false
  fault: readonly [string, string] | undefined

  constructor(compression: 'gzip' | 'zstd') {
    const options = { chunkSize: OUTPUT_BYTES }
    this.#stream = compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options)
    this.#stream.on('data', (piece: Buffer) => this.#pieces.push(piece))
    this.#done = new Promise((resolve) => {
      this.#stream.on('error', (error) => {
        this.fault ??= faultOf(error)
        resolve()
      })
      this.#stream.on('end', () => {
        this.ended = true
        resolve()
      })
      this.#stream.on('close', resolve)
    })
  }

  /** Gives how many of the bytes it used: fewer than all when a frame ends among them. */
  async write(bytes: Buffer): Promise<number> {
    const written = new Promise<void>((resolve) => this.#stream.write(bytes, () => resolve()))
    await Promise.race([written, this.#done])
    const before = this.#given
    this.#given += bytes.length
    if (!this.ended) return bytes.length
    return Math.max(0, this.#stream.bytesWritten - before)
  }

  async end(): Promise<void> {
    if (this.ended || this.fault !== undefined) return
    this.#stream.end()
    await this.#done
  }

  take(): readonly Buffer[] {
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }

  close(): void {
    this.#stream.destroy()
  }
}

function faultOf(error: Error): readonly [string, string] {
  const cut = 'code' in error && error.code === 'Z_BUF_ERROR'
  return [cut ? 'source/cut-short' : 'source/broken-compression', error.message]
}

/** A frame, or a frame to be skipped. */
function isZstd(head: Uint8Array): boolean {
  const skippable = ((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d
  const frame = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd
  return frame || (skippable && head[3] === 0x18)
}
