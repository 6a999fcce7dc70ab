/**
 * Something that goes on for a while and is told when it begins, each time it has doubled, and when
 * it ends. What is told shares the beginning, so that it is one finding.
 */
export class Episode {
  readonly fromUs: number
  toUs: number
  /** How much of it there is so far. */
  amount = 0
  #toldAt = 0

  constructor(fromUs: number) {
    this.fromUs = fromUs
    this.toUs = fromUs
  }

  grow(toUs: number, amount: number): void {
    this.toUs = Math.max(this.toUs, toUs)
    this.amount += amount
  }

  /** Whether it should be told now; it is then taken for told. */
  isWorthTelling(): boolean {
    if (this.amount <= 0 || this.amount < this.#toldAt * 2) return false
    this.#toldAt = this.amount
    return true
  }

  /** The same when nothing more is to come: all that was not told is. */
  isWorthEnding(): boolean {
    if (this.amount <= this.#toldAt) return false
    this.#toldAt = this.amount
    return true
  }
}
