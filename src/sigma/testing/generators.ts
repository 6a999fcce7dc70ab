import fc from 'fast-check'
import { parseRange } from '../../base/ip-range.ts'
import { CANNOT_TELL, type FieldValue } from '../../base/truth.ts'
import { foldAscii } from '../match/fold.ts'
import { regexMatcher } from '../match/regex.ts'
import type { TimePart } from '../plan/modifiers.ts'
import { parsePattern } from '../plan/pattern.ts'
import type { Leaf, Plan, RegexTest, Test } from '../plan/plan.ts'
import type { SchemaField } from '../schema.ts'
import { type TestElement, type TestRow, testField } from './rows.ts'

/** The fields of random rows: every type, in the row and in elements of `g.e`. */
export const FIELDS: readonly SchemaField[] = [
  testField('text', 'text'),
  testField('texts', 'text', { list: true }),
  testField('any', 'any', { stored: false }),
  testField('number', 'number'),
  testField('numbers', 'number', { list: true }),
  testField('boolean', 'boolean'),
  testField('address', 'address'),
  testField('addresses', 'address', { list: true }),
  testField('time', 'time'),
  testField('g.e[].text', 'text'),
  testField('g.e[].texts', 'text', { list: true }),
  testField('g.e[].number', 'number'),
  testField('g.e[].boolean', 'boolean'),
]
const ROW_FIELDS = FIELDS.filter((field) => field.group === undefined)
const ELEMENT_FIELDS = FIELDS.filter((field) => field.group !== undefined)

const SCRAPS = [
  'a',
  'b',
  'A',
  'é',
  'É',
  'ſ',
  'K',
  'k',
  '😀',
  '*',
  '?',
  '\\',
  '\n',
  '0',
  '7',
  '%',
  '_',
  '',
]
const ADDRESSES = [
  '10.0.0.1',
  '10.1.2.3',
  '010.0.0.1',
  '10.0.0.256',
  '10.0.0',
  '0.0.0.0',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:a00:1',
  '::FFFF:010.0.0.1',
  '::10.0.0.1',
  'fe80::1',
  'fe80::1%eth0',
  '2001:db8::8:800:200c:417a',
  '2001:DB8:0:0:8:800:200C:417A',
  '1:2:3:4:5:6:7::',
  '1:2:3:4:5:6:7:8::',
  '1:2:3:4:5:6:7',
  '1::2::3',
  ':1',
  '1:',
  ':::',
  '12345::',
  '1:2:3:4:5:6:1.2.3.4',
  '1.2.3.4::',
  ' 10.0.0.1',
  '10.0.0.1\n',
  '',
  'x',
]
const NETWORKS = [
  '10.0.0.0/8',
  '10.0.0.1/32',
  '0.0.0.0/0',
  '::/0',
  '::1/128',
  'fe80::/10',
  '::ffff:10.0.0.0/104',
  '2001:db8::/32',
  '10.1.2.3/15',
  '1:2:3:4:5:6:0:0/96',
]
const TIMES = [
  '2026-01-01T00:00:00.000000Z',
  '2026-11-21T23:59:59.999999Z',
  '2026-11-22T01:30:00+02:00',
  '2020-12-31T12:00:00Z',
  '2021-01-03T23:59:59Z',
  '2024-02-29T05:07:00Z',
  '2024-12-30T00:00:00-01:00',
]
const EXPRESSIONS = [
  'a',
  '^a',
  'b$',
  '^$',
  'a.b',
  '^.$',
  'a|É',
  '[a-c]+\\d',
  'k',
  '(?:ab|ba)',
  '\\\\',
  '\\*',
  'a{2}',
  '^a*b?$',
  'abab',
  '\\bb\\b',
  '[^a]$',
  '😀+',
]

const text = fc.array(fc.constantFrom(...SCRAPS), { maxLength: 5 }).map((parts) => parts.join(''))
const number = fc.constantFrom(0, -0, 1, -1, 7, 403, 0.5, 1e15, 1e21, 1.5e300, 1e-7, -70, 2 ** 53)
const numericText = fc.constantFrom('0', '7', '-7', '07', '1.0', '403', '-0', '1e3', ' 7', '7\n')

