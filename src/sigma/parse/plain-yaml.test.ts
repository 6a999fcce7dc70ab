import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainValue } from './document.ts'
import { parseAnyDocuments } from './parse-documents.ts'
import { readPlainYaml } from './plain-yaml.ts'

/** What the library makes of a text that is read as plain; whether it was. */
const compareWithLibrary = (text: string): boolean => {
  const plain = readPlainYaml(text, 'r.yaml')
  if (plain === undefined) return false
  expect(parseAnyDocuments(text, 'r.yaml')).toEqual(plain.map((root) => ({ root, issues: [] })))
  return true
}

const SCALARS = [
  ...[
    'a',
    'create',
    'system:masters',
    'a b',
    '/x/y',
    'null',
    'Null',
    'nULL',
    'true',
    'False',
    'no',
  ],
  ...['0', '17', '007', '1e5', '1.5', '1.', '0x1F', '2026-11-21', '1-2', '12e', '9'.repeat(15)],
  ...['a: b', 'a:', 'a #b', 'a#b', '# a', '*', '*a', '&a', '!a', '-', '- a', '-a', '~', '{a}', '?'],
  ...[
    '(^|/)a',
    "it's",
    'a"b"',
    '\\d+',
    '$x',
    'é',
    'a, b',
    'a]',
    '.inf',
    '.',
    '.5',
    '.5e3',
    '.kube/x',
    '.NaN',
    '...',
    '.a',
    '+1',
    '@a',
    '%a',
    '`a`',
  ],
]
const QUOTED = [
  "'a'",
  "''",
  "'it''s'",
  "'a: b'",
  "'a # b'",
  '"a"',
  '"a\\n"',
  '"',
  "'a' # b",
  "'a' b",
]
const FLOWS = [
  ...[
    '[]',
    '[ ]',
    '[a]',
    '[a, b]',
    "[a, 'b, c']",
    '[a,b]',
    '[a, b,]',
    '[a',
    '[a, [b]]',
    '[1, null]',
  ],
  ...['[a] # b', '[a]b', '[a: b]', '[a:b, c]', '[ a , b ]', "['']", '[a #b]', '["a]"]', '[{a: b}]'],
]
const HEADERS = ['|', '|-', '>', '>-', '|+', '>2', '| # a']
const KEYS = ['a', 'b', 'c|re', 'd.e[].f', 'g/h', 'null', '"q"', 'a b', '-a', 'x*', '1']

const indent = fc.constantFrom('', '  ', '    ', '      ', ' ')
const scalar = fc.constantFrom(...SCALARS, ...QUOTED, ...FLOWS)
const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom(...KEYS), scalar).map(([k, v]) => `${k}: ${v}`),
  },
  { weight: 4, arbitrary: fc.constantFrom(...KEYS).map((key) => `${key}:`) },
  { weight: 3, arbitrary: scalar.map((one) => `- ${one}`) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...KEYS), scalar).map(([k, v]) => `- ${k}: ${v}`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...KEYS), fc.constantFrom(...HEADERS))
      .map(([k, v]) => `${k}: ${v}`),
  },
  { weight: 1, arbitrary: fc.constantFrom('- |', '- >-', '-', '---', '...', '') },
  { weight: 1, arbitrary: scalar.map((one) => `# ${one}`) },
  { weight: 2, arbitrary: scalar },
)
const lines = fc
  .array(fc.tuple(indent, line), { minLength: 1, maxLength: 9 })
  .map((all) => all.map(([space, text]) => (text === '' ? '' : space + text)).join('\n'))

/** Texts that are plain more often: nodes, written down. */
const { node } = fc.letrec<{ node: readonly string[] }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...SCALARS.slice(0, 12), ...QUOTED.slice(0, 7), ...FLOWS).map((one) => [one]),
    fc
      .tuple(
        fc.constantFrom(...HEADERS.slice(0, 4)),
        fc.array(fc.constantFrom('a', 'b c', '', '# d', '  e'), { minLength: 1, maxLength: 5 }),
      )
      .map(([head, texts]) => [head, ...texts.map((one) => (one === '' ? '' : `  ${one}`))]),
    fc
      .uniqueArray(fc.constantFrom('a', 'b', 'c|re', 'd.e[].f', 'g/h'), {
        minLength: 1,
        maxLength: 4,
      })
      .chain((keys) =>
        fc
          .tuple(...keys.map(() => tie('node')))
          .map((values) => ['', ...keys.flatMap((key, at) => under(`${key}:`, values[at] ?? []))]),
      ),
    fc
      .array(tie('node'), { minLength: 1, maxLength: 3 })
      .map((items) => ['', ...items.flatMap((item) => under('-', item))]),
  ),
}))

const under = (head: string, [first = '', ...rest]: readonly string[]): readonly string[] => [
  first === '' ? head : `${head} ${first}`,
  ...rest.map((text) => (text === '' ? '' : `  ${text}`)),
]

