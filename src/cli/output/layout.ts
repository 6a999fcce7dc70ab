import { escapeTerminal } from '../../base/escape-text.ts'
import { displayWidth, shorten, shortenStart } from './width.ts'

/** Puts colour around a text that is already laid out. */
export type Paint = (text: string) => string

/** One cell of a table: what it shows, and its colour. The text may come from anybody. */
export interface Cell {
  readonly text: string
  readonly paint?: Paint
  /** What to show, and to shorten further, where the text does not fit. */
  readonly short?: string
}

/**
 * A column: right-aligned for numbers; `flex` takes what the others leave, and is shortened to fit.
 */
export interface Column {
  readonly align?: 'left' | 'right'
  readonly flex?: true
  /** Of one `flex` column: takes all the room, so that what follows stands at the right edge. */
  readonly fill?: true
  /** Where a text that is too long is cut: a path says most at its end. */
  readonly cut?: 'start'
  /** A text that is too long is broken into so many lines before it is cut. */
  readonly wrap?: number
  /** Width above which a column that is not `flex` is shortened. */
  readonly max?: number
}

/** A cell without colour. */
export const cell = (text: string, paint?: Paint): Cell =>
  paint === undefined ? { text } : { text, paint }

/**
 * Lines of a table, `indent` spaces from the left and within `width` columns. Every cell is escaped
 * here, so that a caller cannot forget it.
 */
export const layOut = (
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  indent: number = 2,
): readonly string[] => {
  const shown = rows.map((row) => row.map(escaped))
  const widths = widthsOf(columns, shown, width - indent)
  return shown
    .flatMap((row) => brokenRow(row, columns, widths))
    .map((row) => {
      const cells = row.flatMap((one, i) => {
        const columnWidth = widths[i] ?? 0
        return columnWidth === 0 ? [] : [drawCell(one, columns[i] ?? {}, columnWidth)]
      })
      return `${' '.repeat(indent)}${cells.join(GAP)}`.replace(/\s+$/, '')
    })
}

/** Words broken into lines of at most `width` columns; a longer word is broken too. */
export const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of escapeTerminal(text)
    .split(' ')
    .flatMap((one) => pieces(one, width))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (displayWidth(longer) <= width) line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** Lines with a note below each, wrapped and `indent` spaces from the left. */
export const annotate = (
  lines: readonly string[],
  notes: readonly string[],
  width: number,
  indent: number,
  paint: Paint = (text) => text,
): readonly string[] =>
  lines.flatMap((line, i) => {
    const note = wrap(notes[i] ?? '', width - indent)
    return [line, ...note.map((text) => ' '.repeat(indent) + paint(text))]
  })

const GAP = '  '

const escaped = (one: Cell): Cell => ({
  ...one,
  text: escapeTerminal(one.text),
  ...(one.short === undefined ? {} : { short: escapeTerminal(one.short) }),
})

function widthsOf(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): readonly number[] {
  const natural = columns.map((column, i) => {
    const widest = rows.reduce((most, row) => Math.max(most, displayWidth(row[i]?.text ?? '')), 0)
    return Math.min(widest, column.max ?? Number.POSITIVE_INFINITY)
  })
  const gaps = GAP.length * (natural.filter((one) => one > 0).length - 1)
  const fixed = sum(natural.filter((_, i) => !columns[i]?.flex))
  const flexible = columns.filter((column) => column.flex).length
  // Text from strangers can be wide anywhere: then every wide column gives way, not `flex` alone.
  const isCrowded = fixed + gaps + flexible * FLEX_MIN > width
  const elastic = columns.map(
    (column, i) => column.flex === true || (isCrowded && (natural[i] ?? 0) > NARROW),
  )
  if (!elastic.includes(true)) return natural
  const left = width - gaps - sum(natural.filter((_, i) => !elastic[i]))
  const wanted = natural.filter((_, i) => elastic[i])
  const shares = shareOut(wanted, Math.max(left, FLEX_MIN * wanted.length))
  const given = shares.values()
  return natural.map((one, i) => {
    if (!elastic[i]) return one
    const share = given.next().value ?? 0
    return columns[i]?.fill ? Math.max(share, left - sum(shares) + share) : share
  })
}

/**
 * Gives each what it wants if there is enough, else the narrow ones first, the rest in equal parts.
 */
function shareOut(wanted: readonly number[], available: number): readonly number[] {
  const given = wanted.map(() => 0)
  let left = available
  const order = [...wanted.keys()].sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))
  for (const [done, i] of order.entries()) {
    const share = Math.min(wanted[i] ?? 0, Math.floor(left / (order.length - done)))
    given[i] = share
    left -= share
  }
  return given
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

const FLEX_MIN = 12
/** Columns up to this width never give way. */
const NARROW = 20

/** A row as the lines that its broken cells need; most need one. */
function brokenRow(
  row: readonly Cell[],
  columns: readonly Column[],
  widths: readonly number[],
): readonly (readonly Cell[])[] {
  const broken = row.map((one, i) => brokenCell(one, columns[i]?.wrap ?? 1, widths[i] ?? 0))
  const height = Math.max(1, ...broken.map((lines) => lines.length))
  return Array.from({ length: height }, (_, at) => broken.map((lines) => lines[at] ?? { text: '' }))
}

function brokenCell(one: Cell, max: number, width: number): readonly Cell[] {
  if (max === 1 || width === 0 || displayWidth(one.text) <= width) return [one]
  const lines = wrap(shorten(one.text, max * width), width)
  // What is left is in the last line, which is cut.
  const texts = [...lines.slice(0, max - 1), lines.slice(max - 1).join(' ')]
  return texts.filter((text) => text !== '').map((text) => ({ ...one, text }))
}

function drawCell(one: Cell, column: Column, width: number): string {
  const whole = displayWidth(one.text) <= width ? one.text : (one.short ?? one.text)
  const text = column.cut === 'start' ? shortenStart(whole, width) : shorten(whole, width)
  const pad = ' '.repeat(Math.max(0, width - displayWidth(text)))
  const painted = one.paint === undefined || text === '' ? text : one.paint(text)
  return column.align === 'right' ? pad + painted : painted + pad
}

function pieces(word: string, width: number): readonly string[] {
  if (displayWidth(word) <= width) return [word]
  const parts: string[] = []
  let part = ''
  for (const character of word) {
    if (displayWidth(part + character) > width) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  return [...parts, part]
}
