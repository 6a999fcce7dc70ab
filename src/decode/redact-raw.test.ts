import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { toCanonical } from './canonical.ts'
import { findSecretsInJson } from './find-secrets.ts'
import { wholeText } from './mapped-text.ts'
import { redactBlock } from './redact-raw.ts'
import { maskBytes } from './redact-text.ts'
import { decoded, line } from './testing/decoded.ts'

const DEMO = new URL('../../demo/shop-cluster/', import.meta.url)
const FIXTURES = new URL('fixtures/', import.meta.url)
const CORPUS = new URL('../../../shared/corpus/', import.meta.url)

const redacted = (text: string): string => {
  const bytes = Buffer.from(text)
  redactBlock(bytes)
  return bytes.toString()
}

const shownOf = (bytes: Uint8Array): readonly string[] =>
  decoded(bytes).events.map((event) => JSON.stringify(toCanonical(event)))

/** Masks of numbers, and of characters that are written longer, differ in length alone. */
const withoutMasks = (text: string): string => text.replace(/\*+|9+/g, '*')

/** What must hold for any block: the same length, the same events, and that once is enough. */
const holds = (block: Uint8Array): void => {
  const bytes = Buffer.from(block)
  const result = redactBlock(bytes)
  expect(bytes.length).toBe(block.length)
  expect(Buffer.from(result.original(0, bytes.length)).equals(block)).toBe(true)
  const before = decoded(block)
  const after = decoded(bytes)
  expect(after.shapes).toEqual(before.shapes)
  expect(after.issues).toEqual(before.issues)
  expect(shownOf(bytes).map(withoutMasks)).toEqual(shownOf(block).map(withoutMasks))
  const again = Buffer.from(bytes)
  expect(redactBlock(again).count).toBe(0)
  expect(again.equals(bytes)).toBe(true)
}

const read = (url: URL): Buffer => {
  const bytes = readFileSync(url)
  return url.pathname.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes
}

const filesIn = (folder: URL): readonly [string, URL][] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((one) => one.isFile() && /\.(?:log\.zst|ndjson|json|ya?ml|txt)$/.test(one.name))
        .map(({ name }) => [name, new URL(name, folder)])
    : []

describe('the events of redacted bytes are those of the bytes as they came, as shown', () => {
  test.each([...filesIn(DEMO), ...filesIn(FIXTURES)])('%s', (_, url) => holds(read(url)))
})

describe.skipIf(!existsSync(CORPUS))('the same for recordings (needs ../shared/corpus)', () => {
  const folders = ['native/', 'falco-traces/', 'envelopes/', 'admission/', 'lab/metadata/']
  const files = folders.flatMap((name) => filesIn(new URL(name, CORPUS)))
  test.each(files.filter(([name]) => !name.startsWith('labels')))('%s', (_, url) =>
    holds(read(url)),
  )

  test('lab/full, and what is secret there is masked', () => {
    const bytes = read(new URL('lab/full/audit-c.log.zst', CORPUS)).subarray(0, 6_000_000)
    const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
    holds(whole)
    const copy = Buffer.from(whole)
    expect(redactBlock(copy).count).toBeGreaterThan(10)
    expect(/eyJ[\w-]{20,}\.[\w-]{20,}\./.test(copy.toString('latin1'))).toBe(false)
  })
})

/** Texts that matter to what is looked for, and others. */
const PIECES = [
  ...['Bearer ', 'basic ', 'token', 'token=', '"token":', 'password: ', '--secret ', '&command='],
  ...[
    'eyJhbGciOi',
    '.',
    'PRIVATE KEY-----',
    '-----END',
    '://u:p@h',
    '{"',
    '"}',
    '[',
    ']',
    ',',
    ':',
  ],
  ...[
    '"',
    '\\',
    '\\"',
    '\\u0074',
    '%74',
    '%3d',
    '\n',
    ' ',
    'é',
    '😀',
    '\0',
    '*',
    '9',
    'abcdefgh12',
  ],
  ...['kind: Secret\ndata:\n  a: b', '"kind":"Secret"', '"data":{"a":"b"}', 'stringData', '""'],
  '"kubectl.kubernetes.io/last-applied-configuration":"x"',
  ...['"name":"A_TOKEN","value":"x"', '"resource":"secrets"', '{"kind":"Event"'],
]

const piece = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...PIECES) }, fc.string())
const text = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''))

/** Names and texts that make secrets of their neighbours. */
const knownName = fc.oneof(
  fc.constantFrom('kind', 'data', 'stringData', 'token', 'name', 'value', 'metadata', 'items'),
  fc.constantFrom('op', 'path', 'message', 'objectRef', 'resource', 'requestObject', 'password'),
  fc.constantFrom('annotations', 'kubectl.kubernetes.io/last-applied-configuration', 'a'),
)
const knownWord = fc.oneof(
  fc.constantFrom('Secret', 'SecretList', 'ConfigMap', 'secrets', 'configmaps', 'A_PASSWORD'),
  fc.constantFrom('/data/a', '--token', 'add', '', 'a: b', 'Bearer abcdefgh1', 'x token=abc y'),
)

