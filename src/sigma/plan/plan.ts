import type { IpRange } from '../../base/ip-range.ts'
import type { Place } from '../../base/issue.ts'
import type { FieldType } from '../schema.ts'
import type { TimePart } from './modifiers.ts'
import type { Pattern } from './pattern.ts'

/**
 * What a rule asks of a row: the one form that every emitter reads. Truth is Kleene's, see SPEC.md.
 * A new kind is a type error in each emitter until it is finished there.
 */
export type Plan =
  | { readonly kind: 'and'; readonly of: readonly Plan[] }
  | { readonly kind: 'or'; readonly of: readonly Plan[] }
  | { readonly kind: 'not'; readonly of: Plan }
  | SomeElement
  | Leaf

/** All tests of `of` hold for one and the same element of the array of objects `group`. */
export interface SomeElement {
  readonly kind: 'some-element'
  readonly group: string
  readonly of: Plan
}

/** One test on one field. */
export interface Leaf {
  readonly kind: 'leaf'
  /** As the rule names it. The empty string is a keyword: it searches all text of the row. */
  readonly field: string
  readonly type: FieldType
  readonly list: boolean
  /** The array of objects that the field belongs to; the leaf is then below a `some-element`. */
  readonly group: string | undefined
  readonly column: string | undefined
  readonly test: Test
  /** The selection that it was written in. */
  readonly selection: string
  readonly place: Place
}

/**
 * What is asked of a value. Every kind but `exists`, `null` and `same` is asked of each value of a
 * list, and one is enough. Text that is not `cased` is already folded: A to Z are in lower case.
 */
export type Test = ScalarTest | ExistsTest | NullTest | SameTest

/** A test of one value alone. */
export type ScalarTest =
  | TextTest
  | RegexTest
  | NumberTest
  | TimePartTest
  | BooleanTest
  | NetworkTest

/** Plain text, compared in whole or in part. `texts` are alternatives. */
export type TextTest =
  | {
      readonly kind: 'equals'
      readonly texts: readonly [string, ...string[]]
      readonly cased: boolean
    }
  | {
      readonly kind: 'contains' | 'startswith' | 'endswith'
      readonly text: string
      readonly cased: boolean
    }
  | { readonly kind: 'like'; readonly pattern: Pattern; readonly cased: boolean }

/** A regular expression, found anywhere in the text. */
export interface RegexTest {
  readonly kind: 'regex'
  readonly source: string
  readonly insensitive: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
}

/** A comparison of numbers. */
export interface NumberTest {
  readonly kind: 'number'
  readonly operator: 'eq' | 'lt' | 'lte' | 'gt' | 'gte'
  readonly value: number
}

/** A comparison of a part of a time, in UTC. Text that is no time has none. */
export interface TimePartTest {
  readonly kind: 'time-part'
  readonly part: TimePart
  readonly operator: NumberTest['operator']
  readonly value: number
}

/** Whether a value is this boolean, or its word. */
export interface BooleanTest {
  readonly kind: 'boolean'
  readonly value: boolean
}

/** Whether an address lies in a network. */
export interface NetworkTest {
  readonly kind: 'network'
  readonly network: IpRange
  /** As the rule writes it. */
  readonly text: string
}

/** Whether the field is there at all. */
export interface ExistsTest {
  readonly kind: 'exists'
  readonly value: boolean
}

/** Whether the field is absent or null. */
export interface NullTest {
  readonly kind: 'null'
}

/** Whether a value equals a value of another field, of the same element where there is one. */
export interface SameTest {
  readonly kind: 'same'
  readonly other: {
    readonly field: string
    readonly type: FieldType
    readonly list: boolean
    readonly column: string | undefined
  }
  readonly cased: boolean
}
