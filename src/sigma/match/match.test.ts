import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { parsePattern, writePattern } from '../plan/pattern.ts'
import { foldAscii } from './fold.ts'
import { regexMatcher } from './regex.ts'
import { estimatedSteps } from './regex-size.ts'
import { requiredLiteral } from './required-literal.ts'
import { matchPattern } from './wildcard.ts'

const SEED = 20_260_702

test('folding changes A to Z and nothing else, at the same length', () => {
  const unit = fc.oneof(fc.nat(0x7f), fc.nat(0xffff))
  const text = fc.array(unit, { maxLength: 20 }).map((units) => String.fromCharCode(...units))
  fc.assert(
    fc.property(text, (value) => {
      const expected = value.replace(/[A-Z]/g, (letter) =>
        String.fromCharCode(letter.charCodeAt(0) + 32),
      )
      expect(foldAscii(value)).toBe(expected)
    }),
    { seed: SEED, numRuns: 1_000 },
  )
})

test('a pattern is written as it can be read', () => {
  const source = fc.array(fc.constantFrom('a', '*', '?', '\\'), { maxLength: 8 })
  fc.assert(
    fc.property(source, (parts) => {
      const pattern = parsePattern(parts.join(''))
      expect(parsePattern(writePattern(pattern))).toEqual(pattern)
    }),
    { seed: SEED, numRuns: 2_000 },
  )
})

test('a pattern with many stars takes no time on a text that nearly matches', () => {
  const pattern = parsePattern(`${'*a'.repeat(40)}*b`)
  const wide = parsePattern(`${'*a?'.repeat(20)}*b`)
  const text = 'a'.repeat(100_000)
  const start = performance.now()
  expect(matchPattern(pattern, text)).toBe(false)
  expect(matchPattern(wide, text)).toBe(false)
  expect(performance.now() - start).toBeLessThan(5_000)
})

describe('the literal that an expression requires', () => {
  test.each([
    ['^/api/v1/', '/api/v1/'],
    ['curl.*evil\\.example', 'evil.example'],
    ['abc*', undefined],
    ['abcd*', 'abc'],
    ['abcd+efg', 'abcd'],
    ['(abc)def', 'def'],
    ['abc|def', undefined],
    ['(?i)abcdef', undefined],
    ['\\x41bcd', undefined],
    ['a{100}', undefined],
    ['abcd{0,5}', 'abc'],
    ['[]abc]def', 'def'],
    ['[^]abc]def', 'def'],
    ['[[:alpha:]]def', 'def'],
    ['[a\\]bcd]xyz', 'xyz'],
    ['\\Qa|b\\E', undefined],
    ['abc😀?def', 'abc'],
  ])('of %s is %s', (source, literal) => {
    expect(requiredLiteral(source)).toBe(literal)
  })

  test('is in every text that the expression matches', () => {
    const scrap = fc.constantFrom(
      ...['a', 'b', 'ab', 'aba', '.', '*', '+', '?', '{2}', '{0,1}', '{1,', '(', ')', '[', ']'],
      ...['[^', '[]', '\\.', '\\\\', '\\d', '\\b', '^', '$', '|', '-', '/', '{', '}', '[:', ':]'],
    )
    const source = fc.array(scrap, { minLength: 1, maxLength: 10 }).map((parts) => parts.join(''))
    const text = fc.array(
      fc.constantFrom('a', 'b', 'ab', '.', '\\', '2', '-', '/', '{', '}', ']'),
      {
        maxLength: 12,
      },
    )
    let filtered = 0
    fc.assert(
      fc.property(source, fc.array(text, { minLength: 5, maxLength: 5 }), (expression, texts) => {
        const literal = requiredLiteral(expression)
        const matches = compiled(expression)
        if (literal === undefined || matches === undefined) return
        for (const parts of texts) {
          const value = parts.join('')
          if (matches(value)) expect(value).toContain(literal)
          else filtered += 1
        }
      }),
      { seed: SEED, numRuns: 5_000 },
    )
    expect(filtered).toBeGreaterThan(100)
  })
})

const PLAIN = { insensitive: false, multiline: false, dotAll: false }

/**
 * An expression that is valid by itself, without its literal search: an alternative that cannot
 * match switches that off.
 */
const compiled = (source: string): ((text: string) => boolean) | undefined => {
  try {
    regexMatcher({ kind: 'regex', source, ...PLAIN })
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
  return regexMatcher({ kind: 'regex', source: `(?:${source})|[^\\s\\S]`, ...PLAIN })
}

describe('expressions that make other engines hang (A4)', () => {
  const a = 'a'.repeat(100_000)

  test.each([
    ['(a+)+$', `${a}!`],
    ['(a|a)*b', a],
    ['(a|aa)+$', `${a}!`],
    ['(.*)*=(.*)', a],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', a],
    ['(a*)*b', a],
    ['.*.*.*.*.*.*.*.*=', a],
    ['(?:a?){500}a{500}', 'a'.repeat(499)],
  ])('%s takes time in proportion to the text', (source, text) => {
    expect(regexMatcher({ kind: 'regex', source, ...PLAIN })(text)).toBe(false)
  })

  test.each([
    ['(a)\\1'],
    ['(?=a)b'],
    ['(?!a)b'],
    ['(?<=a)b'],
    ['(?>a+)b'],
    ['a{1001}'],
    ['((a{100}){100}){100}'],
    [`${'('.repeat(2_000)}a${')'.repeat(2_000)}`],
    ['\\pL{1000}'.repeat(400)],
    ['(.{0,1000}){0,1}'.repeat(200)],
    [`${'(\\pL{900}|'.repeat(300)}a${')'.repeat(300)}`],
    [`(${'a'.repeat(3_000)}){1000}`],
    ['[a-z]{1000}'.repeat(300)],
    ['(a{200}b{1,}c?){20,25}'],
  ])('%.30s is refused before it takes any', (source) => {
    expect(() => regexMatcher({ kind: 'regex', source, ...PLAIN })).toThrow()
  })

  test('LIMIT.regexStepsMax', () => {
    const steps = (count: number): (() => unknown) => {
      const [thousands, rest] = [Math.floor(count / 1_000), count % 1_000]
      const source = `${'a{1000}'.repeat(thousands)}${'b'.repeat(rest)}`
      return () => regexMatcher({ kind: 'regex', source, ...PLAIN })
    }
    // A few steps begin and end every expression.
    expect(steps(LIMIT.regexStepsMax - 10)).not.toThrow()
    expect(steps(LIMIT.regexStepsMax + 1)).toThrow(/more than 5000 steps/)
    expect(estimatedSteps('(ab{3}[^]{}]{2}\\{{2}){10}c')).toBe(10 * (1 + 3 + 2 + 2) + 1)
  })
})
