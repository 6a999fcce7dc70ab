import { describe, expect, it } from 'vitest'
import { META, makeCorpus } from './corpus.ts'
import { makeHostile } from './hostile.ts'
import { compare, deviationOf, median } from './measure.ts'
import { parseLines } from './yardstick.ts'

describe('measuring', () => {
  it('takes the middle, and the distance from it', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(deviationOf([1, 2, 3, 4, 100])).toBe(1)
  })

  it('warms both up, then interleaves them', () => {
    let order = ''
    const mark = (name: string) => (): number => {
      order += name
      return 1
    }
    const found = compare({ yardstick: mark('a'), subject: mark('b') }, 7)
    expect(order.slice(0, 16)).toBe('ab'.repeat(8))
    expect(found.rounds).toBe(7)
  })

  it('has a yardstick that reads every event', () => {
    const corpus = makeCorpus(META, 1_000_000)
    expect(parseLines(corpus.bytes)).toBe(corpus.events)
  })

  it('has hostile events that JSON.parse takes', () => {
    expect(parseLines(makeHostile(2))).toBe(8)
  })
})
