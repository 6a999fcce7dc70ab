import { LIMIT } from '../../base/limit.ts'
import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import { type Document, fieldsOf, PartialList, REST, UNTOUCHED } from './document.ts'

/**
 * What a JSON Patch sets, without the object that it is applied to: a document with only what the
 * operations put there. Upstream: RFC 6902 as evanphx/json-patch v4 applies it, which takes
 * negative indices and ignores what stands before the first slash of a path.
 */
export const resolveJsonPatch = (operations: readonly unknown[]): Document | CannotTell => {
  if (operations.length > LIMIT.jsonPatchOperationsMax) return CANNOT_TELL
  const draft: Draft = { root: undefined, own: new Set(), drafts: new Set(), moves: 0 }
  draft.root = newMap(draft, false)
  for (const operation of operations) {
    apply(draft, operation)
    if (draft.moves > LIMIT.jsonPatchMovesMax) return CANNOT_TELL
  }
  return draft.root
}

interface Draft {
  root: Document
  /** Containers that are ours to change; all others belong to the event and are copied first. */
  own: Set<object>
  /** Containers that say only what the patch put there; all others are as they are. */
  readonly drafts: Set<object>
  moves: number
}

type Map = Record<string, unknown> & { [REST]?: true }

const newMap = (draft: Draft, open: boolean): Map => {
  const map: Map = Object.create(null)
  if (open) map[REST] = true
  draft.own.add(map)
  draft.drafts.add(map)
  return map
}

const newList = (draft: Draft): PartialList => {
  const list = new PartialList()
  draft.own.add(list)
  draft.drafts.add(list)
  return list
}

const apply = (draft: Draft, operation: unknown): void => {
  const fields = fieldsOf(operation)
  const path = tokensOf(fields?.path)
  if (fields === undefined || path === undefined) return
  if (fields.op === 'add' || fields.op === 'replace') {
    put(draft, path, fields.value, fields.op === 'add')
  } else if (fields.op === 'remove') remove(draft, path)
  else if (fields.op === 'copy' || fields.op === 'move') {
    const from = tokensOf(fields.from)
    if (from === undefined) return
    const value = find(draft, from)
    if (fields.op === 'move') remove(draft, from)
    // The value is now in two places: from here on both are copied before a change.
    draft.own = new Set()
    put(draft, path, value, true)
  }
}

