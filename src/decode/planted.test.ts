import { describe, expect, test } from 'vitest'
import { redactBlock } from './redact-raw.ts'
import { canariesIn, plantedSecrets } from './testing/planted-secrets.ts'

const PLANTED = plantedSecrets()
const CANARIES = PLANTED.map(({ canary }) => canary)

test('there are many, each its own, and each can be found before', () => {
  expect(PLANTED.length).toBeGreaterThan(300)
  expect(new Set(CANARIES).size).toBe(PLANTED.length)
  const unseen = PLANTED.filter(
    ({ canary, line }) => canariesIn(Buffer.from(line), [canary]).length === 0,
  )
  expect(unseen.map(({ place }) => place)).toEqual([])
})

describe('no planted secret is left in the bytes', () => {
  test('each line by itself', () => {
    const left = PLANTED.filter(({ canary, line }) => {
      const bytes = Buffer.from(`${line}\n`)
      redactBlock(bytes)
      return canariesIn(bytes, [canary]).length > 0
    })
    expect(left.map(({ place, line }) => `${place}: ${line}`)).toEqual([])
  })
})
