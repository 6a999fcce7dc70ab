import type { Pattern } from '../plan/pattern.ts'

/**
 * Whether the whole text matches the pattern. `?` is one code point, as in RE2 over UTF-8. Takes
 * time in proportion to both lengths multiplied at worst: only the last `*` is ever taken back.
 */
export const matchPattern = (pattern: Pattern, text: string): boolean => {
  let part = 0
  let at = 0
  let star = -1
  let resume = 0
  for (;;) {
    const wanted = pattern[part]
    if (wanted === 'any') {
      star = part
      resume = at
      part += 1
      continue
    }
    const next = wanted === undefined ? endAt(text, at) : stepOver(wanted, text, at)
    if (next >= 0) {
      if (wanted === undefined) return true
      at = next
      part += 1
      continue
    }
    if (star < 0) return false
    resume = resumeAt(pattern[star + 1], text, resume)
    if (resume < 0) return false
    at = resume
    part = star + 1
  }
}

const endAt = (text: string, at: number): number => (at === text.length ? at : -1)

const stepOver = (wanted: 'one' | { readonly text: string }, text: string, at: number): number => {
  if (wanted === 'one') return at < text.length ? at + widthAt(text, at) : -1
  return text.startsWith(wanted.text, at) ? at + wanted.text.length : -1
}

/** Where the `*` may end next: after one more code point, or at the next place of the literal. */
const resumeAt = (after: Pattern[number] | undefined, text: string, resume: number): number => {
  if (resume >= text.length) return -1
  // A `*` at the end takes all that is left.
  if (after === undefined) return text.length
  const next = resume + widthAt(text, resume)
  return typeof after === 'object' ? text.indexOf(after.text, next) : next
}

const widthAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
