import type { LogFile } from './log-files.ts'

/** What is read at once. */
export const WINDOW_BYTES = 1_048_576

/** Reads a file at any place, through a window, so that small reads in a row cost one call. */
export class ByteWindow {
  readonly #file: LogFile
  #start = 0
  #bytes: Buffer = Buffer.alloc(0)

  constructor(file: LogFile) {
    this.#file = file
  }

  /**
   * Bytes from a place on: as many as asked for, or fewer at the end of the file. They are good
   * until the next call. What lies behind `end` is not read: it may still change.
   */
  async take(position: number, length: number, end: number): Promise<Buffer> {
    const from = position - this.#start
    if (from >= 0 && from + length <= this.#bytes.length) {
      return this.#bytes.subarray(from, from + length)
    }
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), Math.max(0, end - position))
    this.#bytes = await readFully(this.#file, position, wanted)
    this.#start = position
    return this.#bytes.subarray(0, length)
  }
}

/** Bytes of a file from a place on, fewer only at its end. */
export const readFully = async (
  file: LogFile,
  position: number,
  length: number,
): Promise<Buffer<ArrayBuffer>> => {
  const bytes = Buffer.allocUnsafeSlow(length)
  let have = 0
  while (have < length) {
    const got = await again(() => file.read(bytes.subarray(have), position + have))
    if (got === 0) break
    have += got
  }
  return bytes.subarray(0, have)
}

/** Writes all pieces, however few bytes each call takes; throws ENOSPC when one takes none. */
export const writeFully = async (
  file: LogFile,
  pieces: readonly Uint8Array[],
  position: number,
): Promise<number> => {
  let at = position
  for (let first = 0; first < pieces.length; first += PIECES_AT_ONCE) {
    let left = pieces.slice(first, first + PIECES_AT_ONCE).filter((piece) => piece.length > 0)
    while (left.length > 0) {
      const rest = left
      const place = at
      const written = await again(() => file.write(rest, place))
      if (written === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' })
      at += written
      left = withoutFirst(left, written)
    }
  }
  return at
}

/** Few enough for one call of the system. */
const PIECES_AT_ONCE = 512

function withoutFirst(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = []
  let skip = count
  for (const piece of pieces) {
    if (skip < piece.length) rest.push(piece.subarray(skip))
    skip = Math.max(0, skip - piece.length)
  }
  return rest
}

/** A read or a write at a given place that was interrupted did nothing, and may be made again. */
async function again<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await act()
    } catch (error) {
      if (codeOf(error) !== 'EINTR' || tries === INTERRUPTIONS_MAX) throw error
    }
  }
}

const INTERRUPTIONS_MAX = 100

/** The `code` of a system error. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined

/** Whether an error says that there is no room, or no handle, just now. */
export const saysNoRoom = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'].includes(codeOf(error) ?? '')
