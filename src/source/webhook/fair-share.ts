/**
 * Divides an amount among sources so that none can use it up: a source may hold at most twice what
 * is free after its taking. One alone gets two thirds; each of n gets 2/(2n + 1), and whoever comes
 * next always finds something. Upstream: Choudhury and Hahne, "Dynamic queue length thresholds".
 */
export class FairShare {
  readonly #total: number
  readonly #held = new Map<string, number>()
  #used = 0

  constructor(total: number) {
    this.#total = total
  }

  /** What all sources hold together. */
  get used(): number {
    return this.#used
  }

  /** Whether the source could take so much now. */
  fits(source: string, amount: number): boolean {
    const held = (this.#held.get(source) ?? 0) + amount
    const free = this.#total - this.#used - amount
    return held <= 2 * free
  }

  /** Takes so much for the source, or nothing when that were too much. */
  take(source: string, amount: number): boolean {
    if (!this.fits(source, amount)) return false
    this.#held.set(source, (this.#held.get(source) ?? 0) + amount)
    this.#used += amount
    return true
  }

  /** Gives back what was taken. */
  give(source: string, amount: number): void {
    const held = (this.#held.get(source) ?? 0) - amount
    this.#used -= amount
    if (held > 0) this.#held.set(source, held)
    else this.#held.delete(source)
  }
}
