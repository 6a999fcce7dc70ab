/**
 * Chooses the slots of a segment that are given up. One is used for all searches in turn, for they
 * come in thousands when keys flood in.
 */
export class Victims {
  #marks = new Uint8Array(0)
  #slots = new Uint32Array(0)
  #correlations = new Uint16Array(0)
  #timesUs = new Float64Array(0)
  #sorted = new Float64Array(0)
  #perCorrelation = new Uint32Array(0)
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
      this.#correlations = new Uint16Array(capacity)
      this.#timesUs = new Float64Array(capacity)
      this.#sorted = new Float64Array(capacity)
    }
    if (this.#perCorrelation.length < correlations) {
      this.#perCorrelation = new Uint32Array(correlations)
    }
    this.#marks.fill(0)
    this.#perCorrelation.fill(0)
    this.#candidates = 0
    this.#marked = 0
  }

  /** A slot that may be given up. */
  propose(slot: number, correlation: number, newestUs: number): void {
    this.#slots[this.#candidates] = slot
    this.#correlations[this.#candidates] = correlation
    this.#timesUs[this.#candidates] = newestUs
    this.#candidates += 1
    this.#perCorrelation[correlation] = (this.#perCorrelation[correlation] ?? 0) + 1
  }

  /** A slot that goes. */
  mark(slot: number): void {
    this.#marks[slot] = 1
    this.#marked += 1
  }

  isMarked(slot: number): boolean {
    return this.#marks[slot] === 1
  }

  /** Of the slots proposed, the oldest quarter of the correlation that has most of them. */
  oldest(): readonly number[] {
    const most = this.#perCorrelation.indexOf(Math.max(0, ...this.#perCorrelation))
    let count = 0
    for (let at = 0; at < this.#candidates; at += 1) {
      if (this.#correlations[at] !== most) continue
      this.#sorted[count] = this.#timesUs[at] ?? 0
      count += 1
    }
    const wanted = Math.ceil(count / 4)
    const untilUs = this.#sorted.subarray(0, count).sort()[wanted - 1] ?? 0
    const chosen: number[] = []
    for (let at = 0; at < this.#candidates && chosen.length < wanted; at += 1) {
      const isOld = (this.#timesUs[at] ?? 0) <= untilUs && this.#correlations[at] === most
      if (isOld) chosen.push(this.#slots[at] ?? 0)
    }
    return chosen
  }
}