/** Any JSON of such names and words, and JSON as text within it. */
const bodyOf = (names: fc.Arbitrary<string>, words: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  fc.letrec<{ body: unknown }>((tie) => ({
    body: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      words,
      fc.integer(),
      fc.constantFrom(true, null, -1.5e30),
      fc.array(tie('body'), { maxLength: 4 }),
      fc
        .array(fc.tuple(names, tie('body')), { maxLength: 5 })
        .map((pairs) => Object.fromEntries(pairs)),
      tie('body').map((value) => JSON.stringify(value)),
    ),
  })).body

const name = fc.oneof(knownName, text)
const word = fc.oneof(knownWord, text)
const body = bodyOf(name, word)

const objectRef = fc.record({
  resource: fc.constantFrom('secrets', 'configmaps', 'pods'),
  name: knownWord,
})

describe('what is masked, and how', () => {
  const secret = (data: unknown, objectRef: unknown = { resource: 'secrets' }): string =>
    line({ objectRef, requestObject: { kind: 'Secret', data } })

  test('as many bytes, whatever they are written as; nothing else changes', () => {
    const text = secret({ a: 'c2VjcmV0', b: 'é\n' })
    const masked = text.replace('c2VjcmV0', '********').replace('é\\n', '****')
    expect(redacted(text)).toBe(masked)
    expect(redacted(text.replace('é', '\\u00e9'))).toBe(masked.replace('****"}', '********"}'))
  })

  test.each([
    ['{"token"SPACES:"geheim"}'],
    ['{"token":SPACES"geheim"}'],
    ['{"name":SPACES"A_TOKEN","value":"geheim"}'],
    ['{"kind":SPACES"Secret","data":{"a":"geheim"}}'],
    ['{"data":{"a":"geheim"},"kind":SPACES"Secret"}'],
  ])('however many spaces stand between: %s', (text) => {
    for (const spaces of [0, 1, 40, 1_000]) {
      const one = text.replace('SPACES', ' '.repeat(spaces))
      expect(redacted(one)).not.toContain('geheim')
      expect(redacted(JSON.stringify({ a: one }))).not.toContain('geheim')
    }
  })

  test('a number stays a number, and what is empty stays empty', () => {
    const text = secret({ a: 1234, b: -1.5e3, c: '', d: null, e: true, f: [0], g: {} })
    expect(JSON.parse(redacted(text)).requestObject.data).toEqual({
      ...{ a: 9999, b: -9999, c: '', d: null, e: true, f: [9], g: {} },
    })
  })

  test('the bytes of a record can be had as they came', () => {
    const lines = [line(), secret({ a: 'c2VjcmV0' }), line(), secret({ a: 'Z2VoZWlt', b: 'eA==' })]
    const block = Buffer.from(lines.map((one) => `${one}\n`).join(''))
    const result = redactBlock(block)
    expect(result.count).toBe(3)
    let at = 0
    lines.forEach((one, index) => {
      const end = at + one.length
      expect(Buffer.from(result.original(at, end)).toString()).toBe(one)
      expect(result.changed(at, end)).toBe(index % 2 === 1)
      at = end + 1
    })
    // Also when a place is cut in two.
    const place = block.indexOf('****') + 2
    const text = lines.map((one) => `${one}\n`).join('')
    expect(Buffer.from(result.original(0, place)).toString()).toBe(text.slice(0, place))
    expect(Buffer.from(result.original(place, block.length)).toString()).toBe(text.slice(place))
  })

  test('equal secrets have equal fingerprints, however they are written', () => {
    const block = Buffer.from(
      [
        secret({ a: 'c2VjcmV0' }),
        secret({ a: 'c2VjcmV0' }).replace('c2VjcmV0', 'c2\\u0056jcmV0'),
        line({
          objectRef: { resource: 'secrets' },
          requestObject: { stringData: { a: 'secret' } },
        }),
        line({ requestObject: { spec: { password: 'secret', token: 'another' } } }),
        line(),
      ].join('\n'),
    )
    const ends = [...block.toString().matchAll(/\n|$/g)].map(({ index }) => index)
    const result = redactBlock(block, (bytes) => Buffer.from(bytes).toString())
    const prints = ends.map((end, at) =>
      result.fingerprints(at === 0 ? 0 : (ends[at - 1] ?? 0), end),
    )
    expect(prints).toEqual([['secret'], ['secret'], ['secret'], ['secret', 'another'], []])
    expect(redactBlock(Buffer.from(secret({ a: 'eA==' }))).fingerprints(0, 500)).toEqual([])
  })

  test('a record without its beginning is masked where it may hold anything', () => {
    const rest = 'c2VjcmV0","b":"Z2VoZWlt"},"type":"Opaque"},"stageTimestamp":"x"}'
    expect(redacted(`${rest}\n${line()}\n`)).not.toMatch(/VjcmV0|Z2VoZWlt/)
  })

  test('a record with a broken body is masked in what is left of it', () => {
    const text = secret({ a: 'c2VjcmV0' }).replace('"kind":"Secret"', '"kind":Secret')
    expect(redacted(text)).not.toContain('c2VjcmV0')
    expect(decoded(redacted(text)).codes).toEqual(decoded(text).codes)
    expect(decoded(redacted(text)).events[0]?.requestURI).toBe('/api/v1/namespaces/shop/pods')
  })
})

