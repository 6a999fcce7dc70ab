import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, test } from 'vitest'
import { requiredLiterals } from './required-literals.ts'

/** An expression, and a text that it matches if its anchors allow it. */
interface Sample {
  readonly source: string
  readonly text: string
}

/** Atoms with a text for each. */
const ATOMS: readonly Sample[] = Object.entries({
  a: 'a',
  b: 'b',
  abc: 'abc',
  curl: 'curl',
  wget: 'wget',
  ' ': ' ',
  '/': '/',
  '.': 'x',
  '\\.': '.',
  '\\s': ' ',
  '\\|': '|',
  '[ab]': 'b',
  '[^c]': 'd',
  '[]a]': ']',
  '[a\\]b]': ']',
  '[\\s;|(]': '(',
  '\\d': '7',
  '\\(': '(',
  '\\w': 'w',
  '\\{': '{',
  '\\b': '',
  '^': '',
  $: '',
}).map(([source, text]) => ({ source, text }))

/** Repetitions, and how often the text then stands there. */
const REPETITIONS: readonly (readonly [string, number])[] = [
  ...[['', 1] as const, ['', 1] as const, ['', 1] as const, ['', 1] as const],
  ...[['?', 0] as const, ['?', 1] as const, ['*', 0] as const, ['*', 2] as const],
  ...[['+', 2] as const, ['+?', 1] as const, ['??', 0] as const, ['{0,2}', 0] as const],
  ...[['{2}', 2] as const, ['{1,}', 3] as const],
]

const { sample } = fc.letrec<{ sample: Sample }>((tie) => {
  const group = (open: string): fc.Arbitrary<Sample> =>
    tie('sample').map(({ source, text }) => ({ source: `${open}${source})`, text }))
  const atom = fc.oneof({ depthSize: 'small' }, fc.constantFrom(...ATOMS), group('(?:'), group('('))
  const item = fc
    .tuple(atom, fc.constantFrom(...REPETITIONS))
    .map(([{ source, text }, [repetition, times]]) => ({
      // Of several letters only the last is repeated.
      source: source.length > 1 && /^[a-z]/.test(source) ? source : source + repetition,
      text: source.length > 1 && /^[a-z]/.test(source) ? text : text.repeat(times),
    }))
  const branch = fc.array(item, { minLength: 1, maxLength: 4 }).map((items) => ({
    source: items.map(({ source }) => source).join(''),
    text: items.map(({ text }) => text).join(''),
  }))
  return {
    sample: fc
      .tuple(fc.array(branch, { minLength: 1, maxLength: 3 }), fc.nat(2))
      .map(([branches, chosen]) => ({
        source: branches.map(({ source }) => source).join('|'),
        text: branches[chosen % branches.length]?.text ?? '',
      })),
  }
})

const noise = fc.constantFrom('', 'a', ' ', 'ab ', '/bin/')

describe('texts that an expression needs', () => {
  test('are in everything that it matches', () => {
    let told = 0
    fc.assert(
      fc.property(sample, noise, noise, ({ source, text }, before, after) => {
        const literals = requiredLiterals(source)
        const whole = before + text + after
        if (literals === undefined || !RE2JS.compile(source).matcher(whole).find()) return
        told += 1
        expect(literals.some((literal) => whole.includes(literal))).toBe(true)
      }),
      { seed: 21, numRuns: 4_000 },
    )
    expect(told).toBeGreaterThan(100)
  })

  test.each<[string, readonly string[] | undefined]>([
    ['curl', ['curl']],
    ['(?:curl|wget)\\s.*\\|\\s*sh', ['curl', 'wget']],
    ['(?:^|[\\s/])nsenter\\s', ['nsenter']],
    ['curl?', ['cur']],
    ['ab+c', undefined],
    ['(?i)curl', undefined],
    ['curl|.', undefined],
    ['(?:curl)?', undefined],
    ['\\x63url', undefined],
    ['\\Qa+b\\E', undefined],
    ['[[:alpha:]]curl', undefined],
    ['(curl', undefined],
  ])('of %s', (source, literals) => {
    expect(requiredLiterals(source)).toEqual(literals)
  })
})
