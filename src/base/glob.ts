/**
 * Whether a glob matches a path. `*` and `?` stay within a part, `**` spans parts, `[a-z]` and
 * `[!a-z]` are one character, and `{a,b}` is one of its words. Linear in practice: no regular
 * expression is made of the user's text.
 */
export const globMatches = (glob: string, path: string): boolean =>
  expandBraces(glob).some((one) => partsMatch(split(one), split(path), 0, 0))

/** Whether a text has a character that only a glob gives a meaning to. */
export const isGlob = (text: string): boolean => /[*?[{]/.test(text)

/** The folder that a glob's matches all lie below: its parts before the first with a wildcard. */
export const globBase = (glob: string): string => {
  const parts = glob.split('/')
  const first = parts.findIndex(isGlob)
  const base = parts.slice(0, first < 0 ? parts.length : first).join('/')
  return base === '' ? (glob.startsWith('/') ? '/' : '.') : base
}

/** At most so many words come of the braces of one glob; the rest stays as it is written. */
const WORDS_MAX = 256

const split = (path: string): readonly string[] =>
  path.split('/').filter((part) => part !== '' && part !== '.')

function expandBraces(glob: string): readonly string[] {
  let globs = [glob]
  for (;;) {
    const next = globs.flatMap(expandFirst)
    if (next.length === globs.length || next.length > WORDS_MAX) return globs
    globs = next
  }
}

function expandFirst(glob: string): readonly string[] {
  const open = glob.indexOf('{')
  const close = glob.indexOf('}', open)
  if (open < 0 || close < 0) return [glob]
  const words = glob.slice(open + 1, close).split(',')
  if (words.length < 2) return [glob]
  return words.map((word) => glob.slice(0, open) + word + glob.slice(close + 1))
}

function partsMatch(
  glob: readonly string[],
  path: readonly string[],
  globAt: number,
  pathAt: number,
): boolean {
  let g = globAt
  let p = pathAt
  let starGlob = -1
  let starPath = 0
  while (p < path.length) {
    if (glob[g] === '**') {
      starGlob = g
      starPath = p
      g += 1
    } else if (g < glob.length && partMatches(glob[g] ?? '', path[p] ?? '')) {
      g += 1
      p += 1
    } else if (starGlob >= 0) {
      starPath += 1
      p = starPath
      g = starGlob + 1
    } else return false
  }
  while (glob[g] === '**') g += 1
  return g === glob.length
}

/** One part of a path. The last star takes one more character whenever what follows it fails. */
function partMatches(glob: string, text: string): boolean {
  let g = 0
  let t = 0
  let starGlob = -1
  let starText = 0
  while (t < text.length) {
    const width = g < glob.length && glob[g] !== '*' ? charMatches(glob, g, text.charAt(t)) : 0
    if (width > 0) {
      g += width
      t += 1
    } else if (glob[g] === '*') {
      starGlob = g
      starText = t
      g += 1
    } else if (starGlob >= 0) {
      starText += 1
      t = starText
      g = starGlob + 1
    } else return false
  }
  while (glob[g] === '*') g += 1
  return g === glob.length
}

/** How much of the glob the character uses up; 0 when it does not match. */
function charMatches(glob: string, at: number, char: string): number {
  if (glob[at] === '?') return 1
  const close = glob.indexOf(']', at + 2)
  if (glob[at] !== '[' || close < 0) return glob[at] === char ? 1 : 0
  const negated = glob[at + 1] === '!'
  const set = glob.slice(at + (negated ? 2 : 1), close)
  return inSet(set, char) === negated ? 0 : close + 1 - at
}

function inSet(set: string, char: string): boolean {
  for (let at = 0; at < set.length; at += 1) {
    const low = set.charAt(at)
    const range = set[at + 1] === '-' && at + 2 < set.length
    const high = range ? set.charAt(at + 2) : low
    if (char >= low && char <= high) return true
    if (range) at += 2
  }
  return false
}
