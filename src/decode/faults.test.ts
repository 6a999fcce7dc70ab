import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { PART } from '../model/blindness.ts'
import { toCanonical } from './canonical.ts'
import { findDuplicateKeys } from './duplicate-keys.ts'
import { rawOf } from './raw.ts'
import { decoded, line } from './testing/decoded.ts'

const NEXT = line({ auditID: 'next' })
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

describe('text that is no UTF-8, or only just (F14)', () => {
  test('bad UTF-8: an issue, the event, and its raw bytes as they came', () => {
    const bytes = Buffer.from(`${line({ userAgent: 'a#b' })}\n${NEXT}\n`)
    bytes[bytes.indexOf('#')] = 0xff
    const { events, codes } = decoded(bytes)
    expect(codes).toEqual(['decode/bad-utf8'])
    expect(events[0]?.userAgent).toBe('a\ufffdb')
    const [first] = events
    expect(first && rawOf(bytes, 0, first.origin)).toEqual(bytes.subarray(0, bytes.indexOf('\n')))
    expect(events[1]?.auditID).toBe('next')
  })

  test('blocks cut at every byte of multi-byte text never lose the text', () => {
    const text = line({ userAgent: 'é€\u{1f600}' })
    expect(decoded(Buffer.from(`\n${text}\n`)).events[0]?.userAgent).toBe('é€\u{1f600}')
  })

  test('half of a surrogate pair, as an escape', () => {
    const half = line({}).replace('kubectl/v1.36.3', 'x\\ud800y')
    const pair = line({}).replace('kubectl/v1.36.3', '\\ud83d\\ude00 \\\\ud800')
    expect(decoded(half)).toMatchObject({ codes: ['decode/lone-surrogate'] })
    expect(decoded(half).events.length).toBe(1)
    expect(decoded(pair).codes).toEqual([])
  })

  test('a byte-order mark, alone and before an event', () => {
    expect(decoded(`\ufeff${NEXT}\n`)).toMatchObject({ codes: [], events: [{ auditID: 'next' }] })
    expect(decoded('\ufeff').events).toEqual([])
  })
})

describe('huge and deep (F18, F19)', () => {
  test('a line of 1.5 MB', () => {
    const { events, codes } = decoded(`${line({ auditID: 'x'.repeat(1_500_000) })}\n${NEXT}`)
    expect(codes).toEqual([])
    expect(events.map((event) => event.auditID?.length)).toEqual([1_500_000, 4])
  })

  test.each([100, 1_000, 10_000, 1_000_000])('a body %i levels deep', (depth) => {
    const text = line({ requestObject: 'BODY' }).replace('"BODY"', nested(depth))
    const { events, codes } = decoded(`${text}\n${NEXT}\n`, depth < 1_000)
    expect(events.length).toBe(2)
    expect(codes).toEqual(depth > LIMIT.jsonDepthMax ? ['decode/too-deep'] : [])
    const canonical = JSON.stringify(events.map(toCanonical))
    expect(canonical.includes('(deeper than 128 levels)')).toBe(depth > LIMIT.jsonDepthMax)
    expect(findDuplicateKeys(Buffer.from(text))).toEqual([])
  })

  test('arrays and envelopes deeper than are opened: LIMIT.wrapDepthMax', () => {
    const arrays = `${'['.repeat(10_000)}${']'.repeat(10_000)}\n${NEXT}`
    expect(decoded(arrays)).toMatchObject({ codes: ['decode/wrapped-too-deep'] })
    expect(decoded(arrays).events.length).toBe(1)
    const wrapped = (levels: number): string => {
      let text = NEXT
      for (let level = 0; level < levels; level += 1) text = JSON.stringify({ message: text })
      return text
    }
    expect(decoded(wrapped(LIMIT.wrapDepthMax)).events.length).toBe(1)
    expect(decoded(wrapped(LIMIT.wrapDepthMax + 1)).codes).toEqual(['decode/wrapped-too-deep'])
  })

  test('YAML larger than LIMIT.yamlBytesMax, and aliases beyond LIMIT.yamlAliasesMax (A5)', () => {
    const large = `kind: Event\nverb: get\nauditID: x\npad: "${'x'.repeat(LIMIT.yamlBytesMax)}"\n`
    expect(decoded(large)).toMatchObject({ codes: ['decode/bad-yaml'], events: [] })
    const uses = `[${Array(LIMIT.yamlAliasesMax + 1)
      .fill('*a')
      .join(', ')}]`
    const head = 'kind: Event\nverb: get\na: &a [x, x]'
    const bomb = `${head}\nb: &b ${uses}\nc: ${uses.replaceAll('a', 'b')}\n`
    expect(decoded(`${bomb}---\nkind: Event\nverb: get\nauditID: y\n`)).toMatchObject({
      codes: ['decode/bad-yaml', 'decode/no-time'],
      events: [{ auditID: 'y' }],
    })
  })

  test('many torn lines take no more than linear time', () => {
    const torn = '{"kind":"Event","a":["{"'.repeat(2)
    const broken = '{ x\n'.repeat(50_000) + '{"a":[\n'.repeat(50_000)
    const many = `${torn}\n`.repeat(20_000) + broken
    const start = performance.now()
    expect(decoded(many).events).toEqual([])
    expect(performance.now() - start).toBeLessThan(20_000)
  })
})