const scalarFor = ({ type }: SchemaField): fc.Arbitrary<string | number | boolean> => {
  if (type === 'number') return number
  if (type === 'boolean') return fc.boolean()
  if (type === 'time') return fc.constantFrom(...TIMES)
  if (type === 'address') return fc.constantFrom(...ADDRESSES)
  if (type !== 'any') return fc.oneof(text, numericText)
  const others = fc.constantFrom(...ADDRESSES, ...TIMES, '2026-02-30T00:00:00Z')
  return fc.oneof(text, numericText, number, fc.boolean(), others)
}

const valueFor = (field: SchemaField): fc.Arbitrary<FieldValue> => {
  const scalar = scalarFor(field)
  const known: fc.Arbitrary<FieldValue> = field.list
    ? fc.array(fc.oneof({ weight: 9, arbitrary: scalar }, fc.constant(null)), { maxLength: 3 })
    : fc.oneof({ weight: 9, arbitrary: scalar }, fc.constant(null))
  return fc.oneof(
    { weight: 6, arbitrary: known },
    fc.constantFrom<FieldValue>(undefined, CANNOT_TELL),
  )
}

const valuesFor = (fields: readonly SchemaField[]): fc.Arbitrary<TestElement> =>
  fc.record(Object.fromEntries(fields.map((field) => [field.name, valueFor(field)])))

/** Rows whose values are few and alike, so that tests meet them often. */
export const row: fc.Arbitrary<TestRow> = fc.record({
  values: valuesFor(ROW_FIELDS),
  groups: fc.record({
    'g.e': fc.oneof(
      { weight: 6, arbitrary: fc.array(valuesFor(ELEMENT_FIELDS), { maxLength: 3 }) },
      fc.constant(CANNOT_TELL),
    ),
  }),
})

const folded = (cased: boolean, value: string): string => (cased ? value : foldAscii(value))

const textPartTest = fc
  .record({
    kind: fc.constantFrom('contains' as const, 'startswith' as const, 'endswith' as const),
    value: text,
    cased: fc.boolean(),
  })
  .map(({ kind, value, cased }): Test => ({ kind, text: folded(cased, value), cased }))

const equalsTest = fc
  .record({ first: text, rest: fc.array(text, { maxLength: 3 }), cased: fc.boolean() })
  .map(({ first, rest, cased }): Test => {
    const others = rest.map((value) => folded(cased, value))
    return { kind: 'equals', texts: [folded(cased, first), ...others], cased }
  })

const likeTest = fc.record({ value: text, cased: fc.boolean() }).map(({ value, cased }): Test => {
  const pattern = parsePattern(folded(cased, `${value}*${value}?`))
  return { kind: 'like', pattern, cased }
})

const regexTest: fc.Arbitrary<Test> = fc.record({
  kind: fc.constant('regex' as const),
  source: fc.constantFrom(...EXPRESSIONS),
  insensitive: fc.boolean(),
  multiline: fc.boolean(),
  dotAll: fc.boolean(),
})

const networkTest = fc.constantFrom(...NETWORKS).map((value): Test => {
  const network = parseRange(value)
  if (network === undefined) throw new Error(`no network: ${value}`)
  return { kind: 'network', network, text: value }
})

const numberTest: fc.Arbitrary<Test> = fc.record({
  kind: fc.constant('number' as const),
  operator: fc.constantFrom('eq', 'lt', 'lte', 'gt', 'gte'),
  value: number,
})

const partTest: fc.Arbitrary<Test> = fc
  .constantFrom<TimePart>('minute', 'hour', 'day', 'week', 'month', 'year')
  .chain((part) =>
    fc.record({
      kind: fc.constant('time-part' as const),
      part: fc.constant(part),
      operator: fc.constantFrom('eq', 'lt', 'lte', 'gt', 'gte'),
      value: part === 'year' ? fc.constantFrom(2020, 2026) : fc.constantFrom(0, 1, 12, 23, 53, 2.5),
    }),
  )