const rulesThereAre = (): readonly string[] => {
  const folder = new URL('../../../content/rules/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const rules = files.filter((file) => file.endsWith('.yaml') && !file.endsWith('.cases.yaml'))
  return rules.map((file) => readFileSync(new URL(file, folder), 'utf8'))
}

/** What means something to YAML, or to JavaScript alone, such as its other white space. */
const ODD_PIECES = [
  ...[
    ' ',
    '\n',
    '\n\n',
    '\n ',
    '\n  ',
    '\n    ',
    '#',
    ' # ',
    ':',
    ': ',
    ':\n',
    '- ',
    '\n- ',
    '\n  - ',
  ],
  ...[
    "'",
    '"',
    "''",
    '[',
    ']',
    '[]',
    ', ',
    '|',
    '>-',
    '|\n  ',
    '>\n  ',
    '---\n',
    '\n---\n',
    '...\n',
  ],
  ...[
    '? ',
    '!!str ',
    '&a ',
    '*a',
    '%',
    '@',
    '`',
    '{',
    '}',
    '0x1',
    '1e3',
    '.inf',
    '~',
    'null',
    'True: ',
  ],
  ...['-1', '+', '\\', '\\n', '<<: ', '=', '  # c\n', '# c\n', '[a, b]', 'A: ', '\t', '\r', '\r\n'],
  ...['\u0085', '\u00a0', '\u1680', '\u200b', '\u2028', '\u2029', '\u202f', '\u205f', '\u3000'],
  ...['\ufeff', '\u{1f600}', '\0', '\x7f', 'é'],
]

describe('the reader of plain YAML', () => {
  test('gives what the library gives, on random lines', () => {
    let plain = 0
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\n\n', ''), (text, end) => {
        if (compareWithLibrary(text + end)) plain += 1
      }),
      { seed: 11, numRuns: 60_000 },
    )
    expect(plain).toBeGreaterThan(200)
  })

  test('gives what the library gives, on random documents', () => {
    let plain = 0
    fc.assert(
      fc.property(node, ([, ...rest]) => {
        if (rest.length > 0 && compareWithLibrary(`${rest.join('\n')}\n`)) plain += 1
      }),
      { seed: 12, numRuns: 20_000 },
    )
    expect(plain).toBeGreaterThan(1_000)
  })

  test('gives what the library gives, on several documents in one file', () => {
    let plain = 0
    const map = node.map((lines) => under('key:', lines).join('\n'))
    const documents = fc.array(map, { minLength: 2, maxLength: 3 })
    fc.assert(
      fc.property(documents, fc.constantFrom('', '---\n'), (all, start) => {
        const text = all.map((each) => `${each}\n`).join('---\n')
        if (compareWithLibrary(start + text)) plain += 1
      }),
      { seed: 14, numRuns: 5_000 },
    )
    expect(plain).toBeGreaterThan(100)
  })

  test('gives what the library gives, on documents with something put into them', () => {
    let plain = 0
    const odd = fc.constantFrom(
      ' ',
      '\n',
      '\n  ',
      '#',
      ' # ',
      ':',
      ': ',
      '- ',
      "'",
      '"',
      '[',
      ',',
      '|',
    )
    fc.assert(
      fc.property(node, odd, fc.nat(), ([, ...rest], text, at) => {
        const whole = `${rest.join('\n')}\n`
        const where = at % whole.length
        if (compareWithLibrary(whole.slice(0, where) + text + whole.slice(where))) plain += 1
      }),
      { seed: 13, numRuns: 40_000 },
    )
    expect(plain).toBeGreaterThan(500)
  })

  test('gives what the library gives, on real rules with anything put into them', () => {
    const pieces = rulesThereAre().flatMap((text) => text.match(/(?:.*\n){1,12}/g) ?? [])
    const change = fc.record({
      at: fc.nat(),
      cut: fc.constantFrom(0, 0, 0, 1, 2, 3),
      put: fc.constantFrom('', ...ODD_PIECES),
    })
    let plain = 0
    fc.assert(
      fc.property(fc.constantFrom(...pieces), fc.array(change, { maxLength: 3 }), (piece, all) => {
        let text = piece
        for (const { at, cut, put } of all) {
          const where = at % (text.length + 1)
          text = text.slice(0, where) + put + text.slice(where + cut)
        }
        if (compareWithLibrary(text)) plain += 1
      }),
      { seed: 15, numRuns: 20_000 },
    )
    expect(plain).toBeGreaterThan(1_000)
  })

  test.each(['\u1680', '\u205f', '\u3000'])(
    'takes the space %j for text, as YAML does',
    (space) => {
      for (const text of [`a: b${space} # c\n`, `a: [b${space}, ${space}c${space}]\n`]) {
        compareWithLibrary(text)
      }
      const [root] = readPlainYaml(`a: [b${space}, c]\n`, 'r.yaml') ?? []
      expect(root && plainValue(root)).toEqual({ a: [`b${space}`, 'c'] })
    },
  )

  test('reads nearly all rules there are', () => {
    const rules = rulesThereAre()
    const plain = rules.filter(compareWithLibrary)
    expect(plain.length).toBeGreaterThan(rules.length * 0.9)
  })

  test.each([
    ['a: b\r\n', 'carriage returns'],
    ['a:\tb\n', 'tabs'],
    ['a: b', 'no newline at the end'],
    ['a: &x b\nc: *x\n', 'anchors'],
    ['a: b\na: c\n', 'duplicate keys'],
    ['a: b\n--- # more\nc: d\n', 'a mark with something behind it'],
    ['%YAML 1.2\n---\na: b\n', 'directives'],
    ['a: b\n---\n', 'a document without anything'],
    ['a: .5\n', 'numbers that begin with a dot'],
    ['a: b\n  c\n', 'a scalar on two lines'],
    ['a: "\\u0041"\n', 'escapes'],
    ['a: [b,\n  c]\n', 'a list on two lines'],
  ])('leaves %o to the library: %s', (text) => {
    expect(readPlainYaml(text, 'r.yaml')).toBeUndefined()
  })
})
