import type { Issue, Place } from '../../base/issue.ts'
import type { SigmaCorrelation } from '../parse/correlation.ts'
import type { Schema, SchemaField } from '../schema.ts'
import type { CorrelationSlot } from './correlation.ts'
import { resolveField } from './planning.ts'

/** A rule of a correlation, or another correlation, while its fields are resolved. */
export interface Slot {
  readonly schema: Schema
  readonly issues: Issue[]
  readonly correlation: SigmaCorrelation
  readonly id: string
  readonly name: string | undefined
  readonly chained: boolean
  /** As the correlation calls it. */
  readonly reference: string
}

/** What is read in the events of a rule of a correlation. Undefined, with issues, if it cannot. */
export const planSlot = (slot: Slot): CorrelationSlot | undefined => {
  const { correlation, id, chained } = slot
  const { condition } = correlation
  const asked = condition.kind === 'compare' ? condition.fields : []
  const groupBy = correlation.groupBy.map((name) => planField(slot, name, checkGroup))
  const fields = asked.map((name) => planField(slot, name, checkValue))
  const names = [...groupBy, ...fields].filter((name) => name !== undefined)
  if (names.length < groupBy.length + fields.length) return undefined
  return {
    rule: id,
    chained,
    groupBy: names.slice(0, groupBy.length),
    fields: names.slice(groupBy.length),
  }
}

/** What keeps a field from being used; undefined when nothing does. */
type Check = (field: SchemaField, correlation: SigmaCorrelation) => string | undefined

const planField = (slot: Slot, written: string, check: Check): string | undefined => {
  const { schema, issues, correlation, reference } = slot
  const alias = correlation.aliases.get(written)
  const name = alias === undefined ? written : fieldOfAlias(slot, alias)
  const at = correlation.fieldPlaces.get(name ?? written) ?? correlation.place
  if (name === undefined) {
    const message = `the alias ${written} has no field for the rule ${reference}`
    return refuse(slot, 'sigma/bad-correlation', message, at)
  }
  const field = resolveField({ schema, issues }, name, at)
  if (field === undefined) return undefined
  const fault = check(field, correlation)
  if (fault === undefined) return field.name
  return refuse(slot, 'sigma/wrong-type', `${field.name} ${fault}`, at)
}

const fieldOfAlias = (
  { id, name, reference }: Slot,
  alias: ReadonlyMap<string, string>,
): string | undefined => alias.get(reference) ?? alias.get(name ?? reference) ?? alias.get(id)

const refuse = ({ issues }: Slot, code: string, message: string, at: Place): undefined => {
  issues.push({ code, message, at })
}

const checkGroup: Check = ({ group, list }) => {
  if (group !== undefined) return 'is a field of elements: a group needs one value of the event'
  return list ? 'can have several values: a group needs one' : undefined
}

const NUMERIC: readonly SchemaField['type'][] = ['number', 'any', 'text']

const checkValue: Check = ({ group, list, type, values }, { type: asked, condition }) => {
  if (group !== undefined) return 'is a field of elements and cannot be counted or summed'
  const several = condition.kind === 'compare' && condition.fields.length > 1
  if (list && several) return 'can have several values and cannot be counted with another field'
  if (asked === 'value_count') return undefined
  const closed = type === 'text' && values !== undefined
  return NUMERIC.includes(type) && !closed ? undefined : `is ${type}: ${asked} needs numbers`
}