const sameTest = (fields: readonly SchemaField[]): fc.Arbitrary<Test> =>
  fc
    .record({ other: fc.constantFrom(...fields), cased: fc.boolean() })
    .map(({ other: { name: field, type, list, column }, cased }) => ({
      kind: 'same',
      other: { field, type, list, column },
      cased,
    }))

const testFor = (fields: readonly SchemaField[]): fc.Arbitrary<Test> =>
  fc.oneof(
    textPartTest,
    equalsTest,
    likeTest,
    regexTest,
    networkTest,
    numberTest,
    sameTest(fields),
    fc.boolean().map((value): Test => ({ kind: 'boolean', value })),
    fc.boolean().map((value): Test => ({ kind: 'exists', value })),
    fc.constant<Test>({ kind: 'null' }),
  )

const leafOf = (
  fields: readonly SchemaField[],
  test: fc.Arbitrary<Test> = testFor(fields),
): fc.Arbitrary<Leaf> =>
  fc
    .record({ field: fc.constantFrom(...fields), test })
    .map(({ field: { name, ...rest }, test }): Leaf => {
      return { kind: 'leaf', field: name, ...rest, test, selection: 's', place: {} }
    })

/** Fields that rules may ask a part of a time of. */
const TIME_FIELDS = ROW_FIELDS.filter(({ type }) => type === 'time' || type === 'any')

/** One test of a field of the row. */
export const rowLeaf: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 9, arbitrary: leafOf(ROW_FIELDS) },
  leafOf(TIME_FIELDS, partTest),
)

const SYNTAX = [
  ...['a', 'b', 'k', 's', 'ab', 'é', 'ß', '一', '😀', '-', '/', '_', '\\.', '\\$', '\\n', '\\x41'],
  ...['.', '\\d', '\\w', '\\s', '\\b', '\\D', '\\W', '\\S', '\\pL', '[[:alpha:]]', '[', '[^', ']'],
  ...['*', '+', '?', '??', '*?', '{2}', '{0,1}', '{1,}', '^', '$', '\\A', '\\z', '\\B', '|'],
  ...['(', ')', '(?:', '(?i)', '(?s)', '(?m)', '(?-i:', '(?P<x>'],
]

/** Expressions put together without care: those that re2js accepts, on the field `text`. */
export const wildRegexLeaf: fc.Arbitrary<Plan> = fc
  .record({
    source: fc
      .array(fc.constantFrom(...SYNTAX), { minLength: 1, maxLength: 8 })
      .map((parts) => parts.join('')),
    insensitive: fc.boolean(),
    multiline: fc.boolean(),
    dotAll: fc.boolean(),
  })
  .map((parts): RegexTest => ({ kind: 'regex', ...parts }))
  .filter(isAccepted)
  .chain((test) => leafOf(FIELDS.slice(0, 1)).map((leaf) => ({ ...leaf, test })))

/** One test of a field of an element. */
export const elementLeaf: fc.Arbitrary<Plan> = leafOf(ELEMENT_FIELDS)

type Tree = { readonly plan: Plan }

const branch = (leaf: fc.Arbitrary<Plan>): fc.Arbitrary<Plan> => {
  const tree = fc.letrec<Tree>((tie) => {
    const parts = fc.array(tie('plan'), { minLength: 1, maxLength: 3 })
    const joined = parts.chain((of) =>
      fc.constantFrom<Plan>({ kind: 'and', of }, { kind: 'or', of }),
    )
    const negated = tie('plan').map((of): Plan => ({ kind: 'not', of }))
    return { plan: fc.oneof({ maxDepth: 3 }, { weight: 3, arbitrary: leaf }, joined, negated) }
  })
  return tree.plan
}

const someElement = branch(elementLeaf).map(
  (of): Plan => ({ kind: 'some-element', group: 'g.e', of }),
)

/** Plans of every kind. */
export const plan: fc.Arbitrary<Plan> = branch(
  fc.oneof({ weight: 2, arbitrary: rowLeaf }, someElement),
)

function isAccepted(test: RegexTest): boolean {
  try {
    regexMatcher(test)
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}
