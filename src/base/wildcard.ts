/**
 * Whether `text` matches `pattern`, in which `*` stands for any characters (none included) and `?`
 * for one; everything else, case included, for itself. Takes time in proportion to both lengths
 * multiplied at worst, whatever the pattern.
 */
export const matchesWildcard = (pattern: string, text: string): boolean => {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p
      resume = t
      p += 1
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1
      t += 1
    } else if (star >= 0) {
      p = star + 1
      resume += 1
      t = resume
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p += 1
  return p === pattern.length
}
