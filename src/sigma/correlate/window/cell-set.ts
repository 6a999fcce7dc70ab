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

  /** A value of a match, or of a cannot-tell. Cells only grow. */
  add(digest: Uint32Array, isMatch: boolean, cell: number): void {
    if ((this.#used + 1) * 4 > (this.#slots.length / SLOT_WORDS) * 3) this.#rebuild(cell)
    const slots = this.#slots
    const at = find(slots, digest[0] ?? 0, digest[1] ?? 0)
    if (slots[at + 3] === 0) {
      slots.set(digest, at)
      this.#used += 1
    }
    const mark = markOf(cell)
    if (slots[at + 3] !== mark) {
      this.#count(slots[at + 3] ?? 0, cell, 'all')
      slots[at + 3] = mark
    }
    if (isMatch && slots[at + 2] !== mark) {
      this.#count(slots[at + 2] ?? 0, cell, 'matches')
      slots[at + 2] = mark
    }
  }

  /** A hit whose value cannot be told: one more. */
  addUntold(cell: number): void {
    this.#count(0, cell, 'all')
  }

  /**
   * How many there are in the window that ends in `cell`, of matches or of all, counted up to what
   * decides; and in which cell the earliest of them was seen last.
   */
  countIn(cell: number, kind: 'matches' | 'all'): { count: number; fromCell: number } {
    let count = 0
    let fromCell = cell
    for (let earlier = cell; earlier > cell - CELLS && count < this.#most; earlier -= 1) {
      const here = this.#countOf(earlier)?.[kind] ?? 0
      if (here > 0) fromCell = earlier
      count += here
    }
    return { count: Math.min(count, this.#most), fromCell }
  }

  /** Moves a value from the cell of its mark, if the window still has it, to the present one. */
  #count(mark: number, cell: number, kind: 'matches' | 'all'): void {
    const now = this.#open(cell)
    now[kind] += 1
    if (mark === 0) return
    const before = cellOf(mark, cell)
    const count = before > cell - CELLS ? this.#countOf(before) : undefined
    if (count !== undefined) count[kind] -= 1
  }

  #open(cell: number): CellCount {
    const count = this.#at(cell)
    if (count.cell !== cell) {
      count.cell = cell
      count.matches = 0
      count.all = 0
    }
    return count
  }

  #countOf(cell: number): CellCount | undefined {
    const count = this.#at(cell)
    return count.cell === cell ? count : undefined
  }

  #at(cell: number): CellCount {
    const count = this.#counts[((cell % CELLS) + CELLS) % CELLS]
    assert(count !== undefined, 'a window has 32 cells')
    return count
  }

  /** Keeps the values that may still decide, in a table that they fill by half at most. */
  #rebuild(cell: number): void {
    const oldest = this.#oldestNeeded(cell)
    const kept = this.#slots
    const live: number[] = []
    for (let at = 0; at < kept.length; at += SLOT_WORDS) {
      const mark = kept[at + 3] ?? 0
      if (mark !== 0 && cellOf(mark, cell) >= oldest) live.push(at)
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
  #oldestNeeded(cell: number): number {
    const matches = this.countIn(cell, 'matches')
    const all = this.countIn(cell, 'all')
    const enough = matches.count >= this.#most && all.count >= this.#most
    return enough ? Math.min(matches.fromCell, all.fromCell) : cell - CELLS + 1
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
