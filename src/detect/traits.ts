import { CANNOT_TELL, type FieldValue } from '../base/truth.ts'
import type { Facts } from '../model/facts.ts'
import { findField } from '../model/fields.ts'
import { factsAccess } from './schema.ts'

/**
 * A field of few values that is cheap to read and that many rules ask: events of one kind of
 * request are told apart by it, and rules that its value answers are not asked again.
 */
export interface Trait {
  readonly field: string
  readonly read: (facts: Facts) => FieldValue
  /** Absent and "cannot tell" among them. */
  readonly values: readonly FieldValue[]
}

const traitOf = (name: string): Trait => {
  const field = findField(name)?.field
  const values: readonly FieldValue[] | undefined =
    field?.type === 'boolean' ? [true, false] : field?.values
  if (values === undefined) throw new Error(`bug: ${name} has no closed set of values`)
  const all = [...new Set<FieldValue>([...values, undefined, CANNOT_TELL])]
  return { field: name, read: factsAccess.value(name), values: all }
}

/** In the order in which they are asked. */
export const TRAITS: readonly Trait[] = [
  ...['level', 'stage', 'actor.kind', 'actor.builtin', 'actor.impersonated', 'outcome'],
  ...['request.scope', 'request.dryRun'],
].map(traitOf)
