import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { CANNOT_TELL } from '../../base/truth.ts'
import { describeCases } from '../testing/cases.ts'
import { complete } from './complete.ts'
import { below, type Document, elements, fieldsOf, member } from './document.ts'
import { resolveJsonPatch } from './json-patch.ts'
import { submissionOf } from './submission.ts'

describeCases(import.meta.url, (event, one) => {
  const written = submissionOf(event, ['Pod'])
  if (written === undefined || written === CANNOT_TELL) return written
  return { whole: written.whole, object: asked(written.object, objectOf(one.expect)) }
})

const objectOf = (expected: unknown): unknown => fieldsOf(expected)?.object

/** What the readers say of all that a case mentions. */
const asked = (document: Document, wanted: unknown): unknown => {
  if (Array.isArray(wanted)) {
    const list = elements(document)
    return Array.isArray(list) ? list.map((one, at) => asked(one, wanted[at])) : list
  }
  const fields = fieldsOf(wanted)
  if (fields === undefined) return document instanceof Object ? elements(document) : document
  return Object.fromEntries(
    Object.keys(fields).map((key) => [key, asked(member(document, key), fields[key])]),
  )
}

describe('hostile patches', () => {
  it('with more operations than the API server takes cannot be told', () => {
    const one = { op: 'add', path: '/a', value: 1 }
    const patch = (length: number) => resolveJsonPatch(Array.from({ length }, () => one))
    expect(member(patch(LIMIT.jsonPatchOperationsMax), 'a')).toBe(1)
    expect(patch(LIMIT.jsonPatchOperationsMax + 1)).toBe(CANNOT_TELL)
  })

  it('that move too much cannot be told', () => {
    const big = { op: 'add', path: '/a', value: new Array(LIMIT.jsonPatchMovesMax / 100).fill(0) }
    const insert = { op: 'add', path: '/a/0', value: 1 }
    const patch = (inserts: number) => resolveJsonPatch([big, ...Array(inserts).fill(insert)])
    expect(patch(50)).not.toBe(CANNOT_TELL)
    expect(patch(200)).toBe(CANNOT_TELL)
  })

  it('with a far index take no memory', () => {
    const patch = resolveJsonPatch([{ op: 'add', path: '/a/999999999/x', value: 1 }])
    expect(patch).toBe(CANNOT_TELL)
  })

  it('with a list as long as can be are copied', () => {
    const far = `/a/${LIMIT.jsonPatchMovesMax / 4}`
    const patch = resolveJsonPatch([
      { op: 'add', path: `${far}/x`, value: 1 },
      { op: 'copy', from: '/b', path: '/c' },
      { op: 'add', path: `${far}/y`, value: 2 },
    ])
    expect(elements(member(patch, 'a'))).toEqual([expect.objectContaining({ x: 1, y: 2 })])
  })

  it('with a path deeper than LIMIT.jsonDepthMax set nothing', () => {
    const path = '/a'.repeat(LIMIT.jsonDepthMax + 1)
    expect(member(resolveJsonPatch([{ op: 'add', path, value: 1 }]), 'a')).toBeUndefined()
  })

  it('that are deep are completed without end of the stack', () => {
    let deep: unknown = CANNOT_TELL
    for (let i = 0; i < 10_000; i++) deep = { a: deep }
    const found = complete(deep, {})
    expect(below(found, ['a', 'a'])).toBeTypeOf('object')
  })

  it('cannot reach a prototype', () => {
    const set = (path: string, value: unknown) => ({ op: 'add', path, value })
    const patch = resolveJsonPatch([
      set('/__proto__/polluted', true),
      set('/spec', { a: 1 }),
      set('/spec/__proto__', { polluted: true }),
      set('/spec/constructor', {}),
      set('/spec/constructor/prototype', { polluted: true }),
    ])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(member(member(patch, 'spec'), 'polluted')).toBeUndefined()
    expect(member(member(member(patch, 'spec'), '__proto__'), 'polluted')).toBe(true)
  })

  it('leave the event as it was', () => {
    const value = { list: [{ name: 'a' }] }
    const operations = [
      { op: 'add', path: '/spec', value },
      { op: 'add', path: '/spec/list/0/x', value: 1 },
      { op: 'remove', path: '/spec/list/0' },
    ]
    const before = JSON.stringify(operations)
    resolveJsonPatch(operations)
    expect(JSON.stringify(operations)).toBe(before)
  })
})
