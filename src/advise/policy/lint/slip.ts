import { suggest } from '../../../sigma/suggest.ts'

/**
 * The known name of which another is a slip of the pen: in one place at most two characters differ.
 * Undefined when there is none. Names that anybody may choose are often near to known ones; those
 * that differ by more are taken for what they are.
 */
export const slipOf = (name: string, known: readonly string[]): string | undefined => {
  const near = suggest(name, known)
  return near !== undefined && isSlip(name.toLowerCase(), near.toLowerCase()) ? near : undefined
}

const isSlip = (one: string, other: string): boolean => {
  const shorter = Math.min(one.length, other.length)
  let begin = 0
  while (begin < shorter && one[begin] === other[begin]) begin += 1
  let end = 0
  while (end < shorter - begin && one.at(-1 - end) === other.at(-1 - end)) end += 1
  return Math.max(one.length, other.length) - begin - end <= 2
}