test('duplicate keys are found down to LIMIT.jsonDepthMax, and after what is deeper', () => {
  const keys = (depth: number, after = ''): readonly string[] => {
    const wrap = depth - 1
    const text = `${'{"a":'.repeat(wrap)}{"b":1,"b":${after || '2'}}${'}'.repeat(wrap)}`
    return findDuplicateKeys(Buffer.from(`[${text},{"c":1,"c":2}]`)).map((key) => key.slice(-3))
  }
  expect(keys(LIMIT.jsonDepthMax - 1)).toEqual(['a.b', '].c'])
  expect(keys(LIMIT.jsonDepthMax - 1, nested(500))).toEqual(['a.b', '].c'])
  expect(keys(LIMIT.jsonDepthMax)).toEqual(['].c'])
})

describe('one bad item among good ones (F20)', () => {
  const items = Array.from({ length: 400 }, (_, index) => line({ auditID: String(index) }))
  test.each([
    ['a wrong type', line({ user: 5, auditID: 'bad' }), 400, ['decode/bad-type']],
    [
      'a number that is none',
      line({ auditID: 'bad' }).replace('201', 'NaN'),
      399,
      ['decode/broken'],
    ],
    ['a duplicate key', line({}).replace('"verb"', '"verb":"get","verb"'), 400, []],
    ['no event', '{"kind":0}', 399, ['decode/not-audit']],
    ['not even an object', '17', 399, ['decode/not-audit']],
    ['a key with a dot', line({ 'a.b': 1, a: { b: 2 } }), 400, []],
    ['an infinite number', line({}).replace('201', '1e400'), 400, []],
  ])('%s', (_, bad, count, codes) => {
    const list = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[`
    const body = `${list}${[...items.slice(0, 200), bad, ...items.slice(201)].join(',')}]}`
    const found = decoded(body)
    expect(found.events.length).toBe(count)
    expect(found.codes).toEqual(codes)
    expect(found.events.at(-1)?.auditID).toBe('399')
  })
})

describe('abuse', () => {
  test('audit ids that collide, or are anything at all (A1)', () => {
    const given = ['x', 'x', '__proto__', '<img src=x>', '\u009b\u202e', '']
    const { events, codes } = decoded(given.map((auditID) => line({ auditID })).join('\n'))
    expect(events.map((event) => event.auditID)).toEqual(given)
    expect(codes).toEqual([])
  })

  test('prototypes are never written to (A2)', () => {
    const evil = '"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}'
    const text = line({}).replaceAll('{"kind":"Pod"', `{${evil},"kind":"Pod"`)
    const own = text.replace('{"kind":"Event"', `{${evil},"kind":"Event"`)
    const { events } = decoded(
      `${own.replace('"annotations":{', '"annotations":{"__proto__":"x",')}`,
    )
    const canonical = toCanonical(events[0] as never)
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    expect(Object.getPrototypeOf(canonical.requestObject)).toBe(Object.prototype)
    expect((canonical.requestObject as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    expect(Object.getOwnPropertyNames(events[0]?.annotations)).toContain('__proto__')
  })

  test('duplicate keys: the last counts, and strict tells where (A3)', () => {
    const text = line({}).replace('"name":"web-1"}}', '"name":"web-1","na\\u006de":"evil"}}')
    const { events, issues } = decoded(text, true)
    expect(events[0]?.requestObject).toMatchObject({ metadata: { name: 'evil' } })
    expect(issues).toMatchObject([
      {
        code: 'decode/duplicate-key',
        message: expect.stringContaining('requestObject.metadata.name'),
      },
    ])
  })

  test('numbers above 2^53 keep their raw text', () => {
    const text = line({}).replace('"uid":"u"', '"uid":9007199254740993')
    const [event] = decoded(text).events
    expect(event && Buffer.from(rawOf(Buffer.from(text), 0, event.origin) ?? []).toString()).toBe(
      text,
    )
  })
})

test('bytes of any kind: never throws, and each event lies in them', () => {
  const pieces = fc.constantFrom(
    ...[NEXT, NEXT.slice(0, 90), NEXT.slice(90), '{"records":[', '[', ']', '}', ',', '\n', '\0\0'],
    ...[
      '{"message":',
      '"',
      '---\nkind: Event\n',
      '{"log":"x"}',
      'host ',
      '\ufeff',
      '{"items":[',
      ' ',
    ],
    ...['{"kind":"EventList","items":[', JSON.stringify(NEXT), '\u001e', '{"kind":"Event"', '-'],
  )
  const inputs = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 })
  fc.assert(
    fc.property(inputs, fc.boolean(), (parts, strict) => {
      const bytes = Buffer.from(parts.join(''))
      for (const { origin } of decoded(bytes, strict, 1_000).events) {
        const raw = rawOf(bytes, 1_000, origin)
        expect(raw === undefined ? 0 : raw.length).toBeGreaterThan(0)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('wrong types: the member is absent and unknown, the event is kept', () => {
  const bad = line({
    level: 'Verbose',
    user: 'alice',
    sourceIPs: [1],
    userAgent: {},
    objectRef: { resource: 'pods', name: 7 },
    responseStatus: { code: '201' },
    annotations: { good: 'yes', bad: 1 },
    impersonatedUser: [],
  })
  const { events, issues } = decoded(bad)
  expect(issues[0]?.code).toBe('decode/bad-type')
  expect(events[0]).toMatchObject({
    level: undefined,
    user: { username: undefined },
    sourceIPs: undefined,
    objectRef: { resource: 'pods', name: undefined },
    responseStatus: { code: undefined },
    annotations: { good: 'yes' },
  })
  const parts = PART.sourceIPs | PART.userAgent | PART.name | PART.responseStatus | PART.groups
  expect((events[0]?.unknown ?? 0) & parts).toBe(parts)
})

test('many records on one long line take no more than linear time', () => {
  const many = line({ userAgent: 'x'.repeat(1_500) }).repeat(8_000)
  const start = performance.now()
  expect(decoded(many).events.length).toBe(8_000)
  expect(decoded(JSON.stringify(JSON.parse(NEXT), undefined, 1).repeat(8_000)).events.length).toBe(
    8_000,
  )
  expect(performance.now() - start).toBeLessThan(20_000)
})
