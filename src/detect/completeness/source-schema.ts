import { findSourceField, SOURCE_FIELDS } from '../../model/source-fields.ts'
import type { SourceNote } from '../../model/source-health.ts'
import type { Access } from '../../sigma/emit/predicate.ts'
import type { Schema, SchemaField } from '../../sigma/schema.ts'

/** What a rule about a log itself says in `logsource`, besides `product: kubernetes`. */
export const SOURCE_SERVICE = 'audit-source'

const schemaField = (name: string): SchemaField | undefined => {
  const field = findSourceField(name)
  if (field === undefined) return undefined
  const { type, values } = field
  return { name, type, list: false, group: undefined, column: undefined, values }
}

/** The fields of notes as the rule language asks for them. */
export const sourceSchema: Schema = Object.assign(schemaField, {
  names: SOURCE_FIELDS.map((field) => field.name),
  logsource: { product: 'kubernetes', service: SOURCE_SERVICE, category: undefined },
})

/** How a predicate reads notes. They have no arrays, and no text to search through. */
export const noteAccess: Access<SourceNote> = {
  value: (name) => {
    const field = findSourceField(name)
    if (field === undefined) throw new Error(`bug: a plan names the unknown field ${name}`)
    return field.read
  },
  elements: () => () => undefined,
  elementValue: () => () => undefined,
  texts: () => (note) => ({ texts: [note.cluster, note.server], hidden: false }),
}
