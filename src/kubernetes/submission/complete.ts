import { LIMIT } from '../../base/limit.ts'
import { CANNOT_TELL } from '../../base/truth.ts'
import {
  type Document,
  type Fields,
  fieldsOf,
  isDirective,
  PartialList,
  REST,
  UNTOUCHED,
} from './document.ts'

/**
 * What a patch sets, with what it leaves open taken from the object that came of it: elements that
 * it changed in part, values that it copied, lists that it changed out of sight.
 */
export const complete = (patch: Document, result: Document, depth = 0): Document => {
  if (patch === CANNOT_TELL) return result
  if (depth > LIMIT.jsonDepthMax) return patch
  if (patch instanceof PartialList) return completePartial(patch, result)
  if (Array.isArray(patch)) return patch.flatMap((one, at) => completeElement(one, at, result))
  const fields = fieldsOf(patch)
  if (fields === undefined) return patch
  // Delete or set, by content type; the outcome tells.
  if (Object.hasOwn(fields, '$patch') && fields.$patch === 'delete') return result
  return completeFields(fields, result, depth)
}

const completePartial = (list: PartialList, result: Document): Document => {
  if (!Array.isArray(result)) return list
  if (list.between.length > 0 || list.lost) return result
  const before = result.length - list.back.length
  return [
    ...list.front.flatMap((one, at) => completeElement(one, at, result)),
    ...list.back.flatMap((one, at) => completeElement(one, before + at, result)),
  ]
}

const completeElement = (element: Document, at: number, result: Document): readonly Document[] => {
  if (element === UNTOUCHED) return []
  if (!isOpen(element)) return [element]
  const found = counterpart(element, at, result)
  if (found !== undefined) return [found]
  return isDirective(element) && Array.isArray(result) ? [] : [element]
}

/** Whether something about an element cannot be told from the patch. */
const isOpen = (element: Document): boolean => {
  if (element === CANNOT_TELL || isDirective(element)) return true
  const fields = fieldsOf(element)
  if (fields === undefined) return false
  return REST in fields || Object.values(fields).some((one) => one === CANNOT_TELL)
}

/** The element of that name in the result, else (where the patch gives no name) at that place. */
const counterpart = (element: Document, place: number, result: Document): Document => {
  if (!Array.isArray(result)) return undefined
  const name = fieldsOf(element)?.name
  if (typeof name !== 'string') return isDirective(element) ? undefined : result[place]
  const isIt = (one: Document): boolean => fieldsOf(one)?.name === name
  return isIt(result[place]) ? result[place] : result.find(isIt)
}

const completeFields = (fields: Fields, result: Document, depth: number): Document => {
  const against = fieldsOf(result)
  const completed: Record<string, unknown> & { [REST]?: true } = Object.create(null)
  for (const key of Object.keys(fields)) {
    const counter = against !== undefined && Object.hasOwn(against, key) ? against[key] : undefined
    completed[key] = complete(fields[key], counter, depth + 1)
  }
  if (REST in fields) completed[REST] = true
  return completed
}
