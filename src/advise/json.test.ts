import { describe, expect, it } from 'vitest'
import { copyOf, escapeKey, type JsonObject, parsePointer, setAt, unsetAt } from './json.ts'

describe('pointers', () => {
  it('are unescaped as RFC 6901 says', () => {
    expect(parsePointer('/a~1b/m~0n/~01')).toEqual(['a/b', 'm~n', '~1'])
    expect(parsePointer('/')).toEqual([''])
    expect(parsePointer('a')).toBeUndefined()
  })

  it('lead back to the key that was escaped', () => {
    for (const key of ['a/b', 'm~n', '~1', '~01', '']) {
      expect(parsePointer(`/${escapeKey(key)}`)).toEqual([key])
    }
  })
})

describe('changes', () => {
  it('make what is missing on the way, and append to lists', () => {
    const root: JsonObject = { list: [1] }
    expect(setAt(root, ['a', 'b'], 1)).toBe(true)
    expect(setAt(root, ['list', '-'], 2)).toBe(true)
    expect(setAt(root, ['list', '0'], 0)).toBe(true)
    expect(root).toEqual({ list: [0, 2], a: { b: 1 } })
  })

  it('refuse what cannot be, and leave it alone', () => {
    const root: JsonObject = { text: 'x', list: [1] }
    expect(setAt(root, ['text', 'b'], 1)).toBe(false)
    expect(setAt(root, ['list', '3'], 1)).toBe(false)
    expect(setAt(root, ['list', 'x'], 1)).toBe(false)
    expect(setAt(root, [], 1)).toBe(false)
    expect(unsetAt(root, ['list', '1'])).toBe(false)
    expect(unsetAt(root, ['none'])).toBe(false)
    expect(unsetAt(root, ['toString'])).toBe(false)
    expect(root).toEqual({ text: 'x', list: [1] })
  })

  it('touch no prototype', () => {
    const root: JsonObject = {}
    expect(setAt(root, ['__proto__', 'polluted'], true)).toBe(true)
    expect(setAt(root, ['constructor', 'prototype', 'polluted'], true)).toBe(true)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    expect(JSON.stringify(root)).toBe(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    )
    expect(unsetAt(root, ['__proto__'])).toBe(true)
  })
})

describe('copies', () => {
  it('share nothing', () => {
    const shared: JsonObject = { a: 1 }
    const copy = copyOf({ one: shared, two: shared })
    expect(setAt(copy, ['one', 'a'], 2)).toBe(true)
    expect(copy).toEqual({ one: { a: 2 }, two: { a: 1 } })
    expect(shared).toEqual({ a: 1 })
  })
})
