import { escapeHtml } from '../../../base/escape-text.ts'

/** Markup that is safe to put into a page: only `html` makes it, from templates of ours. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What a template may hold: text is escaped, markup is not, nothing is nothing. */
export type Part = string | number | Markup | readonly Markup[] | undefined

/** A piece of HTML. Every text between the pieces of the template is escaped. */
export const html = (pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(pieces.map((piece, i) => piece + rendered(parts[i])).join(''))

/** A column of a table: its heading, and the class of its cells. */
export type Column = readonly [heading: string, className?: 'n' | 't' | 'mono' | 'soft']

/** A table in a card: a row of headings, and rows of cells in the order of the columns. */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly Part[])[],
  className: string = 'card',
): Markup => {
  const heads = columns.map(([heading, kind]) => html`<th class="${kind ?? ''}">${heading}</th>`)
  const body = rows.map((row) => {
    const cells = row.map((part, i) => html`<td class="${columns[i]?.[1] ?? ''}">${part}</td>`)
    return html`<tr>${cells}</tr>\n`
  })
  return html`<div class="${className}"><table>\n<tr>${heads}</tr>\n${body}</table></div>`
}

/** Markup only where the condition holds. */
export const when = (condition: boolean, markup: () => Markup): Markup | undefined =>
  condition ? markup() : undefined

function rendered(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return part.map((one) => one.text).join('')
}
