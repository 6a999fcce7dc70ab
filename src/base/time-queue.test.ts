import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimeQueue } from './time-queue.ts'

const SMALL = { bytesMax: 100_000, chunkCharacters: 40, plainBytesMax: 200 }

const texts = (items: Iterable<{ text: string }>): readonly string[] =>
  [...items].map(({ text }) => text)

describe('a queue of times', () => {
  it('gives everything back in order, packed or not, as often as asked', () => {
    const item = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(fc.array(item, { maxLength: 200 }), (items) => {
        const queue = new TimeQueue(SMALL)
        for (const [time, text] of items) queue.push(time, text)
        const taken = queue.take()
        const read = [...taken]
        expect(read.map(({ time }) => time)).toEqual(
          items.map(([time]) => time).sort((a, b) => a - b),
        )
        const pairs = (all: readonly (readonly [number, string])[]): readonly string[] =>
          all.map((one) => JSON.stringify(one)).sort()
        expect(pairs(read.map(({ time, text }) => [time, text]))).toEqual(pairs(items))
        expect([...taken]).toEqual(read)
        expect(queue.bytes).toBe(0)
      }),
    )
  })

  it('gives what is before a time, and keeps the rest', () => {
    const queue = new TimeQueue(SMALL)
    for (let time = 99; time >= 0; time -= 1) queue.push(time, `text ${time}`)
    expect(texts(queue.take(30))).toEqual(Array.from({ length: 30 }, (_, at) => `text ${at}`))
    queue.push(29, 'too late')
    queue.push(30, 'in time')
    expect(queue.late).toBe(1)
    expect([...texts(queue.take(31))].sort()).toEqual(['in time', 'text 30'])
    expect(texts(queue.take())).toHaveLength(69)
  })

  it('says when it is full, and what lies early in it', () => {
    const queue = new TimeQueue({ ...SMALL, bytesMax: 4000 })
    let time = 0
    while (!queue.isFull) {
      time += 1
      queue.push(time, `text ${time}`)
    }
    expect(queue.bytes).toBeGreaterThan(4000)
    const quarter = [...queue.take(queue.earliestQuarter())].length
    expect(quarter / time).toBeGreaterThan(0.15)
    expect(quarter / time).toBeLessThan(0.4)
    expect(queue.isFull).toBe(false)
  })
})
