import { assert } from '../../../base/assert.ts'
import { CELLS } from '../compare.ts'

const SLOT_WORDS = 4
const SLOTS_FIRST = 16

/** How many distinct values were seen last in a cell. */
interface CellCount {
  cell: number
  matches: number
  all: number
}

/**
 * Distinct values with the cells that each was seen in last: by a match, and by any hit. A touch
 * takes the same time however many there are, and no more are kept than decide.
 */
export class CellSet {
  readonly #most: number
  /** Two words of digest, then the cells as `markOf` writes them; 0 in the last: a free slot. */
  #slots = new Uint32Array(SLOTS_FIRST * SLOT_WORDS)
  #used = 0
  #cell = Number.NEGATIVE_INFINITY
  #matches = 0
  #all = 0
  readonly #counts: readonly CellCount[] = Array.from({ length: CELLS }, () => ({
    cell: Number.NEGATIVE_INFINITY,
    matches: 0,
    all: 0,
  }))

  /** `most`: how many values decide the comparisons. */
  constructor(most: number) {
    this.#most = most
  }

  /** About what it takes in memory. */
  get bytes(): number {
    return CELLS * 48 + this.#slots.byteLength + 300
  }

  /** Goes on to a cell: the window ends with it. */
  advance(cell: number): void {
    if (cell === this.#cell) return
    this.#cell = cell
    for (const count of this.#counts) {
      if (count.cell > cell - CELLS) continue
      this.#matches -= count.matches
      this.#all -= count.all
      count.matches = 0
      count.all = 0
    }
    this.#at(cell).cell = cell
  }

  /** A value of a match, or of a cannot-tell. */
  add(digest: Uint32Array, isMatch: boolean): void {
    if ((this.#used + 1) * 4 > (this.#slots.length / SLOT_WORDS) * 3) this.#rebuild()
    const slots = this.#slots
    const at = find(slots, digest[0] ?? 0, digest[1] ?? 0)
    if (slots[at + 3] === 0) {
      slots.set(digest, at)
      this.#used += 1
    }
    const mark = markOf(this.#cell)
    if (slots[at + 3] !== mark) {
      this.#leave(slots[at + 3] ?? 0, 'all')
      this.#all += 1
      this.#at(this.#cell).all += 1
      slots[at + 3] = mark
    }
    if (isMatch && slots[at + 2] !== mark) {
      this.#leave(slots[at + 2] ?? 0, 'matches')
      this.#matches += 1
      this.#at(this.#cell).matches += 1
      slots[at + 2] = mark
    }
  }

  /** A hit whose value cannot be told: one more. */
  addUntold(): void {
    this.#all += 1
    this.#at(this.#cell).all += 1
  }

  /** Values of matches in the window, as far as they decide. */
  get matches(): number {
    return Math.min(this.#matches, this.#most)
  }

  /** Those of cannot-tells included. */
  get all(): number {
    return Math.min(this.#all, this.#most)
  }

  /** In which cell the earliest of the latest values that decide was seen last. */
  fromCell(kind: 'matches' | 'all'): number {
    let count = 0
    let from = this.#cell
    for (let cell = from; cell > this.#cell - CELLS && count < this.#most; cell -= 1) {
      const of = this.#at(cell)
      if (of.cell !== cell || of[kind] === 0) continue
      from = cell
      count += of[kind]
    }
    return from
  }

  /** Takes a value from the cell of its mark, if the window still has it. */
  #leave(mark: number, kind: 'matches' | 'all'): void {
    if (mark === 0) return
    const cell = cellOf(mark, this.#cell)
    if (cell <= this.#cell - CELLS) return
    this.#at(cell)[kind] -= 1
    if (kind === 'all') this.#all -= 1
    else this.#matches -= 1
  }

  #at(cell: number): CellCount {
    const count = this.#counts[((cell % CELLS) + CELLS) % CELLS]
    assert(count !== undefined, 'a window has 32 cells')
    return count
  }

  /** Keeps the values that may still decide, in a table that they fill by half at most. */
  #rebuild(): void {
    const oldest = this.#oldestNeeded()
    const kept = this.#slots
    const live: number[] = []
    for (let at = 0; at < kept.length; at += SLOT_WORDS) {
      const mark = kept[at + 3] ?? 0
      if (mark !== 0 && cellOf(mark, this.#cell) >= oldest) live.push(at)
    }
    let slots = SLOTS_FIRST
    while (slots < (live.length + 1) * 2) slots *= 2
    this.#slots = new Uint32Array(slots * SLOT_WORDS)
    this.#used = live.length
    for (const at of live) {
      const to = find(this.#slots, kept[at] ?? 0, kept[at + 1] ?? 0)
      this.#slots.set(kept.subarray(at, at + SLOT_WORDS), to)
    }
  }

  /** The cell before which no value matters: those since then decide. */
  #oldestNeeded(): number {
    const enough = Math.min(this.#matches, this.#all) >= this.#most
    if (!enough) return this.#cell - CELLS + 1
    return Math.min(this.fromCell('matches'), this.fromCell('all'))
  }
}

/** The slot of a digest, or the free one where it belongs. */
const find = (slots: Uint32Array, first: number, second: number): number => {
  const mask = slots.length / SLOT_WORDS - 1
  for (let slot = first & mask; ; slot = (slot + 1) & mask) {
    const at = slot * SLOT_WORDS
    if (slots[at + 3] === 0) return at
    if (slots[at] === first && slots[at + 1] === second) return at
  }
}

const MARKS = 2 ** 32 - 1

/** A cell in 32 bits; never 0. Unambiguous among the last four thousand million cells. */
const markOf = (cell: number): number => (cell % MARKS) + 1

/** The latest cell up to `cell` that has a mark. */
const cellOf = (mark: number, cell: number): number => {
  const back = (cell % MARKS) + 1 - mark
  return cell - (back < 0 ? back + MARKS : back)
}
