import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CANNOT_TELL } from '../../base/truth.ts'
import { complete } from './complete.ts'
import { type Document, elements, fieldsOf, member, text } from './document.ts'
import { resolveJsonPatch } from './json-patch.ts'

/**
 * JSON Patch by the book, on an object at hand: slow and obvious. False if an operation fails,
 * which refuses the whole patch. Negative indices as evanphx/json-patch v4 takes them.
 */
const applied = (object: Json, operation: Operation): boolean => {
  const from = operation.from === undefined ? undefined : locate(object, operation.from)
  const at = locate(object, operation.path)
  if (at === undefined) return false
  switch (operation.op) {
    case 'add':
      return insert(at, operation.value)
    case 'replace':
      return has(at) && set(at, operation.value)
    case 'remove':
      return has(at) && drop(at)
    case 'copy':
      return from !== undefined && has(from) && insert(at, structuredClone(valueAt(from)))
    default: {
      if (from === undefined || !has(from)) return false
      const value = valueAt(from)
      drop(from)
      const target = locate(object, operation.path)
      return target !== undefined && insert(target, value)
    }
  }
}

type Json = Record<string, unknown>
interface Operation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}
interface Found {
  readonly within: Json | unknown[]
  readonly key: string
}

const locate = (object: Json, path: string): Found | undefined => {
  const keys = path.split('/').slice(1)
  const key = keys.pop() ?? ''
  let within: unknown = object
  for (const one of keys) {
    if (typeof within !== 'object' || within === null) return undefined
    const step: Found = { within: within as Json, key: one }
    if (!has(step)) return undefined
    within = valueAt(step)
  }
  return typeof within === 'object' && within !== null ? { within: within as Json, key } : undefined
}

const indexOf = (list: readonly unknown[], key: string, more: number): number => {
  const index = key === '-' ? list.length : Number(key)
  return index < 0 ? index + list.length + more : index
}

const has = ({ within, key }: Found): boolean => {
  if (!Array.isArray(within)) return Object.hasOwn(within, key)
  const index = indexOf(within, key, 0)
  return index >= 0 && index < within.length
}

const valueAt = ({ within, key }: Found): unknown =>
  Array.isArray(within) ? within[indexOf(within, key, 0)] : within[key]

const set = ({ within, key }: Found, value: unknown): boolean => {
  if (Array.isArray(within)) within[indexOf(within, key, 0)] = value
  else within[key] = value
  return true
}

const drop = ({ within, key }: Found): boolean => {
  if (Array.isArray(within)) within.splice(indexOf(within, key, 0), 1)
  else delete within[key]
  return true
}

const insert = (at: Found, value: unknown): boolean => {
  if (!Array.isArray(at.within)) return set(at, value)
  const index = indexOf(at.within, at.key, 1)
  if (!(index >= 0 && index <= at.within.length)) return false
  at.within.splice(index, 0, value)
  return true
}

const name = fc.constantFrom('a', 'b', 'c', 'd')
const box = fc.record(
  { name, image: name, deep: fc.record({ p: name }) },
  { requiredKeys: ['name'] },
)
const object = fc.record({
  spec: fc.record({
    list: fc.array(box, { maxLength: 3 }),
    other: fc.array(box, { maxLength: 2 }),
    word: name,
  }),
  notes: fc.record({ x: box }),
})
const index = fc.constantFrom('0', '1', '2', '3', '-1', '-2', '-3', '-')
const list = fc.constantFrom('/spec/list', '/spec/other')
const element = fc.tuple(list, index).map(([path, at]) => `${path}/${at}`)
const leaf = fc
  .tuple(element, fc.constantFrom('/name', '/image', '/deep/p', '/deep'))
  .map(([path, key]) => path + key)
const path = fc.oneof(
  list,
  element,
  leaf,
  fc.constantFrom('/spec/word', '/notes/x', '/notes/x/name'),
)

const valueFor = (at: string): fc.Arbitrary<unknown> => {
  if (/\/(list|other)$/.test(at)) return fc.array(box, { maxLength: 3 })
  if (/\/(-|-?\d|x)$/.test(at)) return box
  return at.endsWith('/deep') ? fc.record({ p: name }) : name
}

