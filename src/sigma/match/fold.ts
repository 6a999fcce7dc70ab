/**
 * Text with the letters A to Z in lower case, and nothing else changed: the folding of ClickHouse's
 * `lower`, so that the same rule gives the same answer in both. The length stays the same.
 */
export const foldAscii = (text: string): string => {
  if (text === lastText) return lastFolded
  lastText = text
  lastFolded = fold(text)
  return lastFolded
}

// Several tests in a row ask about one field. One text is kept, so that little is held in memory.
let lastText = ''
let lastFolded = ''

const fold = (text: string): string => {
  if (!UPPER.test(text)) return text
  return BEYOND_ASCII.test(text) ? text.replace(UPPER_RUNS, toLower) : text.toLowerCase()
}

const UPPER = /[A-Z]/
const UPPER_RUNS = /[A-Z]+/g
const BEYOND_ASCII = /[^\0-\x7f]/

const toLower = (run: string): string => run.toLowerCase()
