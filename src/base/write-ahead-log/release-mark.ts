import { crc32 } from 'node:zlib'
import { readFully, writeFully } from './byte-window.ts'
import type { LogFile, LogFiles } from './log-files.ts'

/** What the log remembers beside its segments. */
export interface Mark {
  /** Nobody needs the records before this one. */
  readonly released: number
  /** Up to where which segment was surely synced: a torn end can only lie behind it. */
  readonly syncedFirst: number
  readonly syncedBytes: number
}

/** The name of the file that holds it. */
export const MARK_NAME = 'released'

/**
 * A small file that is written in place, so that it needs no room on a full disk: two slots of 512
 * bytes that take turns, so that a torn one leaves the other. A slot is a count of writes, the
 * three numbers (8 bytes each, little endian) and a CRC-32.
 */
export class MarkFile {
  readonly #file: LogFile
  #turn: number
  mark: Mark
  /** Whether what was opened could be read; else nobody knows what is released. */
  readonly isKnown: boolean

  private constructor(file: LogFile, turn: number, mark: Mark) {
    this.#file = file
    this.#turn = turn
    this.mark = mark
    this.isKnown = turn > 0
  }

  /** Opens it, or makes it where there is none. */
  static async open(files: LogFiles, folder: string, isNew: boolean): Promise<MarkFile> {
    const path = `${folder}/${MARK_NAME}`
    if (!isNew) {
      const file = await files.open(path)
      const found = newest(await readFully(file, 0, 2 * SLOT_BYTES))
      return new MarkFile(file, found?.turn ?? 0, found?.mark ?? NOTHING)
    }
    const file = await files.create(path)
    await writeFully(file, [Buffer.alloc(SLOT_BYTES), slotOf(1, NOTHING)], 0)
    await file.sync()
    return new MarkFile(file, 1, NOTHING)
  }

  /** Durable when it resolves. */
  async write(mark: Mark): Promise<void> {
    const turn = this.#turn + 1
    await writeFully(this.#file, [slotOf(turn, mark)], (turn % 2) * SLOT_BYTES)
    await this.#file.sync()
    this.#turn = turn
    this.mark = mark
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

const SLOT_BYTES = 512
const NOTHING: Mark = { released: 1, syncedFirst: 0, syncedBytes: 0 }

function slotOf(turn: number, mark: Mark): Buffer {
  const bytes = Buffer.alloc(SLOT_BYTES)
  const numbers = [turn, mark.released, mark.syncedFirst, mark.syncedBytes]
  for (const [index, number] of numbers.entries()) bytes.writeBigUInt64LE(BigInt(number), index * 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 32)), 32)
  return bytes
}

function newest(bytes: Buffer): { turn: number; mark: Mark } | undefined {
  const slots = [bytes.subarray(0, SLOT_BYTES), bytes.subarray(SLOT_BYTES)].flatMap((slot) => {
    if (slot.length < SLOT_BYTES || crc32(slot.subarray(0, 32)) !== slot.readUInt32LE(32)) return []
    const at = (index: number): number => Number(slot.readBigUInt64LE(index * 8))
    return [{ turn: at(0), mark: { released: at(1), syncedFirst: at(2), syncedBytes: at(3) } }]
  })
  const usable = slots.filter(({ turn, mark }) => turn > 0 && mark.released > 0)
  return usable.sort((a, b) => b.turn - a.turn)[0]
}
