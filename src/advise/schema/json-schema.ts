/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** A map with these members. `open`: others are allowed. */
export const mapOf = (
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
  open = false,
): JsonSchema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
  ...(open ? {} : { additionalProperties: false }),
})

/** One of them, or a list of them. */
export const oneOrMore = (item: JsonSchema): JsonSchema => ({
  anyOf: [item, { type: 'array', items: item, minItems: 1 }],
})

/** Text. */
export const text = (description: string): JsonSchema => ({ type: 'string', description })

/** A list of texts, or one. */
export const texts = (description: string): JsonSchema => ({
  description,
  ...oneOrMore({ type: 'string' }),
})

/** One of these words. */
export const word = (words: readonly string[], description: string): JsonSchema => ({
  enum: words,
  description,
})

/** A part of the schema that stands under `$defs`. */
export const reference = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` })

/** What a value must also be, when it is like this, and when it is not. */
export const choose = (like: JsonSchema, then: JsonSchema, otherwise?: JsonSchema): JsonSchema => ({
  if: like,
  then,
  ...(otherwise === undefined ? {} : { else: otherwise }),
})

/** A text as part of a regular expression. */
export const literal = (value: string): string => value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
