import { assert } from './assert.ts'

const WORDS = 4
const FIRST_SLOTS = 1024

/**
 * A set of 128-bit digests in bounded memory: about 27 bytes an entry. It keeps at least the last
 * `keep` digests added; older ones are forgotten in generations, and `forgotten` counts them.
 */
export class DigestSet {
  readonly #generationMax: number
  #young = new Table()
  #old = new Table()
  forgotten = 0

  constructor(keep: number) {
    this.#generationMax = keep
  }

  /** Adds a digest, given as at least 32 hexadecimal digits. */
  add(hex: string): void {
    const words = wordsOf(hex)
    if (this.#young.has(words) || this.#old.has(words)) return
    if (this.#young.size >= this.#generationMax) {
      this.forgotten += this.#old.size
      this.#old = this.#young
      this.#young = new Table()
    }
    this.#young.add(words)
  }

  has(hex: string): boolean {
    if (this.#young.size + this.#old.size === 0) return false
    const words = wordsOf(hex)
    return this.#young.has(words) || this.#old.has(words)
  }
}

/** Open addressing with linear probing; a slot of four zero words is free. */
class Table {
  #slots = new Uint32Array(FIRST_SLOTS * WORDS)
  size = 0

  has(words: Uint32Array): boolean {
    return !this.#isFree(this.#find(words))
  }

  add(words: Uint32Array): void {
    if (this.size * 2 * WORDS >= this.#slots.length) this.#grow()
    const slot = this.#find(words)
    if (!this.#isFree(slot)) return
    this.#slots.set(words, slot)
    this.size += 1
  }

  #find(words: Uint32Array): number {
    const mask = this.#slots.length / WORDS - 1
    let at = (words[0] ?? 0) & mask
    while (!this.#isFree(at * WORDS) && !this.#equals(at * WORDS, words)) at = (at + 1) & mask
    return at * WORDS
  }

  #isFree(slot: number): boolean {
    for (let word = 0; word < WORDS; word += 1) if (this.#slots[slot + word] !== 0) return false
    return true
  }

  #equals(slot: number, words: Uint32Array): boolean {
    for (let word = 0; word < WORDS; word += 1) {
      if (this.#slots[slot + word] !== words[word]) return false
    }
    return true
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Uint32Array(before.length * 2)
    for (let slot = 0; slot < before.length; slot += WORDS) {
      const words = before.subarray(slot, slot + WORDS)
      if (words.some((word) => word !== 0)) this.#slots.set(words, this.#find(words))
    }
  }
}

const DIGEST_BYTES = WORDS * 4
const scratch = new Uint32Array(WORDS)
const scratchBytes = Buffer.from(scratch.buffer)

/**
 * The first 128 bits, in a buffer that the next call uses again. All zero marks a free slot, so the
 * one digest that is all zero counts as its neighbour.
 */
const wordsOf = (hex: string): Uint32Array => {
  const written = scratchBytes.write(hex, 0, DIGEST_BYTES, 'hex')
  assert(written === DIGEST_BYTES, 'a digest has 32 hexadecimal digits')
  let any = 0
  for (let word = 0; word < WORDS; word += 1) any |= scratch[word] ?? 0
  if (any === 0) scratch[WORDS - 1] = 1
  return scratch
}
