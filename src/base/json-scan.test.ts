import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  newRecordScan,
  newScan,
  recordsArray,
  scanItems,
  scanRecord,
  scanValue,
  skipBalanced,
  skipSpace,
} from './json-scan.ts'

/** Whether the scanner takes the whole text for one JSON value. */
const accepts = (text: string): boolean => {
  const bytes = Buffer.from(text)
  const scan = newScan()
  scanValue(bytes, 0, bytes.length, scan)
  return scan.end >= 0 && skipSpace(bytes, scan.end, bytes.length) === bytes.length
}

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const PIECES = [
  ...['{', '}', '[', ']', ',', ':', ' ', '\n', '\t', '\u0001', '"', '\\', '\\u00e', '\\ud800'],
  ...['"a"', '"\\n"', '"\\x"', '0', '01', '-', '-0', '1.5', '1.', '.5', '1e5', '1e', '1E+5', 'e'],
  ...['true', 'tru', 'false', 'null', 'nulls', 'NaN', '"ü"', '"\u007f"', '\ufeff', '{}', '[]'],
]

describe('scanValue', () => {
  test('accepts what JSON.parse accepts, and nothing else: random tokens', () => {
    const texts = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((all) => all.join(''))
    fc.assert(
      fc.property(texts, (text) => accepts(text) === parses(text)),
      { numRuns: 20_000 },
    )
  })

  test('the same of JSON with one byte changed', () => {
    const changed = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom(...PIECES))
      .map(([json, at, piece]) => {
        const place = at % (json.length + 1)
        return json.slice(0, place) + piece + json.slice(place + 1)
      })
    fc.assert(
      fc.property(changed, (text) => accepts(text) === parses(text)),
      { numRuns: 5_000 },
    )
  })

  test('ends where the value ends', () => {
    const bytes = Buffer.from(' {"a":[1,{}]} {"b":2}')
    const scan = newScan()
    scanValue(bytes, 0, bytes.length, scan)
    expect(scan).toEqual({ end: 13, depth: 3 })
  })

  test('never looks beyond its end', () => {
    const bytes = Buffer.from('{"a":1234}')
    const scan = newScan()
    for (let end = 0; end < bytes.length; end += 1) {
      scanValue(bytes, 0, end, scan)
      expect(scan.end).toBeLessThan(0)
    }
  })

  test('tells the first wrong byte', () => {
    const scan = newScan()
    const wrongAt = (text: string): number => {
      scanValue(Buffer.from(text), 0, text.length, scan)
      return -1 - scan.end
    }
    expect(wrongAt('{"a":tru}')).toBe(8)
    expect(wrongAt('{"a":1,}')).toBe(7)
    expect(wrongAt('{"a"')).toBe(4)
  })

  test('a million levels', () => {
    const deep = Buffer.from('['.repeat(1_000_000) + ']'.repeat(1_000_000))
    const scan = newScan()
    scanValue(deep, 0, deep.length, scan)
    expect(scan).toEqual({ end: 2_000_000, depth: 1_000_000 })
  })
})

describe('skipBalanced', () => {
  test('ends where a JSON object ends', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const bytes = Buffer.from(JSON.stringify(value))
        return skipBalanced(Buffer.concat([bytes, bytes]), 0, bytes.length * 2) === bytes.length
      }),
    )
  })

  test('does not end', () => {
    for (const text of ['{', '{"', '{"a":"\\', '{"}', '[[]', '{"a":"\\"}']) {
      expect(skipBalanced(Buffer.from(text), 0, text.length), text).toBe(-1)
    }
  })
})

describe('scanRecord', () => {
  const scanned = (text: string): ReturnType<typeof newRecordScan> => {
    const scan = newRecordScan()
    scanRecord(Buffer.from(text), 0, Buffer.byteLength(text), scan)
    return scan
  }

  test('finds the bodies of the record itself', () => {
    const text = '{"a":{"requestObject":1},"requestObject": {"b":[]} ,"responseObject":null}'
    const scan = scanned(text)
    expect(text.slice(scan.requestStart, scan.requestEnd)).toBe('{"b":[]}')
    expect(text.slice(scan.responseStart, scan.responseEnd)).toBe('null')
    expect(scan).toMatchObject({ odd: false, end: text.length, depth: 3 })
  })

  test('a body that comes twice, or a key with an escape, is odd', () => {
    expect(scanned('{"requestObject":1,"requestObject":2}').odd).toBe(true)
    expect(scanned('{"request\\u004fbject":1}').odd).toBe(true)
    expect(scanned('{"requestobject":1,"requestObjec":{"\\n":1}}').odd).toBe(false)
  })
})

describe('lists', () => {
  test('scanItems gives each item, whatever it is', () => {
    const text = '[ {"a":"]"}, 1, "x{", [2] , {} ]tail'
    const found: string[] = []
    const items = scanItems(Buffer.from(text), 0, text.length, (from, to) => {
      found.push(text.slice(from, to))
    })
    expect(found).toEqual(['{"a":"]"}', '1', '"x{"', '[2]', '{}'])
    expect(items).toEqual({ end: text.indexOf('tail'), closed: true })
  })

  test('recordsArray finds the list of a document, and none inside a record', () => {
    expect(recordsArray(' \n[{')).toBe(2)
    expect(recordsArray('{"records": [{"a":1},{')).toBe(12)
    expect(recordsArray('{"took":1,"hits":{"total":{"value":9},"hits":[{"_source"')).toBe(45)
    expect(recordsArray('{"kind":"Event","responseObject":{"items":[{"a"')).toBe(-1)
    expect(recordsArray('{"a":{"b":{"items":[{"a"')).toBe(-1)
    // Text made so that every place must be tried: it gives up.
    expect(recordsArray(`{${'"items":[],'.repeat(20)}"items":[{`)).toBe(9)
    expect(recordsArray(`{"a":[${'{"items":['.repeat(6_000)}`)).toBe(-1)
    expect(recordsArray('{"verb":"list","note":"\\"items\\":["')).toBe(-1)
  })
})
