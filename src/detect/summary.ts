/** A field's name in braces, in the sentence of a rule: splits a text into words and names. */
export const FIELD_IN_BRACES: RegExp = /\{([A-Za-z0-9_.[\]/-]+)\}/

/** What a sentence can name besides fields: the object with its namespace. */
export const TARGET = 'target'

/** The names in braces of a rule's `summary`. */
export const namesIn = (template: unknown): readonly string[] =>
  typeof template === 'string' ? template.split(FIELD_IN_BRACES).filter((_, i) => i % 2 === 1) : []

/** What the sentence of a correlation can name besides the parts of its group. */
export const CORRELATION_NAMES: readonly string[] = ['count', 'timespan', 'targets', 'from', 'to']