describe('YAML', () => {
  const yaml = (body: string): string =>
    `kind: Event\nauditID: a\nverb: update\nstage: ResponseComplete\nlevel: Request\n${body}`
  const ref = 'objectRef:\n  resource: secrets\n  name: x\n'

  test.each([
    ['a Secret', 'requestObject:\n  kind: Secret\n  data:\n    a: Z2VoZWlt\n    b: "Z2VoZWlt"\n'],
    ['a patch of one', `${ref}requestObject:\n  data:\n    a: Z2VoZWlt\n`],
    ['in braces', 'requestObject:\n  kind: Secret\n  data: {a: Z2VoZWlt}\n'],
    [
      'a text of lines',
      'requestObject:\n  kind: Secret\n  stringData:\n    a: |\n      Z2VoZWlt\n',
    ],
    ['a token', 'responseObject:\n  kind: TokenRequest\n  status:\n    token: Z2VoZWlt\n'],
    ['a variable', 'requestObject:\n  env:\n  - name: A_TOKEN\n    value: Z2VoZWlt\n'],
  ])('%s is masked, and it is YAML as before', (_, body) => {
    const text = `${yaml(body)}---\n${yaml('requestObject:\n  kind: Pod\n  data: x\n')}`
    const bytes = Buffer.from(text)
    redactBlock(bytes)
    expect(bytes.toString()).not.toContain('Z2VoZWlt')
    expect(decoded(bytes).issues).toEqual(decoded(text).issues)
    const names = (from: string | Uint8Array): unknown =>
      shapeOf(decoded(from).events.map((event) => event.requestObject ?? event.responseObject))
    expect(decoded(bytes).events.length).toBe(2)
    expect(names(bytes)).toEqual(names(text))
  })
})

