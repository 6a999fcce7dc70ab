/** Sizes of states, and so classes of groups in a correlation. */
const SIZES = 16

/**
 * Chooses the slots of a segment that are given up. One is used for all searches in turn, for they
 * come in thousands when keys flood in.
 */
export class Victims {
  #marks = new Uint8Array(0)
  #slots = new Uint32Array(0)
  #classes = new Uint32Array(0)
  #timesUs = new Float64Array(0)
  #sorted = new Float64Array(0)
  #perClass = new Uint32Array(0)
  #candidates = 0
  #marked = 0

  /** Slots that are to go. */
  get marked(): number {
    return this.#marked
  }

  /** Forgets all, and makes room for so many slots. */
  begin(capacity: number, correlations: number): void {
    if (this.#marks.length < capacity) {
      this.#marks = new Uint8Array(capacity)
      this.#slots = new Uint32Array(capacity)
      this.#classes = new Uint32Array(capacity)
      this.#timesUs = new Float64Array(capacity)
      this.#sorted = new Float64Array(capacity)
    }
    if (this.#perClass.length < correlations * SIZES) {
      this.#perClass = new Uint32Array(correlations * SIZES)
    }
    this.#marks.fill(0)
    this.#perClass.fill(0)
    this.#candidates = 0
    this.#marked = 0
  }

  /** A slot that may be given up. */
  propose(slot: number, correlation: number, size: number, newestUs: number): void {
    const of = correlation * SIZES + size
    this.#slots[this.#candidates] = slot
    this.#classes[this.#candidates] = of
    this.#timesUs[this.#candidates] = newestUs
    this.#candidates += 1
    this.#perClass[of] = (this.#perClass[of] ?? 0) + 1
  }

  /** A slot that goes. */
  mark(slot: number): void {
    this.#marks[slot] = 1
    this.#marked += 1
  }

  isMarked(slot: number): boolean {
    return this.#marks[slot] === 1
  }

  /**
   * Of the slots proposed, the oldest quarter of those whose correlation and size are most, or half
   * as many: whoever floods makes many alike.
   */
  oldest(): readonly number[] {
    const least = this.#perClass.reduce((a, b) => Math.max(a, b), 0) / 2
    let count = 0
    for (let at = 0; at < this.#candidates; at += 1) {
      if (!this.#isMany(at, least)) continue
      this.#sorted[count] = this.#timesUs[at] ?? 0
      count += 1
    }
    const wanted = Math.ceil(count / 4)
    const untilUs = this.#sorted.subarray(0, count).sort()[wanted - 1] ?? 0
    const chosen: number[] = []
    for (let at = 0; at < this.#candidates && chosen.length < wanted; at += 1) {
      const isOld = (this.#timesUs[at] ?? 0) <= untilUs
      if (isOld && this.#isMany(at, least)) chosen.push(this.#slots[at] ?? 0)
    }
    return chosen
  }

  #isMany(candidate: number, least: number): boolean {
    return (this.#perClass[this.#classes[candidate] ?? 0] ?? 0) >= least
  }
}
