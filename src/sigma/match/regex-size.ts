/**
 * About how many steps an expression has once its repetitions are written out, before it is
 * compiled: compiling a large one takes long by itself. It may be some too many or too few; what
 * was compiled is then counted.
 */
export const estimatedSteps = (source: string): number => {
  const outer: number[] = []
  let sum = 0
  let last = 0
  for (let at = 0; at < source.length; ) {
    const repeat = repeatAt(source, at)
    if (repeat !== undefined) {
      sum += last * (repeat.times - 1)
      last *= repeat.times
      at += repeat.length
    } else if (source[at] === '(') {
      outer.push(sum)
      sum = 0
      last = 0
      at += 1
    } else {
      last = source[at] === ')' ? sum : 1
      sum = source[at] === ')' ? sum + (outer.pop() ?? 0) : sum + 1
      at += lengthAt(source, at)
    }
  }
  return outer.reduce((whole, part) => whole + part, sum)
}

const REPEAT = /\{([0-9]{1,9})(?:,([0-9]{0,9}))?\}/y

const repeatAt = (source: string, at: number): { times: number; length: number } | undefined => {
  if (source[at] !== '{') return undefined
  REPEAT.lastIndex = at
  const found = REPEAT.exec(source)
  if (found === null) return undefined
  const [whole, least = '', most] = found
  // `{5,}` is five and then a loop.
  const times = Math.max(1, Number(most === undefined || most === '' ? least : most))
  return { times, length: whole.length }
}

/** The length of an escape, a class, or one character. */
const lengthAt = (source: string, at: number): number => {
  if (source[at] === '\\') return 2
  if (source[at] !== '[') return 1
  let end = source[at + 1] === '^' ? at + 2 : at + 1
  if (source[end] === ']') end += 1
  while (end < source.length && source[end] !== ']') end += source[end] === '\\' ? 2 : 1
  return end + 1 - at
}
