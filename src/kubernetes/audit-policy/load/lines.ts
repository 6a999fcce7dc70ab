import type { Place } from '../../../base/issue.ts'

/** Tells the offsets in a text as lines and columns. */
export interface Lines {
  placeOf(offset: number): Place
}

/** The lines of a text whose offsets count characters. */
export const linesOf = (characters: readonly number[], file: string): Lines => {
  const starts = [0]
  characters.forEach((code, index) => {
    const isPair = code === 0x0d && characters[index + 1] === 0x0a
    if (BREAKS.has(code) && !isPair) starts.push(index + 1)
  })
  return { placeOf: (offset) => place(starts, offset, file, (start) => offset - start) }
}

/** What ends a line in YAML 1.1. */
const BREAKS: ReadonlySet<number> = new Set([0x0a, 0x0d, 0x85, 0x2028, 0x2029])

/** The lines of a text whose offsets are those of a string; columns count characters, too. */
export const linesOfText = (text: string, file: string): Lines => {
  const starts = [0]
  for (const { index, 0: found } of text.matchAll(/\r\n|[\n\r]/g)) starts.push(index + found.length)
  // Characters that take two places of a string.
  const pairs = [-1]
  for (const { index } of text.matchAll(/[\u{10000}-\u{10ffff}]/gu)) pairs.push(index)
  const pairsBefore = (offset: number): number => lastAtMost(pairs, offset - 1)
  return {
    placeOf: (offset) =>
      place(
        starts,
        offset,
        file,
        (start) => offset - start - pairsBefore(offset) + pairsBefore(start),
      ),
  }
}

const place = (
  starts: readonly number[],
  offset: number,
  file: string,
  columnsFrom: (start: number) => number,
): Place => {
  const line = lastAtMost(starts, offset)
  return { file, line: line + 1, column: columnsFrom(starts[line] ?? 0) + 1 }
}

/** The last of ascending numbers that is not above this one. */
const lastAtMost = (numbers: readonly number[], most: number): number => {
  let [low, high] = [0, numbers.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((numbers[middle] ?? 0) <= most) low = middle
    else high = middle - 1
  }
  return low
}
