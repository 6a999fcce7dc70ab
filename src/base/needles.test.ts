import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Needle, NeedleSearch } from './needles.ts'

const found = (needles: readonly Needle[], text: string): readonly number[] => {
  const all = new Set<number>()
  new NeedleSearch(needles).search(text, (needle) => all.add(needle))
  return [...all].sort((a, b) => a - b)
}

const holds = ({ text, place }: Needle, folded: string): boolean => {
  if (place === 'whole') return folded === text
  if (place === 'start') return folded.startsWith(text)
  return place === 'end' ? folded.endsWith(text) : folded.includes(text)
}

const letters = (alphabet: string, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), maxLength: max })
const place = fc.constantFrom(
  'whole' as const,
  'start' as const,
  'end' as const,
  'anywhere' as const,
)
const needlesOf = (alphabet: string): fc.Arbitrary<Needle[]> =>
  fc.array(fc.record({ text: letters(alphabet, 4), place }), { maxLength: 12 })

describe('looking for many texts at once', () => {
  test('finds what looking for each one finds', () => {
    fc.assert(
      fc.property(needlesOf('abc/'), letters('abcABC/é', 12), (needles, text) => {
        const folded = text.toLowerCase()
        const each = [...needles.keys()].filter((at) => {
          const needle = needles[at]
          return needle !== undefined && holds(needle, folded)
        })
        expect(found(needles, text)).toEqual(each)
      }),
      { seed: 3, numRuns: 3_000 },
    )
  })

  test('misses none with characters outside ASCII', () => {
    fc.assert(
      fc.property(needlesOf('abé\u212a'), letters('abAéK\u212a', 8), (needles, text) => {
        const all = found(needles, text)
        for (const [at, needle] of needles.entries()) {
          if (
            holds(
              needle,
              text.replace(/[A-Z]/g, (one) => one.toLowerCase()),
            )
          ) {
            expect(all).toContain(at)
          }
        }
      }),
      { seed: 4, numRuns: 3_000 },
    )
  })

  test('folds A to Z alone', () => {
    expect(found([{ text: 'k', place: 'whole' }], '\u212a')).toEqual([])
    expect(found([{ text: 'kube', place: 'anywhere' }], 'x/KUBE-hunter')).toEqual([0])
  })
})
