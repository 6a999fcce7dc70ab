const KEY_WORDS = 4
const SLOT_WORDS = 5
const CAPACITY_FIRST = 8
const FULL = 0.8
const GROWTH = 1.2

/** Words of a group's key: 112 bits of its digest, and 16 of its correlation's number. */
export type GroupKey = Uint32Array

/** Writes the key of a group, whose digest has at least 28 hexadecimal digits. */
export const writeKey = (key: GroupKey, digest: string, correlation: number): void => {
  for (let word = 0; word < KEY_WORDS; word += 1) {
    let bits = 0
    const digits = word === KEY_WORDS - 1 ? 4 : 8
    for (let digit = 0; digit < digits; digit += 1) {
      bits = (bits << 4) | hexDigit(digest.charCodeAt(word * 8 + digit))
    }
    key[word] = bits
  }
  key[KEY_WORDS - 1] = ((key[KEY_WORDS - 1] ?? 0) << 16) | correlation
}

const hexDigit = (code: number): number => (code & 15) + (code > 57 ? 9 : 0)

/**
 * A part of a table of groups, with open addressing: keys, and the number of a block for each. A
 * slot whose block is 0 is free, so blocks are written as their number and one.
 */
export class GroupSegment {
  #slots = new Uint32Array(0)
  #capacity = 0
  #used = 0

  get bytes(): number {
    return this.#slots.byteLength
  }

  /** Slots, free ones included. */
  get capacity(): number {
    return this.#capacity
  }

  get hasRoom(): boolean {
    return this.#used + 1 <= this.#capacity * FULL
  }

  /** Bytes that `grow` would add. */
  get growthBytes(): number {
    return (this.#grownCapacity - this.#capacity) * SLOT_WORDS * 4
  }

  get #grownCapacity(): number {
    return Math.max(CAPACITY_FIRST, Math.ceil(this.#capacity * GROWTH))
  }

  /** The slot of a key, or -1. */
  find(key: GroupKey): number {
    if (this.#capacity === 0) return -1
    const slot = this.#probe(key)
    return this.blockAt(slot) < 0 ? -1 : slot
  }

  /** The slot that now belongs to a key that was not there; there has to be room. */
  add(key: GroupKey, block: number): number {
    const slot = this.#probe(key)
    this.#slots.set(key, slot * SLOT_WORDS)
    this.setBlock(slot, block)
    this.#used += 1
    return slot
  }

  /** The block at a slot; -1 where the slot is free. */
  blockAt(slot: number): number {
    return (this.#slots[slot * SLOT_WORDS + KEY_WORDS] ?? 0) - 1
  }

  setBlock(slot: number, block: number): void {
    this.#slots[slot * SLOT_WORDS + KEY_WORDS] = block + 1
  }

  correlationAt(slot: number): number {
    return (this.#slots[slot * SLOT_WORDS + KEY_WORDS - 1] ?? 0) & 0xffff
  }

  grow(): void {
    const before = this.#slots
    this.#capacity = this.#grownCapacity
    this.#slots = new Uint32Array(this.#capacity * SLOT_WORDS)
    for (let at = 0; at < before.length; at += SLOT_WORDS) this.#put(before, at)
  }

  /** Forgets the slots that are not to be kept; the others move. */
  retain(isKept: (slot: number) => boolean): void {
    const length = this.#slots.length
    if (moved.length < length) moved = new Uint32Array(length)
    moved.set(this.#slots)
    this.#slots.fill(0)
    this.#used = 0
    for (let slot = 0; slot < this.#capacity; slot += 1) {
      if (!isKept(slot)) continue
      this.#used += moved[slot * SLOT_WORDS + KEY_WORDS] === 0 ? 0 : 1
      this.#put(moved, slot * SLOT_WORDS)
    }
  }

  /** Puts a slot, if it is not free, where its key belongs. */
  #put(slots: Uint32Array, at: number): void {
    if (slots[at + KEY_WORDS] === 0) return
    const whole = slots.subarray(at, at + SLOT_WORDS)
    this.#slots.set(whole, this.#probe(whole) * SLOT_WORDS)
  }

  #probe(key: Uint32Array): number {
    const slots = this.#slots
    const capacity = this.#capacity
    for (let slot = (key[1] ?? 0) % capacity; ; slot = slot + 1 === capacity ? 0 : slot + 1) {
      const at = slot * SLOT_WORDS
      if (slots[at + KEY_WORDS] === 0) return slot
      const isSame =
        slots[at] === key[0] &&
        slots[at + 1] === key[1] &&
        slots[at + 2] === key[2] &&
        slots[at + 3] === key[3]
      if (isSame) return slot
    }
  }
}

/** Where slots wait while their segment is put together again. */
let moved = new Uint32Array(0)