describe('bounds', () => {
  test('deeper than LIMIT.jsonDepthMax all is masked', () => {
    const nested = (inner: unknown): string => {
      let deep = inner
      for (let level = 0; level < LIMIT.jsonDepthMax + 1; level += 1) deep = { a: deep }
      return line({ requestObject: deep })
    }
    expect(redacted(nested({ b: 'anything', password: 'x' }))).not.toContain('anything')
    expect(redacted(nested({ b: 'anything' }))).toContain('anything')
  })

  test('deeper than LIMIT.secretTextDepthMax texts are masked whole', () => {
    let inner = '{"token":"abc"}'
    for (let level = 0; level < 4; level += 1) inner = JSON.stringify({ a: inner })
    expect(redacted(inner)).not.toContain('abc')
    // However many there are, and however deep each is.
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      let deep = '{"token":"abcdef"}'
      for (let level = 0; level < LIMIT.secretTextDepthMax - 4; level += 1) {
        deep = open.repeat(120) + JSON.stringify(deep) + close.repeat(120)
        expect(redacted(deep)).not.toContain('abcdef')
      }
    }
    let encoded = 'token=abcdefgh&x=rest'
    for (let level = 0; level <= LIMIT.secretTextDepthMax; level += 1) {
      encoded = encodeURIComponent(`%74${encoded}`)
    }
    expect(redacted(JSON.stringify({ requestURI: encoded }))).not.toContain('rest')
  })

  test('a record of more than LIMIT.jsonTreeNodesMax values is masked whole', () => {
    const many = `[${'1,'.repeat(LIMIT.jsonTreeNodesMax)}1]`
    const text = `{"kind":"Event","token":"abc","x":"anything","many":${many}}`
    expect(redacted(text)).not.toMatch(/abc|anything/)
  })

  test.each([
    ['brackets', '['.repeat(2_000_000)],
    ['braces', '{"token":'.repeat(100_000)],
    ['closed brackets', `${'['.repeat(300_000)}"token=x"${']'.repeat(300_000)}`],
    ['broken items', `[${'{"token":x},'.repeat(10_000)}]`],
    ['broken nested lists', `${'['.repeat(100_000)}"token":x${']'.repeat(100_000)}`],
    ['torn lines', '{"kind":"Secret","data":{"a":"b\n'.repeat(5_000)],
    ['glued records', '{"kind":"Event","token":"a'.repeat(6_000)],
    ['backslashes', `{"token":"${'\\\\'.repeat(1_000_000)}"}`],
    ['percent signs', `{"requestURI":"${'%25'.repeat(100_000)}token=x"}`],
    ['escapes', `{"a":"${'\\u0074'.repeat(300_000)}"}`],
    ['words', `{"a":"${'token=a '.repeat(100_000)}"}`],
    ['openings in a text', JSON.stringify({ a: '{"token":[{"'.repeat(100_000) })],
    ['quotes of a Secret', JSON.stringify({ a: `${'"data":{'.repeat(100_000)}` })],
    ['heads of keys', JSON.stringify({ a: 'PRIVATE KEY-----'.repeat(100_000) })],
    ['lines of YAML', JSON.stringify({ a: `kind: Secret\n${'data:\n a: b\n'.repeat(100_000)}` })],
    ['names and passwords', JSON.stringify({ a: `${'://a:b'.repeat(200_000)}@` })],
    ['many @', `{"token":"${'@'.repeat(500_000)}"}`],
    ['spaces', `{"token"${' '.repeat(1_000_000)}:${' '.repeat(1_000_000)}"a"}`],
    ['a region of many lines', `{"token":"a"}\n ${'\n token=x'.repeat(10_000)}`],
  ])('linear time: %s', (_, text) => {
    const bytes = Buffer.from(text)
    const start = performance.now()
    redactBlock(bytes)
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

// The same input at every run: patterns over texts that are nonsense may, in one of thousands, mask
// a little more at the second time.
const SEED = 20_261_121

/** What is masked when every record is looked through, whether or not it has a hint. */
const thorough = (text: string): string => {
  const bytes = Buffer.from(text)
  const hints = { count: 1, any: () => true, next: (from: number) => from }
  const whole = wholeText(bytes)
  findSecretsInJson(whole, 0, bytes.length, 'other', hints, (from, to, _, bare) =>
    maskBytes(bytes, from, to, bare),
  )
  return bytes.toString()
}

describe('a record without a hint has no secret', () => {
  test('in the demo', () => {
    const lines = read(new URL('audit-c.log.zst', DEMO)).toString().trimEnd().split('\n')
    const left = lines.filter((one) => thorough(one) !== redacted(one))
    expect(left).toEqual([])
  })

  test('in random events', () => {
    fc.assert(
      fc.property(bodyOf(knownName, knownWord), objectRef, (requestObject, ref) => {
        const one = line({ requestObject, objectRef: ref })
        expect(redacted(one)).toBe(thorough(one))
      }),
      { numRuns: 200, seed: SEED },
    )
  })
})

describe('random input', () => {
  test('events with any bodies', () => {
    const event = fc.record({
      requestObject: body,
      responseObject: body,
      objectRef,
      requestURI: text,
      userAgent: text,
      annotations: fc.dictionary(text, word),
    })
    fc.assert(
      fc.property(event, fc.integer({ min: 0, max: 2 }), (members, spaces) => {
        const one = JSON.stringify(JSON.parse(line(members)), undefined, spaces)
        holds(Buffer.from(`${one}\n${line()}\n`))
        // JSON of the same structure.
        expect(shapeOf(JSON.parse(redacted(one)))).toEqual(shapeOf(JSON.parse(one)))
      }),
      { numRuns: 150, seed: SEED },
    )
  })

  test('any text at all: never thrown at, never longer or shorter, lines stay lines', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            text,
            body.map((one) => JSON.stringify(one)),
          ),
        ),
        (parts) => {
          const bytes = Buffer.from(parts.join('\n'))
          const before = Buffer.from(bytes)
          const result = redactBlock(bytes)
          expect(bytes.length).toBe(before.length)
          expect(Buffer.from(result.original(0, bytes.length)).equals(before)).toBe(true)
          const again = Buffer.from(bytes)
          redactBlock(again)
          expect(again.toString()).toBe(bytes.toString())
        },
      ),
      { numRuns: 300, seed: SEED },
    )
  })

  test('any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), text, (noise, words) => {
        const bytes = Buffer.concat([noise, Buffer.from(words), noise])
        const before = Buffer.from(bytes)
        const result = redactBlock(bytes)
        expect(Buffer.from(result.original(0, bytes.length)).equals(before)).toBe(true)
      }),
    )
  })
})

/** The structure of a value: how it is nested, and what kind each value is of. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.values(value).map(shapeOf)
}
