import type { SearchItem, SearchValue } from '../parse/detection.ts'
import type { SchemaField } from '../schema.ts'
import type { Modifiers } from './modifiers.ts'
import { type Planning, refuse } from './planning.ts'

/** One test of a rule while its values are planned. */
export interface Asking {
  readonly planning: Planning
  readonly item: SearchItem
  readonly field: SchemaField
  readonly modifiers: Modifiers
}

/** Records a value of a form that cannot be used. */
export const badValue = (asking: Asking, value: SearchValue, message: string): undefined =>
  refuse(asking.planning, 'sigma/bad-value', message, value.place)
