/** Words of the longest state: as many as the largest block of a store holds. */
export const STATE_WORDS_MAX = 16_384

/** Times are kept in 52 bits: up to the year 2112. */
export const TIME_MAX_US: number = 2 ** 52 - 1

const HIGH_BITS = 20
const HIGH_MASK = 2 ** HIGH_BITS - 1
const LOW_RANGE = 2 ** 32

/**
 * What is remembered of one group, unpacked: a window reads and changes it in place, and one is
 * used for all groups in turn. It begins with a time: the newest that still counts.
 */
export class GroupState {
  readonly words: Uint32Array = new Uint32Array(STATE_WORDS_MAX)
  /** The same memory as numbers, two words each. */
  readonly numbers: Float64Array = new Float64Array(this.words.buffer)
  /** Words in use: even. */
  length = 0
  /** When it was last judged yes, and yes or unknown; 0 for never. */
  yesUs = 0
  anyUs = 0

  clear(): void {
    this.length = 0
    this.yesUs = 0
    this.anyUs = 0
  }

  /** The time at a word. */
  timeAt(at: number): number {
    return readTime(this.words, at)
  }

  /** The number of 12 bits beside the time at a word. */
  noteAt(at: number): number {
    return (this.words[at + 1] ?? 0) >>> HIGH_BITS
  }

  writeTime(at: number, timeUs: number, note: number): void {
    writeTime(this.words, at, timeUs, note)
  }

  /** Makes room for `count` words before `at`. */
  insert(at: number, count: number): void {
    this.words.copyWithin(at + count, at, this.length)
    this.length += count
  }

  remove(at: number, count: number): void {
    this.words.copyWithin(at, at + count, this.length)
    this.length -= count
  }
}

/** Reads the time in two words. */
export const readTime = (words: Uint32Array, at: number): number =>
  ((words[at + 1] ?? 0) & HIGH_MASK) * LOW_RANGE + (words[at] ?? 0)

/** Writes a time and a number of 12 bits into two words. */
export const writeTime = (words: Uint32Array, at: number, timeUs: number, note: number): void => {
  words[at] = timeUs % LOW_RANGE
  words[at + 1] = ((note << HIGH_BITS) | Math.floor(timeUs / LOW_RANGE)) >>> 0
}
