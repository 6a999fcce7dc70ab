import type { FileHandle } from 'node:fs/promises'
import { LIMIT } from '../../base/limit.ts'

/** What comes next in a file. `wait`: no whole line yet. */
export type Stretch =
  | { readonly kind: 'lines'; readonly bytes: Uint8Array }
  | { readonly kind: 'oversize'; readonly length: number }
  | { readonly kind: 'wait' }

/**
 * Reads whole lines of a file that may grow. A line is read once its newline is there, never
 * before, so that what the writer has not finished cannot be taken for what it wrote. Holds no
 * bytes between two calls.
 */
export class LineReader {
  readonly #file: FileHandle
  readonly #chunkBytes: number
  #offset: number
  /** So many bytes behind the offset hold no newline. */
  #searched = 0

  constructor(file: FileHandle, offset: number, chunkBytes: number) {
    this.#file = file
    this.#offset = offset
    this.#chunkBytes = chunkBytes
  }

  /** Of the first byte that was not passed. */
  get offset(): number {
    return this.#offset
  }

  /**
   * The next lines, without passing them. When the file has `ended`, what is left counts as a line.
   * A line longer than `LIMIT.recordBytesMax` is only measured. A whole chunk of NUL, as a crash of
   * the machine leaves them, is given without waiting for its newline.
   */
  async next(ended: boolean): Promise<Stretch> {
    for (;;) {
      const chunk = await readAt(this.#file, this.#offset + this.#searched, this.#chunkBytes)
      if (chunk.length === 0) return ended ? await this.#rest() : { kind: 'wait' }
      const newline = chunk.lastIndexOf(NEWLINE)
      if (this.#searched === 0) {
        if (newline >= 0) return { kind: 'lines', bytes: chunk.subarray(0, newline + 1) }
        const isZeros = chunk.length === this.#chunkBytes && chunk.every((byte) => byte === 0)
        if (isZeros) return { kind: 'lines', bytes: chunk }
      } else if (newline >= 0) {
        return await this.#longLine(this.#searched + chunk.indexOf(NEWLINE) + 1)
      }
      this.#searched += chunk.length
    }
  }

  /** Goes on behind so many bytes. */
  pass(length: number): void {
    this.#offset += length
    this.#searched = 0
  }

  async #longLine(length: number): Promise<Stretch> {
    if (length > LIMIT.recordBytesMax) return { kind: 'oversize', length }
    const most = Math.max(length, this.#chunkBytes)
    const bytes = await readAt(this.#file, this.#offset, most)
    const end = bytes.lastIndexOf(NEWLINE) + 1
    // The file was rewritten between the two reads: its content will be found to be another.
    if (end < length) return { kind: 'wait' }
    return { kind: 'lines', bytes: bytes.subarray(0, end) }
  }

  async #rest(): Promise<Stretch> {
    const length = this.#searched
    if (length === 0) return { kind: 'wait' }
    if (length > LIMIT.recordBytesMax) return { kind: 'oversize', length }
    return { kind: 'lines', bytes: await readAt(this.#file, this.#offset, length) }
  }
}

/** Up to so many bytes of a file from a place on: fewer only where it ends. The buffer is new. */
export const readAt = async (
  file: FileHandle,
  offset: number,
  length: number,
): Promise<Buffer<ArrayBuffer>> => {
  const { size } = await file.stat()
  const most = Math.max(0, Math.min(length, size - offset))
  const bytes = Buffer.allocUnsafeSlow(most)
  let filled = 0
  while (filled < most) {
    const { bytesRead } = await file.read(bytes, filled, most - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

const NEWLINE = 0x0a
