import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { literalOf, parsePattern } from './pattern.ts'
import { transformPattern } from './transform.ts'

const SEED = 20_261_121

const formsOf = (...asked: Parameters<typeof transformPattern>): readonly string[] => {
  const patterns = transformPattern(...asked)
  if (typeof patterns === 'string') throw new Error(patterns)
  return patterns.map((pattern) => literalOf(pattern) ?? 'wildcards')
}

describe('base64offset', () => {
  const bytes = fc.uint8Array({ maxLength: 8 })
  const text = fc.string({ unit: 'binary', minLength: 2, maxLength: 12 })

  test('finds the value wherever it stands, by one of its forms', () => {
    fc.assert(
      fc.property(bytes, text, bytes, (before, value, after) => {
        const forms = formsOf([{ text: value }], ['base64offset'])
        const whole = Buffer.concat([before, Buffer.from(value), after]).toString('base64')
        expect(forms.filter((form) => whole.includes(form)).length).toBeGreaterThan(0)
      }),
      { seed: SEED, numRuns: 3_000 },
    )
  })

  test('finds it in UTF-16 too', () => {
    fc.assert(
      fc.property(bytes, text, bytes, (before, value, after) => {
        const forms = formsOf([{ text: value }], ['utf16le', 'base64offset'])
        const encoded = Buffer.from(value, 'utf16le')
        const whole = Buffer.concat([before, encoded, after]).toString('base64')
        expect(forms.some((form) => whole.includes(form))).toBe(true)
      }),
      { seed: SEED, numRuns: 1_000 },
    )
  })

  test('says nothing that another value of the same length would say', () => {
    // Longer values leave more of each form: chance has no part in it.
    const long = fc.string({ minLength: 8, maxLength: 12 })
    fc.assert(
      fc.property(bytes, long, bytes, (before, value, after) => {
        const other = value.replace(/./gs, (one) => (one === 'x' ? 'y' : 'x'))
        const forms = formsOf([{ text: value }], ['base64offset'])
        const whole = Buffer.concat([before, Buffer.from(other), after]).toString('base64')
        expect(forms.some((form) => whole.includes(form))).toBe(false)
      }),
      { seed: SEED, numRuns: 1_000 },
    )
  })
})

describe('encodings', () => {
  test('can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), (value) => {
        const read = (encodings: Parameters<typeof transformPattern>[1]): Buffer =>
          Buffer.from(formsOf([{ text: value }], encodings)[0] ?? '', 'base64')
        expect(read(['base64']).toString('utf8')).toBe(value)
        expect(read(['utf16le', 'base64']).toString('utf16le')).toBe(value)
        expect(read(['utf16be', 'base64']).swap16().toString('utf16le')).toBe(value)
        expect(read(['utf16', 'base64']).toString('utf16le')).toBe(`\ufeff${value}`)
      }),
      { seed: SEED, numRuns: 1_000 },
    )
  })
})

describe('windash', () => {
  const part = fc.constantFrom('-', '/', '–', '—', '―', ' ', 'a', '_', '*', '?', '.', '\\')

  test('gives each form once, the value itself among them, and changes nothing but dashes', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const pattern = parsePattern(parts.join(''))
        const forms = transformPattern(pattern, ['windash'])
        if (typeof forms === 'string') throw new Error(forms)
        const written = forms.map((form) => JSON.stringify(form))
        expect(new Set(written).size).toBe(written.length)
        expect(written).toContain(JSON.stringify(pattern))
        const plain = new Set(written.map((form) => form.replace(/[-/–—―]/g, '-')))
        expect(plain.size).toBe(1)
      }),
      { seed: SEED, numRuns: 2_000 },
    )
  })
})
