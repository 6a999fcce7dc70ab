import { Unreadable } from '../value.ts'
import type { YamlScalar } from './node.ts'

/** What a scalar stands for. A number that is no integer may be endless or none at all. */
export type Scalar =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly is: boolean }
  | { readonly kind: 'integer'; readonly is: bigint }
  | { readonly kind: 'float'; readonly is: number }
  | { readonly kind: 'text'; readonly text: string }

/**
 * What a scalar stands for in YAML 1.1 as the API server reads it: `yes` and `off` are booleans,
 * `0777` is a number, a date is a text. Upstream: yaml/go-yaml v2 resolve.go, resolve.
 */
export const resolveScalar = ({ text, plain, tag, at }: YamlScalar): Scalar => {
  if (tag === '') return plain ? guess(text) : { kind: 'text', text }
  if (tag === BINARY) return { kind: 'text', text: fromBase64(text, at) }
  if (!TAGS.has(tag) || tag === STR) return { kind: 'text', text }
  const found = guess(text)
  if (tag === TIMESTAMP && isTimestamp(text)) return { kind: 'text', text }
  if (found.kind === TAGS.get(tag) && found.kind !== 'text') return found
  if (tag === FLOAT && found.kind === 'integer') return { kind: 'float', is: Number(found.is) }
  throw new Unreadable(
    `yaml: cannot decode ${SHORT[found.kind]} \`${text}\` as a !!${tag.slice(18)}`,
    at,
  )
}

const PREFIX = 'tag:yaml.org,2002:'
const BINARY = `${PREFIX}binary`
const STR = `${PREFIX}str`
const FLOAT = `${PREFIX}float`
const TIMESTAMP = `${PREFIX}timestamp`

/** The tags that mean something, and what a text with it must be. */
const TAGS: ReadonlyMap<string, Scalar['kind']> = new Map([
  [STR, 'text'],
  [`${PREFIX}bool`, 'boolean'],
  [`${PREFIX}int`, 'integer'],
  [FLOAT, 'float'],
  [`${PREFIX}null`, 'null'],
  [TIMESTAMP, 'text'],
])

const SHORT: Readonly<Record<Scalar['kind'], string>> = {
  null: '!!null',
  boolean: '!!bool',
  integer: '!!int',
  float: '!!float',
  text: '!!str',
}

const guess = (text: string): Scalar => WORDS.get(text) ?? numberOf(text) ?? { kind: 'text', text }

const TRUE: Scalar = { kind: 'boolean', is: true }
const FALSE: Scalar = { kind: 'boolean', is: false }
const NULL: Scalar = { kind: 'null' }
const NO_NUMBER: Scalar = { kind: 'float', is: Number.NaN }
const ENDLESS: Scalar = { kind: 'float', is: Number.POSITIVE_INFINITY }
const MINUS_ENDLESS: Scalar = { kind: 'float', is: Number.NEGATIVE_INFINITY }

/** Words that stand for something else than themselves: in these letters only. */
const WORDS: ReadonlyMap<string, Scalar> = new Map(
  (
    [
      [TRUE, 'y Y yes Yes YES true True TRUE on On ON'],
      [FALSE, 'n N no No NO false False FALSE off Off OFF'],
      [NULL, '~ null Null NULL'],
      [NO_NUMBER, '.nan .NaN .NAN'],
      [ENDLESS, '.inf .Inf .INF +.inf +.Inf +.INF'],
      [MINUS_ENDLESS, '-.inf -.Inf -.INF'],
    ] as const
  )
    .flatMap(([scalar, words]) => words.split(' ').map((word): [string, Scalar] => [word, scalar]))
    .concat([['', NULL]]),
)

const numberOf = (text: string): Scalar | undefined => {
  if (/^\.\d+([eE][-+]?\d+)?$/.test(text)) return floatOf(text)
  if (!/^[-+\d]/.test(text)) return undefined
  const plain = text.replaceAll('_', '')
  const integer = integerOf(plain)
  if (integer !== undefined) return { kind: 'integer', is: integer }
  return FLOAT_TEXT.test(plain) ? floatOf(plain) : undefined
}

const FLOAT_TEXT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/

/** Too large for a float of 64 bits is no number. */
const floatOf = (text: string): Scalar | undefined => {
  const is = Number(text)
  return Number.isFinite(is) ? { kind: 'float', is } : undefined
}

/** An integer of 64 bits; a 0 before it makes it octal. */
function integerOf(plain: string): bigint | undefined {
  const found = INTEGER.exec(plain)
  if (found === null) return undefined
  const [, sign, digits = ''] = found
  const size = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase())
  const is = sign === '-' ? -size : size
  const least = -(2n ** 63n)
  const most = 2n ** (sign === '' ? 64n : 63n)
  return is >= least && is < most ? is : undefined
}

const INTEGER =
  /^([-+]?)(0[xX][0-9a-fA-F]{1,64}|0[oO][0-7]{1,64}|0[bB][01]{1,200}|0[0-7]{0,64}|[1-9]\d{0,30})$/

const DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)| +\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?))?$/

function isTimestamp(text: string): boolean {
  const found = DATE.exec(text)
  if (found === null) return false
  const [year, month, day] = found.slice(1, 4).map(Number)
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day))
  return date.getUTCMonth() === (month ?? 0) - 1 && date.getUTCDate() === day
}

function fromBase64(text: string, at: number): string {
  const clean = text.replace(/[\r\n]/g, '')
  if (clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) {
    throw new Unreadable('yaml: !!binary value contains invalid base64 data', at)
  }
  return Buffer.from(clean, 'base64').toString('utf8')
}
