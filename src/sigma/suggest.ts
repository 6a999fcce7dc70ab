/**
 * The name that was probably meant: one that ends in `.name`, else the nearest by edits, in either
 * case without regard to upper and lower case. Undefined when none is near.
 */
export const suggest = (name: string, known: readonly string[]): string | undefined => {
  const wanted = name.toLowerCase()
  if (wanted.length > LENGTH_MAX || known.length > KNOWN_MAX) return undefined
  const tail = known.find((candidate) => candidate.toLowerCase().endsWith(`.${wanted}`))
  if (tail !== undefined) return tail
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(wanted.length / 4)) + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) >= fewest) continue
    const edits = editsBetween(wanted, candidate.toLowerCase())
    if (edits < fewest) {
      best = candidate
      fewest = edits
    }
  }
  return best
}

/** Longer names are nobody's slip, and would cost their length squared. */
const LENGTH_MAX = 100

/** Of more names some is always near, and each slip would be compared with all. */
const KNOWN_MAX = 5_000

/** Insertions, deletions and substitutions that make one text of the other. */
const editsBetween = (from: string, to: string): number => {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1
      const replaced = (above[column - 1] ?? 0) + same
      line.push(Math.min(replaced, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1))
    }
    above = line
  }
  return above[to.length] ?? 0
}
