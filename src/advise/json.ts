/** A JSON value as cases and mutants handle it: plain data, never shared between events. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

/** Whether a value is an object: not null, not a list. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A deep copy; two places that share a value in the original do not share it in the copy. */
export const copyOf = <T extends Json>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** The keys of a JSON Pointer (RFC 6901), unescaped; undefined when it is none. */
export const parsePointer = (pointer: string): readonly string[] | undefined =>
  pointer.startsWith('/')
    ? pointer
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    : undefined

/** A key as it stands in a JSON Pointer. */
export const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/**
 * Sets what the keys lead to, making the objects on the way; `-` appends to a list. False, and
 * nothing is changed, when the way leads through something that is no object or list.
 */
export const setAt = (root: JsonObject, keys: readonly string[], value: Json): boolean => {
  const last = keys.at(-1)
  const parent = last === undefined ? undefined : walk(root, keys.slice(0, -1), true)
  if (last === undefined || parent === undefined) return false
  if (!Array.isArray(parent)) {
    define(parent, last, value)
    return true
  }
  const index = last === '-' ? parent.length : Number(last)
  if (!Number.isInteger(index) || index < 0 || index > parent.length) return false
  parent[index] = value
  return true
}

/** Removes what the keys lead to. False when it is not there. */
export const unsetAt = (root: JsonObject, keys: readonly string[]): boolean => {
  const last = keys.at(-1)
  const parent = last === undefined ? undefined : walk(root, keys.slice(0, -1), false)
  if (last === undefined || parent === undefined) return false
  if (!Array.isArray(parent)) return Object.hasOwn(parent, last) && delete parent[last]
  const index = Number(last)
  if (!Number.isInteger(index) || index < 0 || index >= parent.length) return false
  parent.splice(index, 1)
  return true
}

const walk = (
  root: JsonObject,
  keys: readonly string[],
  make: boolean,
): JsonObject | Json[] | undefined => {
  let at: Json | undefined = root
  for (const key of keys) {
    if (Array.isArray(at)) at = at[Number(key)]
    else if (isObject(at)) {
      if (make && !Object.hasOwn(at, key)) define(at, key, {})
      at = Object.hasOwn(at, key) ? at[key] : undefined
    } else return undefined
  }
  return Array.isArray(at) || isObject(at) ? at : undefined
}

/** Also right for the key `__proto__`. */
const define = (object: JsonObject, key: string, value: Json): void => {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}
