import type { Palette } from './palette.ts'

/** How text is laid out: the width in columns, the colours, and the way to write a moment. */
export interface Page {
  readonly width: number
  readonly palette: Palette
  readonly clock: (time: string) => string
}

/** The first line of a section: its name, and what is to say about the whole of it. */
export const heading = (name: string, about: string, { palette }: Page): string =>
  about === '' ? palette.strong(name) : `${palette.strong(name)}  ${about}`

/** A line that says how many rows of a list are not shown, or nothing. */
export const moreLine = (hidden: number, what: string, page: Page): readonly string[] =>
  hidden <= 0 ? [] : [page.palette.faint(`  … and ${hidden} more ${what}`)]
