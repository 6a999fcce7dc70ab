import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { Known } from '../../model/facts.ts'

/**
 * A document is JSON, or what is known of one: a value may be `CANNOT_TELL`, an object may have
 * members that nobody knows (`REST`), and a list may be known only in part (`PartialList`). These
 * readers never throw: a value of another type than asked for is absent, as the API server would
 * refuse it.
 */
export type Document = unknown

/** Marks an object whose other members cannot be told. */
export const REST: unique symbol = Symbol('rest')

/** A list of which only what a patch put there is known. */
export class PartialList {
  /** The elements from the start; `UNTOUCHED` for one that the patch left alone. */
  front: Document[] = []
  /** Elements somewhere between, which the patch added or changed. */
  between: Document[] = []
  /** The elements at the end. */
  back: Document[] = []
  /** The patch did something to it that cannot be followed without the list itself. */
  lost = false
}

/** An element that a patch left alone. */
export const UNTOUCHED: unique symbol = Symbol('untouched')

/** An object that is not a list. */
export type Fields = Readonly<Record<string, unknown>> & { readonly [REST]?: true }

/** The value as an object with members, or undefined. */
export const fieldsOf = (value: Document): Fields | undefined =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof PartialList)
    ? (value as Fields)
    : undefined

/** Whether the object says something about this member, be it that there is none. */
export const says = (value: Document, key: string): boolean => {
  const fields = fieldsOf(value)
  return fields !== undefined && (Object.hasOwn(fields, key) || REST in fields)
}

/** A member of an object; null is absent. */
export const member = (value: Document, key: string): Document => {
  if (value === CANNOT_TELL) return CANNOT_TELL
  const fields = fieldsOf(value)
  if (fields === undefined) return undefined
  if (!Object.hasOwn(fields, key)) return REST in fields ? CANNOT_TELL : undefined
  // As a strategic merge patch this deletes the object, as a JSON merge patch it sets it.
  if (Object.hasOwn(fields, '$patch') && fields.$patch === 'delete') return CANNOT_TELL
  return fields[key] ?? undefined
}

/** A member by a chain of keys. */
export const below = (value: Document, keys: readonly string[]): Document => {
  let at = value
  for (const key of keys) at = member(at, key)
  return at
}

/**
 * The elements of a list, without those that a patch deletes. Of a list that was lost they are
 * those still seen, and one that cannot be told for all the others.
 */
export const elements = (value: Document): readonly Document[] | undefined | CannotTell => {
  if (value === CANNOT_TELL) return CANNOT_TELL
  if (value instanceof PartialList) {
    const touched = [...value.front, ...value.between, ...value.back]
    const seen = touched.filter((element) => element !== UNTOUCHED)
    return value.lost ? [...seen, CANNOT_TELL] : seen
  }
  if (!Array.isArray(value)) return undefined
  return value.some(isDirective) ? value.flatMap(withoutDirective) : value
}

/** The value as text. */
export const text = (value: Document): Known<string> =>
  typeof value === 'string' || value === CANNOT_TELL ? value : undefined

/** The value as a boolean. */
export const flag = (value: Document): Known<boolean> =>
  typeof value === 'boolean' || value === CANNOT_TELL ? value : undefined

/** The value as a whole number. */
export const whole = (value: Document): Known<number> =>
  value === CANNOT_TELL || (typeof value === 'number' && Number.isInteger(value))
    ? value
    : undefined

/** The value as a list of texts; other elements are left out. */
export const texts = (value: Document): Known<readonly string[]> =>
  listOf(elements(value), (element): element is string => typeof element === 'string')

/** One reading of each element, those absent left out; not to be told if one is not. */
export const each = <T>(
  value: Document,
  read: (element: Document) => Known<T>,
): Known<readonly T[]> => {
  const list = elements(value)
  if (list === undefined || list === CANNOT_TELL) return list
  const found: T[] = []
  for (const element of list) {
    const one = read(element)
    if (one === CANNOT_TELL) return CANNOT_TELL
    if (one !== undefined) found.push(one)
  }
  return found
}

/** The first if it is there, else the second. */
export const orElse = <T>(first: Known<T>, second: Known<T>): Known<T> =>
  first === undefined ? second : first

/** Whether an element of a strategic merge patch is a deletion, or might be one. */
export const isDirective = (element: Document): boolean => {
  const fields = fieldsOf(element)
  return fields !== undefined && Object.hasOwn(fields, '$patch') && fields.$patch !== 'merge'
}

/**
 * `$patch: delete` with a key deletes; with more it would, as a JSON merge patch, set an element,
 * so it stays. `$patch: replace` alone only empties the list.
 */
const withoutDirective = (element: Document): readonly Document[] => {
  const fields = fieldsOf(element)
  if (fields === undefined || !isDirective(element)) return [element]
  return Object.keys(fields).length <= 2 ? [] : [element]
}

const listOf = <T>(
  list: readonly Document[] | undefined | CannotTell,
  is: (element: Document) => element is T,
): Known<readonly T[]> => {
  if (list === undefined || list === CANNOT_TELL) return list
  return list.includes(CANNOT_TELL) ? CANNOT_TELL : list.filter(is)
}
