import { expect, test } from 'vitest'
import { Recall } from './recall.ts'

test('gives what is made of a text, whatever was asked before', () => {
  const lengths = new Recall((text) => `${text.length} ${text}`)
  const texts = Array.from({ length: 3_000 }, (_, at) => `${'ab'.repeat(at % 7)}${at % 500}`)
  for (const text of [...texts, '', 'x'.repeat(300), ...texts]) {
    expect(lengths.of(text)).toBe(`${text.length} ${text}`)
  }
})

test('asks once about a text that comes again, unless it is long', () => {
  let asked = 0
  const recall = new Recall((text) => {
    asked += 1
    return text
  })
  for (let round = 0; round < 5; round += 1) recall.of('kubelet/v1.36.3')
  expect(asked).toBe(1)
  for (let round = 0; round < 5; round += 1) recall.of('x'.repeat(257))
  expect(asked).toBe(6)
})
