import type { Place } from '../../../base/issue.ts'

/** A text whose offsets can be told as lines and columns. */
export class PolicyText {
  readonly file: string
  readonly text: string
  /** Where each line begins. */
  readonly #lines: readonly number[]

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
    const lines = [0]
    for (const found of text.matchAll(BREAK)) lines.push(found.index + found[0].length)
    this.#lines = lines
  }

  /** The place of what begins at an offset. */
  placeOf(offset: number): Place {
    const index = this.#lineAt(offset)
    return {
      file: this.file,
      line: index + 1,
      column: offset - (this.#lines[index] ?? 0) + 1,
    }
  }

  /** The last line that begins at the offset or before. */
  #lineAt(offset: number): number {
    let [low, high] = [0, this.#lines.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#lines[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** What ends a line in YAML 1.1. */
const BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/g
