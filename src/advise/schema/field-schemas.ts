import { FIELDS, type Field } from '../../model/fields.ts'
import { SOURCE_FIELDS, type SourceField } from '../../model/source-fields.ts'
import { MODIFIERS } from '../../sigma/plan/modifiers.ts'
import { type JsonSchema, literal, oneOrMore, reference } from './json-schema.ts'

/** A map of tests: every field by name, with what it may be asked. */
export const testsSchema = (): JsonSchema => ({
  type: 'object',
  minProperties: 1,
  properties: Object.fromEntries(PLAIN.map((field) => [field.name, bare(field)])),
  patternProperties: {
    [`^(?:${MODIFIED})+$`]: reference('scalars'),
    ...Object.fromEntries(FIELDS.map((field) => [patternOf(field), modified(field)])),
    ...Object.fromEntries(
      SOURCE_FIELDS.map((field) => [`^${literal(field.name)}(?:${MODIFIED})+$`, modified(field)]),
    ),
  },
  additionalProperties: false,
})

/** Of events, and of what is noted of logs; a family has no one name. */
const PLAIN: readonly (Field | SourceField)[] = [
  ...FIELDS.filter(({ kind }) => kind !== 'path'),
  ...SOURCE_FIELDS,
]

const MODIFIED = `\\|(?:${Object.keys(MODIFIERS).join('|')})`

/** The field with modifiers; of a family any path. */
const patternOf = ({ kind, name }: Field): string =>
  kind === 'path'
    ? `^${literal(name.slice(0, -1))}[^|]+(?:${MODIFIED})*$`
    : `^${literal(name)}(?:${MODIFIED})+$`

/** The values of tests by the kind of field: schemas under `$defs`. */
export const VALUE_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  scalars: oneOrMore({ type: ['string', 'number', 'boolean', 'null'] }),
  booleans: oneOrMore({ enum: [true, false, 'true', 'false', null] }),
  numbers: oneOrMore({
    anyOf: [{ type: ['number', 'null'] }, { type: 'string', pattern: '^-?[0-9]+$|[*?]' }],
  }),
}

/** Without a modifier the values are those of the field, and wildcards. */
const bare = (field: Field | SourceField): JsonSchema => {
  const description = aboutField(field)
  if (field.values !== undefined) {
    const wildcard = { type: 'string', pattern: '[*?]' }
    return { description, ...oneOrMore({ anyOf: [{ enum: [...field.values, null] }, wildcard] }) }
  }
  const name = { boolean: 'booleans', number: 'numbers' }[String(field.type)] ?? 'scalars'
  return { description, ...reference(name) }
}

const modified = (field: Field | SourceField): JsonSchema => ({
  description: aboutField(field),
  ...reference('scalars'),
})

const aboutField = ({ about, trust }: Field | SourceField): string => {
  if (trust === 'anyone') return `${about} Anyone may forge it.`
  return trust === 'client' ? `${about} A client that was let in decides it.` : about
}
