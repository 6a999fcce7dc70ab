import { CANNOT_TELL, type FieldValue, YES } from '../base/truth.ts'
import type { Facts } from '../model/facts.ts'
import { type ElementGroup, FIELDS, type Field, findField, GROUPS } from '../model/fields.ts'
import { type Access, emitLeaf } from '../sigma/emit/predicate.ts'
import type { Leaf } from '../sigma/plan/plan.ts'
import type { Schema, SchemaField } from '../sigma/schema.ts'
import { PUBLISHED_NAMES } from './published-names.ts'
import { allTexts } from './texts.ts'

const schemaField = (name: string): SchemaField | undefined => {
  const found = findField(name)
  if (found === undefined) return undefined
  const { field } = found
  return {
    name,
    type: field.type,
    list: field.list === true,
    group: field.kind === 'element' ? field.group : undefined,
    column: field.column,
    values: field.values,
    open: field.open === true,
  }
}

/**
 * The fields of audit events as the rule language asks for them: `model/fields.ts`, by name. Rules
 * for other log sources are set aside.
 */
export const auditSchema: Schema = Object.assign(schemaField, {
  names: FIELDS.map((field) => field.name),
  realName: (name: string) => PUBLISHED_NAMES.get(name),
  logsource: { product: 'kubernetes', service: 'audit', category: undefined },
})

/**
 * How a predicate reads the facts of an event. Absent in an event that hides it is "cannot tell".
 */
export const factsAccess: Access<Facts> = {
  value: (name) => valueReader(required(name)),
  elements: (group) => GROUPS[group as ElementGroup] ?? (() => undefined),
  elementValue: (name) => elementReader(required(name).field),
  texts: () => allTexts,
}

/** A request's kind: all that an index needs to know of it. */
export interface RequestKey {
  readonly verb: string
  /** Whether the request is about objects at all. */
  readonly isResource: boolean
  readonly resource: string | undefined
  readonly subresource: string | undefined
  readonly apiGroup: string | undefined
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])

const KEY_READERS: Readonly<Record<string, (key: RequestKey) => FieldValue>> = {
  verb: (key) => key.verb,
  'objectRef.resource': (key) => key.resource,
  'objectRef.subresource': (key) => key.subresource,
  'objectRef.apiGroup': (key) => key.apiGroup,
  'request.resource': (key) => {
    if (!key.resource) return key.isResource ? CANNOT_TELL : undefined
    return key.subresource ? `${key.resource}/${key.subresource}` : key.resource
  },
  'request.apiGroup': (key) => {
    if (!key.resource) return key.isResource ? CANNOT_TELL : undefined
    return key.apiGroup ?? ''
  },
  'request.write': (key) => WRITES.has(key.verb),
}

/** Whether a field says nothing but the kind of request. */
export const isOfKey = (name: string): boolean => Object.hasOwn(KEY_READERS, name)

/** What a test of the verb says of it; undefined for tests of anything else. */
export const verbAnswer = (leaf: Leaf, verb: string): boolean | undefined => {
  if (leaf.test.kind === 'same') return undefined
  if (leaf.field === 'verb') return emitLeaf(leaf, () => () => verb)(undefined) === YES
  if (leaf.field !== 'request.write') return undefined
  return emitLeaf(leaf, () => () => WRITES.has(verb))(undefined) === YES
}

/**
 * How a test reads a request's kind alone: every other field cannot be told. A rule whose answer is
 * then "no" is "no" for every request of that kind, which is what makes the index exact.
 */
export const keyAccess: { value(name: string): (key: RequestKey) => FieldValue } = {
  value: (name) => KEY_READERS[name] ?? (() => CANNOT_TELL),
}

interface Found {
  readonly field: Field
  readonly path: string
}

const required = (name: string): Found => {
  const found = findField(name)
  if (found === undefined) throw new Error(`bug: a plan names the unknown field ${name}`)
  return found
}

const valueReader = ({ field, path }: Found): ((facts: Facts) => FieldValue) => {
  const { part } = field
  switch (field.kind) {
    case 'element':
      throw new Error(`bug: ${field.name} is read outside its group`)
    case 'path': {
      const { read } = field
      return (facts) => orHidden(read(facts, path), facts, part)
    }
    case 'value': {
      const { read } = field
      return part === 0 ? read : (facts) => orHidden(read(facts), facts, part)
    }
  }
}

const elementReader = (field: Field): ((element: unknown) => FieldValue) => {
  if (field.kind !== 'element') throw new Error(`bug: ${field.name} is no field of an element`)
  // The group's elements come from the same table row, so their type is the one `read` expects.
  return field.read as (element: unknown) => FieldValue
}

const orHidden = (value: FieldValue, facts: Facts, part: number): FieldValue =>
  value === undefined && (facts.event.unknown & part) !== 0 ? CANNOT_TELL : value
