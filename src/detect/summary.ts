import type { Issue, Place } from '../base/issue.ts'

/** A field's name in braces, in the sentence of a rule: splits a text into words and names. */
export const FIELD_IN_BRACES: RegExp = /\{([A-Za-z0-9_.[\]/-]+)\}/

/** What a sentence can name besides fields: the object with its namespace. */
export const TARGET = 'target'

/** The names in braces of a rule's `summary`. */
export const namesIn = (template: unknown): readonly string[] =>
  typeof template === 'string' ? template.split(FIELD_IN_BRACES).filter((_, i) => i % 2 === 1) : []

/** What the sentence of a correlation can name besides the parts of its group. */
export const CORRELATION_NAMES: readonly string[] = ['count', 'timespan', 'targets', 'from', 'to']

/** The issue that a sentence names what is no field. */
export const unknownInSummary = (name: string, at: Place): Issue => ({
  code: 'detect/unknown-summary-field',
  message: `the summary names {${name}}, and there is no such field`,
  at,
})

/**
 * Puts what fields say into `{field}`; one that says nothing becomes "-". Of `[one|other]` it takes
 * the first of which all fields say something, or nothing.
 */
export const fillIn = (template: string, speak: Speak): string =>
  template
    .split(CHOICE)
    .map((text, i) => (i % 2 === 0 ? fillAll(text, speak, '-') : choose(text, speak)))
    .join('')

/** What a field says, as it is shown; undefined if that is nothing. */
export type Speak = (name: string) => string | undefined

/** Brackets around at least one field; those of a field's own name are within its braces. */
const CHOICE = /\[([^[\]{}]*(?:\{[^{}]*\}[^[\]{}]*)+)\]/

const choose = (text: string, speak: Speak): string => {
  for (const one of text.split('|')) {
    const filled = fillAll(one, speak, undefined)
    if (filled !== undefined) return filled
  }
  return ''
}

/** Undefined if a field says nothing and there is nothing to say instead. */
const fillAll = <Missing extends string | undefined>(
  text: string,
  speak: Speak,
  missing: Missing,
): string | Missing => {
  let filled = ''
  for (const [i, part] of text.split(FIELD_IN_BRACES).entries()) {
    const value = i % 2 === 0 ? part : (speak(part) ?? missing)
    if (value === undefined) return missing
    filled += value
  }
  return filled
}
