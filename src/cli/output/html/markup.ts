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

/** Markup only where the condition holds. */
export const when = (condition: boolean, markup: () => Markup): Markup | undefined =>
  condition ? markup() : undefined

function rendered(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return part.map((one) => one.text).join('')
}