const kindOf = (at: string): string =>
  /\/(list|other)$/.test(at)
    ? 'list'
    : /\/(-|-?\d|x)$/.test(at)
      ? 'box'
      : at.endsWith('/deep')
        ? 'deep'
        : 'name'

const written = path.chain((at) =>
  fc.record({ op: fc.constantFrom('add', 'replace'), path: fc.constant(at), value: valueFor(at) }),
)
const removed = path.map((at) => ({ op: 'remove', path: at }))
const carried = fc
  .record({ op: fc.constantFrom('copy', 'move'), path, from: path })
  .filter((one) => kindOf(one.from) === kindOf(one.path))
const operation: fc.Arbitrary<Operation> = fc.oneof(written, written, removed, carried)

/** The operations that succeed, and what they make of the object. */
const applyAll = (base: Json, operations: readonly Operation[]): [Json, readonly Operation[]] => {
  let result = structuredClone(base)
  const done = operations.filter((one) => {
    const next = structuredClone(result)
    if (!applied(next, structuredClone(one))) return false
    result = next
    return true
  })
  return [result, done]
}

type Box = readonly unknown[]

const boxOf = (one: Document): Box => {
  const deep = member(member(one, 'deep'), 'p')
  return [text(member(one, 'name')), text(member(one, 'image')), text(deep)]
}

const boxesAt = (document: Document, key: string): readonly Box[] => {
  const list = elements(member(member(document, 'spec'), key))
  return list === CANNOT_TELL ? [boxOf(CANNOT_TELL)] : (list ?? []).map(boxOf)
}

const covers = (said: Box, real: Box): boolean =>
  said.every((value, at) => value === CANNOT_TELL || value === real[at])

const same = (a: Box, b: Box): boolean => a.every((value, at) => value === b[at])

const examples = fc.tuple(object, fc.array(operation, { minLength: 1, maxLength: 5 }))
const RUNS = { seed: 20260101, numRuns: 4000 } as const

/** What changed and is not said by the document. */
const unsaid = (base: Json, result: Json, document: Document): readonly Box[] =>
  ['list', 'other'].flatMap((key) => {
    const before = boxesAt(base, key)
    const said = boxesAt(document, key)
    return boxesAt(result, key)
      .filter((real) => !before.some((old) => same(old, real)))
      .filter((real) => !said.some((one) => covers(one, real)))
  })

describe('a patch resolved without the object', () => {
  it('says, or cannot tell, everything that the patch changes', () => {
    fc.assert(
      fc.property(examples, ([base, operations]) => {
        const [result, done] = applyAll(base as Json, operations)
        expect(unsaid(base as Json, result, resolveJsonPatch(done))).toEqual([])
      }),
      RUNS,
    )
  })

  it('and the same when it is completed from the answer', () => {
    fc.assert(
      fc.property(examples, ([base, operations]) => {
        const [result, done] = applyAll(base as Json, operations)
        const document = complete(resolveJsonPatch(done), result)
        expect(unsaid(base as Json, result, document)).toEqual([])
      }),
      RUNS,
    )
  })

  it('says nothing that the object then has not', () => {
    fc.assert(
      fc.property(examples, ([base, operations]) => {
        const [result, done] = applyAll(base as Json, operations)
        // Counted from an unknown end, an element may be one that another operation removes.
        fc.pre(!done.some((one) => /\/-\d/.test(one.path + (one.from ?? ''))))
        const said = boxesAt(resolveJsonPatch(done), 'list')
        // A list with an element that cannot be told was lost: what was seen of it may be gone.
        fc.pre(!said.some((one) => one.every((value) => value === CANNOT_TELL)))
        const real = boxesAt(result, 'list')
        expect(said.filter((one) => !real.some((box) => covers(one, box)))).toEqual([])
      }),
      RUNS,
    )
  })

  it('says the word', () => {
    fc.assert(
      fc.property(examples, ([base, operations]) => {
        const [result, done] = applyAll(base as Json, operations)
        const said = member(member(resolveJsonPatch(done), 'spec'), 'word')
        const real = fieldsOf(result.spec)?.word
        const changed = real !== undefined && real !== (base as { spec: Json }).spec.word
        if (changed) expect([real, CANNOT_TELL]).toContain(said)
        if (said !== undefined && said !== CANNOT_TELL) expect(said).toBe(real)
      }),
      RUNS,
    )
  })
})
