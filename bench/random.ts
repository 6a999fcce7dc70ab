/** A seeded source of numbers: the same seed gives the same corpus on every machine. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** The next number, from 0 and below 1. Upstream: the public-domain generator mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** An integer from 0 and below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  /** One of a list. */
  one<T>(list: readonly T[]): T {
    const found = list[this.below(list.length)]
    if (found === undefined) throw new Error('nothing to choose from')
    return found
  }

  /** One of a list of rows, each as often as its `weight` says. */
  weighted<T extends { readonly weight: number }>(rows: readonly T[]): T {
    let left = this.next() * rows.reduce((sum, row) => sum + row.weight, 0)
    for (const row of rows) {
      left -= row.weight
      if (left < 0) return row
    }
    return this.one(rows)
  }

  /** So many random characters of an alphabet. */
  text(length: number, alphabet: string): string {
    let text = ''
    for (let count = 0; count < length; count += 1) text += alphabet[this.below(alphabet.length)]
    return text
  }

  hex(length: number): string {
    return this.text(length, '0123456789abcdef')
  }

  /** A random UUID of version 4. */
  uuid(): string {
    const variant = '89ab'[this.below(4)]
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`
  }

  /** What the API server appends to generated names: no vowels. */
  suffix(length: number): string {
    return this.text(length, 'bcdfghjklmnpqrstvwxz2456789')
  }
}