const tokensOf = (path: unknown): readonly string[] | undefined => {
  if (typeof path !== 'string') return undefined
  const tokens = path.split('/').slice(1)
  if (tokens.length > LIMIT.jsonDepthMax) return undefined
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

const put = (draft: Draft, path: readonly string[], value: unknown, insert: boolean): void => {
  const last = path[path.length - 1]
  if (last === undefined) {
    draft.root = value
    return
  }
  const parent = descend(draft, path)
  if (parent === undefined) return
  if (parent instanceof PartialList) putInPartial(draft, parent, last, value, insert)
  else if (Array.isArray(parent)) putInList(draft, parent, last, value, insert)
  else setMember(parent, last, value)
}

const remove = (draft: Draft, path: readonly string[]): void => {
  const last = path[path.length - 1]
  const parent = descend(draft, path)
  if (last === undefined || parent === undefined) return
  if (parent instanceof PartialList) {
    const slot = slotOf(draft, parent, last)
    if (slot === undefined) return
    slot.list.splice(slot.index, 1)
    // From the end, beyond what is known there: what is before it may have moved.
    if (slot.list === parent.between) parent.lost = true
  } else if (Array.isArray(parent)) {
    const index = indexIn(last, parent.length)
    if (index !== undefined) parent.splice(index, 1)
    draft.moves += parent.length
  } else setMember(parent, last, undefined)
}

/** Sets a member whatever its name: `__proto__` must stay a member. */
const setMember = (map: Map, key: string, value: unknown): void => {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
}

/** The value at a path as far as the patch itself put it there. */
const find = (draft: Draft, path: readonly string[]): Document => {
  let at = draft.root
  for (const token of path) {
    if (Array.isArray(at)) {
      const index = indexIn(token, at.length)
      at = index === undefined ? CANNOT_TELL : at[index]
    } else {
      const fields = fieldsOf(at)
      if (fields === undefined || !Object.hasOwn(fields, token)) return CANNOT_TELL
      at = fields[token]
    }
  }
  // Of a draft more is there than it says.
  return typeof at === 'object' && at !== null && draft.drafts.has(at) ? CANNOT_TELL : at
}

type Container = Map | unknown[] | PartialList

/**
 * The container that holds the last token of the path, ours to change; undefined if there is none.
 */
const descend = (draft: Draft, path: readonly string[]): Container | undefined => {
  let at = ownRoot(draft)
  for (let depth = 0; depth < path.length - 1; depth++) {
    if (at === undefined) return undefined
    at = child(draft, at, path[depth] ?? '', path[depth + 1] ?? '')
  }
  return at
}

const ownRoot = (draft: Draft): Container | undefined => {
  draft.root = owned(draft, draft.root)
  return containerOf(draft.root)
}

const child = (
  draft: Draft,
  parent: Container,
  token: string,
  next: string,
): Container | undefined => {
  if (parent instanceof PartialList) {
    const slot = slotOf(draft, parent, token)
    if (slot === undefined) return undefined
    slot.list[slot.index] = inside(draft, slot.list[slot.index], next, true)
    return containerOf(slot.list[slot.index])
  }
  if (Array.isArray(parent)) {
    const index = indexIn(token, parent.length)
    if (index === undefined) return undefined
    parent[index] = inside(draft, parent[index], next, true)
    return containerOf(parent[index])
  }
  const unsaid = draft.drafts.has(parent) ? UNTOUCHED : undefined
  const value = Object.hasOwn(parent, token) ? parent[token] : unsaid
  if (value === undefined) return undefined
  const held = inside(draft, value, next, REST in parent)
  setMember(parent, token, held)
  return containerOf(held)
}

/** A container in place of the value: a draft where the value is not known, else a copy of it. */
const inside = (draft: Draft, value: Document, next: string, open: boolean): Document => {
  if (value !== UNTOUCHED && value !== CANNOT_TELL) return owned(draft, value)
  if (!INDEX.test(next)) return newMap(draft, open || value === CANNOT_TELL)
  const list = newList(draft)
  list.lost = value === CANNOT_TELL
  return list
}

const INDEX = /^([+-]?\d+|-)$/

const owned = (draft: Draft, value: Document): Document => {
  if (typeof value !== 'object' || value === null || draft.own.has(value)) return value
  const copy = copyOf(draft, value)
  draft.own.add(copy)
  if (draft.drafts.has(value)) draft.drafts.add(copy)
  return copy
}

const copyOf = (draft: Draft, value: object): object => {
  if (Array.isArray(value)) {
    draft.moves += value.length
    return value.slice()
  }
  if (!(value instanceof PartialList)) {
    draft.moves += Object.keys(value).length
    return Object.assign(Object.create(null), value)
  }
  const copy = new PartialList()
  copy.front = value.front.slice()
  copy.between = value.between.slice()
  copy.back = value.back.slice()
  copy.lost = value.lost
  draft.moves += copy.front.length + copy.back.length
  return copy
}

const containerOf = (value: Document): Container | undefined =>
  typeof value === 'object' && value !== null ? (value as Container) : undefined

/** Where an index lies in a known list of that length; negative ones count from the end. */
const indexIn = (token: string, length: number): number | undefined => {
  if (!/^[+-]?\d+$/.test(token)) return undefined
  const index = Number(token)
  const at = index < 0 ? index + length : index
  return at >= 0 && at < length ? at : undefined
}

const putInList = (
  draft: Draft,
  list: unknown[],
  token: string,
  value: unknown,
  insert: boolean,
): void => {
  draft.moves += insert ? list.length : 1
  const at = insert && token === '-' ? list.length : indexIn(token, list.length + (insert ? 1 : 0))
  if (at === undefined) return
  list.splice(at, insert ? 0 : 1, value)
}

interface Slot {
  readonly list: Document[]
  readonly index: number
}

/** The element that an index means, made if need be; undefined where that cannot be followed. */
const slotOf = (draft: Draft, list: PartialList, token: string): Slot | undefined => {
  if (!/^[+-]?\d+$/.test(token)) return undefined
  const index = Number(token)
  if (index < 0) {
    if (-index <= list.back.length) return { list: list.back, index: list.back.length + index }
    // It may be one of those counted from the start.
    if (list.front.length > 0) list.lost = true
    list.between.push(UNTOUCHED)
    return { list: list.between, index: list.between.length - 1 }
  }
  return reach(draft, list, index) ? { list: list.front, index } : undefined
}

/**
 * Makes the front at least as long as to hold the index; false, and lost, if it is not known where.
 */
const reach = (draft: Draft, list: PartialList, index: number): boolean => {
  const beyond = index - list.front.length
  if (beyond < 0 && list.between.length === 0) return true
  draft.moves += Math.max(beyond, 0)
  if (list.back.length + list.between.length > 0 || draft.moves > LIMIT.jsonPatchMovesMax) {
    list.lost = true
    return false
  }
  while (list.front.length <= index) list.front.push(UNTOUCHED)
  return true
}

const putInPartial = (
  draft: Draft,
  list: PartialList,
  token: string,
  value: unknown,
  insert: boolean,
): void => {
  if (!insert) {
    const slot = slotOf(draft, list, token)
    if (slot !== undefined) slot.list[slot.index] = value
    return
  }
  if (token === '-') list.back.push(value)
  else if (/^[+-]?\d+$/.test(token)) insertAt(draft, list, Number(token), value)
}

const insertAt = (draft: Draft, list: PartialList, index: number, value: unknown): void => {
  const back = list.back
  draft.moves += list.front.length + back.length
  if (index < 0 && -index <= back.length + 1) back.splice(back.length + 1 + index, 0, value)
  else if (index === 0) list.front.unshift(value)
  else if (index > 0 && reach(draft, list, index - 1)) list.front.splice(index, 0, value)
  else {
    list.between.push(value)
    list.lost = true
  }
}
