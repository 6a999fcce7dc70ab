import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TaggedText, TaggedTexts } from './tagged-texts.ts'

const made = (texts: readonly TaggedText[]): TaggedTexts => {
  const all = new TaggedTexts({ chunkCharacters: 20, plainBytesMax: 200 })
  for (const one of texts) all.push(one)
  return all
}

const textOf = (time: number, ...tags: readonly number[]): TaggedText => ({
  time,
  tags,
  text: `at ${time} ü`,
})

describe('tagged texts', () => {
  it('are found by their tags and times, packed or not, in the order in which they came', () => {
    const text = fc.record({
      time: fc.nat(50),
      tags: fc.array(fc.nat(5), { maxLength: 3 }),
      text: fc.string({ unit: 'binary' }),
    })
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 30 }),
        fc.uniqueArray(fc.nat(5)),
        fc.nat(50),
        fc.nat(50),
        (texts, tags, from, to) => {
          const within = texts.filter(({ time }) => time >= from && time <= to)
          const all = made(texts)
          expect([...all.texts(from, to)]).toEqual(within.map(({ text }) => text))
          const asked = new Set(tags)
          const having = within.filter((one) => one.tags.some((tag) => asked.has(tag)))
          expect([...all.texts(from, to, asked)]).toEqual(having.map(({ text }) => text))
        },
      ),
      { numRuns: 30 },
    )
  })

  it('are given up from the first on, a chunk at a time, and how far is said', () => {
    const all = made([1, 9, 5, 6, 2, 3, 4, 4, 8].map((time) => textOf(time, 7)))
    const { bytes } = all
    const times = (): readonly number[] =>
      [...all.texts(0, 10)].map((text) => Number(text.split(' ')[1]))
    expect(all.shrink(bytes)).toBeUndefined()
    expect(all.shrink(bytes - 1)).toBe(9)
    expect(times()).toEqual([2, 3, 4, 4, 8])
    expect(all.bytes).toBeLessThan(bytes)
    all.dropBefore(7)
    expect(times()).toEqual([8])
  })
})
