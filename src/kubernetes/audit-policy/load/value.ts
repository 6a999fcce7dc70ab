import { LIMIT } from '../../../base/limit.ts'

/**
 * What a policy file says, once its writing (YAML or JSON) is read: the values that the API server
 * decodes, each with the offset in the text at which it begins.
 */
export type Value =
  | { readonly kind: 'null'; readonly at: number }
  | { readonly kind: 'boolean'; readonly is: boolean; readonly at: number }
  /** `text` as JSON writes the number. */
  | { readonly kind: 'number'; readonly text: string; readonly at: number }
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | ListValue
  | MapValue

/** A list. */
export interface ListValue {
  readonly kind: 'list'
  readonly items: readonly Value[]
  readonly at: number
}

/** A map, its members in the order in which the API server decodes them. */
export interface MapValue {
  readonly kind: 'map'
  readonly members: readonly Member[]
  readonly at: number
}

/** A key and its value. */
export interface Member {
  readonly key: string
  readonly keyAt: number
  readonly value: Value
}

/** Why a text cannot be read, in the words of the API server's reader. */
export class Unreadable extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.name = 'Unreadable'
    this.at = at
  }
}

/** Why a text is not read although an API server may read it: it is beyond a bound. */
export class TooLarge extends Unreadable {
  constructor(message: string, at: number) {
    super(message, at)
    this.name = 'TooLarge'
  }
}

/** What is nested too deep. */
export const tooDeep = (at: number): TooLarge =>
  new TooLarge(`nested deeper than ${LIMIT.policyDepthMax}`, at)

/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** An object of JSON. */
export interface JsonObject {
  readonly [key: string]: Json
}
