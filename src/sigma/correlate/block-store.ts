import { assert } from '../../base/assert.ts'

/** Words of a page: what memory is asked for at a time, unless one block is larger. */
const PAGE_WORDS = 4096
const INDEX_BITS = 28
const NONE = 0xffff_ffff

/**
 * Blocks of words in sizes that are powers of two, by number. They live in pages of one size each,
 * so that a million small ones cost what they hold, and a freed one is used again.
 */
export class BlockStore {
  readonly #sizes: readonly BlockSize[]
  bytes = 0

  /** The longest block has `2 ** sizes` words, at most 2 ** 15. */
  constructor(sizes: number) {
    this.#sizes = Array.from({ length: sizes }, (_, at) => newSize(2 ** (at + 1)))
  }

  /** The smallest size for a number of words. Sizes are small numbers: 0 is two words. */
  sizeFor(words: number): number {
    let size = 0
    while (2 ** (size + 1) < words) size += 1
    return size
  }

  /** Bytes that one more block of a size would take from the machine: often none. */
  bytesForOneMore(size: number): number {
    const { free, used, pages, perPage, words } = this.#of(size)
    return free !== NONE || used < pages.length * perPage ? 0 : perPage * words * 4
  }

  /** Bytes of all blocks of a size. */
  bytesOf(size: number): number {
    const { pages, perPage, words } = this.#of(size)
    return pages.length * perPage * words * 4
  }

  /** A block whose words are whatever was there. */
  take(size: number): number {
    const of = this.#of(size)
    if (of.free !== NONE) {
      const index = of.free
      of.free = this.#pageOf(of, index)[this.#offsetOf(of, index)] ?? NONE
      return size * 2 ** INDEX_BITS + index
    }
    if (of.used === of.pages.length * of.perPage) {
      of.pages.push(new Uint32Array(of.perPage * of.words))
      this.bytes += of.perPage * of.words * 4
    }
    of.used += 1
    return size * 2 ** INDEX_BITS + of.used - 1
  }

  free(block: number): void {
    const of = this.#of(this.sizeOf(block))
    const index = block % 2 ** INDEX_BITS
    this.#pageOf(of, index)[this.#offsetOf(of, index)] = of.free
    of.free = index
  }

  sizeOf(block: number): number {
    return Math.floor(block / 2 ** INDEX_BITS)
  }

  /** The page that holds a block; `offsetOf` says where. */
  pageOf(block: number): Uint32Array {
    return this.#pageOf(this.#of(this.sizeOf(block)), block % 2 ** INDEX_BITS)
  }

  offsetOf(block: number): number {
    return this.#offsetOf(this.#of(this.sizeOf(block)), block % 2 ** INDEX_BITS)
  }

  #of(size: number): BlockSize {
    const of = this.#sizes[size]
    assert(of !== undefined, `no block has size ${size}`)
    return of
  }

  #pageOf({ pages, perPage }: BlockSize, index: number): Uint32Array {
    const page = pages[Math.floor(index / perPage)]
    assert(page !== undefined, 'a block lies in a page')
    return page
  }

  #offsetOf({ perPage, words }: BlockSize, index: number): number {
    return (index % perPage) * words
  }
}

interface BlockSize {
  readonly words: number
  readonly perPage: number
  readonly pages: Uint32Array[]
  /** Blocks that were ever taken. */
  used: number
  /** The first free one of those; its first word is the next. */
  free: number
}

const newSize = (words: number): BlockSize => ({
  words,
  perPage: Math.max(1, PAGE_WORDS / words),
  pages: [],
  used: 0,
  free: NONE,
})
