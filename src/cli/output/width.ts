/**
 * Columns that a text takes in a terminal: wide East Asian characters and emoji take two, combining
 * marks none. Hidden characters must have been made visible before.
 */
export const displayWidth = (text: string): number => {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

/** The text shortened to `width` columns; what was cut is marked by `…`. */
export const shorten = (text: string, width: number): string => {
  if (displayWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const character of text) {
    const next = widthOf(character)
    if (used + next > width - 1) break
    kept += character
    used += next
  }
  return width <= 0 ? '' : `${kept}…`
}

/** The text without its beginning, where it is wider than `width`: `…` and what follows. */
export const shortenStart = (text: string, width: number): string => {
  if (displayWidth(text) <= width) return text
  const characters = [...text]
  let used = 0
  let from = characters.length
  while (from > 0 && used + widthOf(characters[from - 1] ?? '') <= width - 1) {
    from -= 1
    used += widthOf(characters[from] ?? '')
  }
  return width <= 0 ? '' : `…${characters.slice(from).join('')}`
}

const ASCII = /^[\x20-\x7e]*$/
const NONE = /^[\p{Mn}\p{Me}]$/u
const WIDE = new RegExp(
  '^[\\u1100-\\u115e\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff' +
    '\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6\\u{1f300}-\\u{1faff}\\u{20000}-\\u{3fffd}]$',
  'u',
)

function widthOf(character: string): number {
  if (NONE.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
