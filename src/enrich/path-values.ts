import { LIMIT } from '../base/limit.ts'
import { CANNOT_TELL, type CannotTell, type Scalar } from '../base/truth.ts'

/**
 * The scalars at a dotted path below a body. Lists are spread at every step, and a key may itself
 * hold dots (`metadata.annotations.kubernetes.io/config.mirror`). Undefined: nothing is there; an
 * empty list: something that is no scalar.
 */
export const valuesAt = (
  body: unknown,
  path: string,
): readonly Scalar[] | undefined | CannotTell => {
  const search: Search = { keys: path.split('.'), values: [], present: false, lost: false }
  look(search, body, 0, 0)
  if (search.lost) return CANNOT_TELL
  return search.present ? search.values : undefined
}

interface Search {
  readonly keys: readonly string[]
  readonly values: Scalar[]
  present: boolean
  /** Too deep or too many to look at. */
  lost: boolean
}

const look = (search: Search, value: unknown, at: number, depth: number): void => {
  if (search.lost) return
  if (depth > LIMIT.jsonDepthMax) search.lost = true
  else if (Array.isArray(value)) {
    if (at === search.keys.length) search.present = true
    for (const one of value) look(search, one, at, depth + 1)
  } else if (at === search.keys.length) take(search, value)
  else if (typeof value === 'object' && value !== null) lookInside(search, value, at, depth)
}

const take = (search: Search, value: unknown): void => {
  if (value === undefined) return
  search.present = true
  if (typeof value === 'object' && value !== null) return
  if (search.values.length >= LIMIT.pathValuesMax) search.lost = true
  // A body is JSON: what is no object is a scalar.
  else search.values.push(value as Scalar)
}

/**
 * Every key that is one or several of the path's parts: each node of the body has one place only.
 */
const lookInside = (search: Search, value: object, at: number, depth: number): void => {
  let key = ''
  for (let end = at + 1; end <= search.keys.length; end++) {
    key = end === at + 1 ? (search.keys[at] ?? '') : `${key}.${search.keys[end - 1]}`
    if (!Object.hasOwn(value, key)) continue
    look(search, (value as Readonly<Record<string, unknown>>)[key], end, depth + 1)
  }
}
