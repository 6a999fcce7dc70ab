import type { Issue, Place } from '../../base/issue.ts'
import type { Schema } from '../schema.ts'
import { suggest } from './suggest.ts'

/** What planning a selection needs. The issues are those of the whole rule. */
export interface Planning {
  readonly schema: Schema
  readonly issues: Issue[]
  readonly selection: string
}

/** Records why the rule cannot be used. */
export const refuse = (planning: Planning, code: string, message: string, at: Place): undefined => {
  planning.issues.push({ code, message, at })
}

/** Records a reservation: the rule is used. */
export const warn = (planning: Planning, code: string, message: string, at: Place): void => {
  planning.issues.push({ code, message, at })
}

/** The message for a name that the schema does not have. */
export const unknownField = ({ schema }: Planning, name: string): string => {
  const near = suggest(name, schema.names ?? [])
  return `there is no field ${name}${near === undefined ? '' : `: did you mean ${near}?`}`
}
