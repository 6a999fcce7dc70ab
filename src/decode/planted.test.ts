import { describe, expect, test } from 'vitest'
import { toCanonical } from './canonical.ts'
import { redactBlock } from './redact-raw.ts'
import { decoded, line } from './testing/decoded.ts'
import { canariesIn, plantedSecrets } from './testing/planted-secrets.ts'

const PLANTED = plantedSecrets()
const CANARIES = PLANTED.map(({ canary }) => canary)

/** Many lines with secrets, and ordinary ones between them. */
const WHOLE = PLANTED.map((one) => `${one.line}\n${line()}\n`).join('')

test('there are many, each its own, and each can be found before', () => {
  expect(PLANTED.length).toBeGreaterThan(300)
  expect(new Set(CANARIES).size).toBe(PLANTED.length)
  const unseen = PLANTED.filter(
    ({ canary, line: text }) => canariesIn(Buffer.from(text), [canary]).length === 0,
  )
  expect(unseen.map(({ place }) => place)).toEqual([])
})

describe('no planted secret is left', () => {
  test.each(PLANTED.map((one) => [one.place, one] as const))('%s', (_, { canary, line: text }) => {
    const bytes = Buffer.from(`${text}\n`)
    redactBlock(bytes)
    expect(canariesIn(bytes, [canary]), bytes.toString()).toEqual([])
    const before = decoded(`${text}\n`)
    const after = decoded(bytes)
    // Shown: what is masked in the bytes, and what is masked in the value.
    const shown = before.events.map((event) => JSON.stringify(toCanonical(event)))
    expect(canariesIn(Buffer.from(shown.join('\n')), [canary]), shown.join('\n')).toEqual([])
    expect(after.shapes).toEqual(before.shapes)
    expect(after.codes).toEqual(before.codes)
  })

  test('in one block with other records, which stay as they are', () => {
    const bytes = Buffer.from(WHOLE)
    redactBlock(bytes)
    expect(canariesIn(bytes, CANARIES)).toEqual([])
    expect(bytes.length).toBe(Buffer.byteLength(WHOLE))
    expect(bytes.toString().split(`${line()}\n`).length).toBe(PLANTED.length + 1)
    const again = Buffer.from(bytes)
    expect(redactBlock(again).count).toBe(0)
    expect(again.equals(bytes)).toBe(true)
  })
})
