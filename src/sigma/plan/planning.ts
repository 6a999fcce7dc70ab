import type { Issue, Place } from '../../base/issue.ts'
import type { Lists } from '../parse/list.ts'
import type { Schema, SchemaField } from '../schema.ts'
import { suggest } from '../suggest.ts'

/** What planning a selection needs. The issues are those of the whole rule. */
export interface Planning {
  readonly schema: Schema
  readonly issues: Issue[]
  readonly selection: string
  readonly lists: Lists
}

/** Records why the rule cannot be used. */
export const refuse = (planning: Planning, code: string, message: string, at: Place): undefined => {
  planning.issues.push({ code, message, at })
}

/** Records a reservation: the rule is used. */
export const warn = (planning: Planning, code: string, message: string, at: Place): void => {
  planning.issues.push({ code, message, at })
}

/**
 * The field that a name means. A name by which others know a field is a warning; undefined, with an
 * issue, when there is none.
 */
export const resolveField = (
  { schema, issues }: Pick<Planning, 'schema' | 'issues'>,
  name: string,
  at: Place,
): SchemaField | undefined => {
  const field = schema(name)
  if (field !== undefined) return field
  const real = schema.realName?.(name)
  const meant = real === undefined ? undefined : schema(real)
  if (meant === undefined) {
    const near = suggest(name, schema.names ?? [])
    const hint = near === undefined ? '' : `: did you mean ${near}?`
    issues.push({ code: 'sigma/unknown-field', message: `there is no field ${name}${hint}`, at })
    return undefined
  }
  const message = `${name} is no field of these events: ${meant.name} is read instead`
  issues.push({ code: 'sigma/renamed-field', message, at })
  return meant
}
