import type { Logsource } from './parse/head.ts'

/**
 * The type of one value of a field. `any` is a value whose type the event's author chose, such as a
 * path into a body: text, numbers and booleans are all expected there.
 */
export type FieldType = 'text' | 'number' | 'boolean' | 'time' | 'address' | 'any'

/** What the rule language knows of a field. */
export interface SchemaField {
  readonly name: string
  readonly type: FieldType
  readonly list: boolean
  /** The array of objects it belongs to: 'pod.containers' for 'pod.containers[].privileged'. */
  readonly group: string | undefined
  /** The column that stores it. Undefined: SQL cannot judge it. */
  readonly column: string | undefined
  /** All values it can have, where that is a closed set. */
  readonly values: readonly string[] | undefined
  /** `values` are usual, and others possible. */
  readonly open?: boolean
}

/** The fields that rules may name: undefined for any other name. */
export interface Schema {
  (name: string): SchemaField | undefined
  /** Names to propose for a misspelt one. */
  readonly names?: readonly string[]
  /** The field that is meant by a name which published rules use for it. */
  readonly realName?: (name: string) => string | undefined
  /** The log that has these fields: rules for another one are set aside. */
  readonly logsource?: Logsource
}
