import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Fault } from '../../base/fault.ts'
import { LIMIT } from '../../base/limit.ts'

/** A line of a file. */
export interface FileLine {
  readonly text: string
  /** Counted from 1. */
  readonly number: number
  /** Whether a newline ends it; only the last may lack it. */
  readonly ended: boolean
}

/** Opens a file to read; a symbolic link is not followed where `isOurs`. */
export const openToRead = async (path: string, isOurs: boolean): Promise<FileHandle> => {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  try {
    const file = await open(path, O_RDONLY | O_NONBLOCK | (isOurs ? O_NOFOLLOW : 0))
    if ((await file.stat()).isFile()) return file
    await file.close()
  } catch (cause) {
    throw new Fault('export/unreadable', `${path} cannot be read`, { cause })
  }
  throw new Fault('export/unreadable', `${path} is no file`)
}

/**
 * The lines of a file, one after the other. Rejects with the Fault `export/unreadable` at one
 * longer than `LIMIT.evidenceLineBytesMax`.
 */
export async function* linesOf(
  path: string,
  isOurs: boolean,
  bytesMax: number = LIMIT.evidenceLineBytesMax,
): AsyncIterable<FileLine> {
  const file = await openToRead(path, isOurs)
  let pieces: Buffer[] = []
  let length = 0
  let number = 0
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES)
      if (bytesRead === 0) break
      let from = 0
      for (let end = 0; from < bytesRead; from = end + 1) {
        end = buffer.subarray(0, bytesRead).indexOf(NEWLINE, from)
        const piece = buffer.subarray(from, end < 0 ? bytesRead : end)
        pieces.push(piece)
        length += piece.length
        if (length > bytesMax) throw tooLong(path, number + 1)
        if (end < 0) break
        number += 1
        yield { text: Buffer.concat(pieces).toString('utf8'), number, ended: true }
        pieces = []
        length = 0
      }
    }
    if (length > 0) {
      yield { text: Buffer.concat(pieces).toString('utf8'), number: number + 1, ended: false }
    }
  } finally {
    await file.close()
  }
}

/** Reads pieces of a file, nearly always one behind the other. */
export class PieceReader {
  readonly #file: FileHandle
  #window: Buffer = Buffer.alloc(0)
  #from = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** The bytes at a place; fewer where the file ends. */
  async read(offset: number, length: number): Promise<Buffer> {
    const to = offset + length
    if (offset < this.#from || to > this.#from + this.#window.length) {
      const size = Math.max(length, CHUNK_BYTES)
      const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(size), 0, size, offset)
      this.#window = buffer.subarray(0, bytesRead)
      this.#from = offset
    }
    return this.#window.subarray(offset - this.#from, to - this.#from)
  }
}

const CHUNK_BYTES = 1_048_576
const NEWLINE = 10

const tooLong = (path: string, line: number): Fault =>
  new Fault('export/unreadable', `line ${line} of ${path} is longer than any that we write`)
