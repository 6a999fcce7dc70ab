import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { DigestSet } from './digest-set.ts'

const digest = (n: number): string => hash('sha256', String(n))

describe('DigestSet', () => {
  test('holds what was added and nothing else, through growth', () => {
    const set = new DigestSet(100_000)
    for (let n = 0; n < 20_000; n += 1) set.add(digest(n))
    for (let n = 0; n < 20_000; n += 1) expect(set.has(digest(n))).toBe(true)
    for (let n = 20_000; n < 21_000; n += 1) expect(set.has(digest(n))).toBe(false)
    expect(set.forgotten).toBe(0)
  })

  test('keeps at least the last `keep` digests, and counts what it forgets', () => {
    const set = new DigestSet(100)
    for (let n = 0; n < 1000; n += 1) set.add(digest(n))
    for (let n = 900; n < 1000; n += 1) expect(set.has(digest(n))).toBe(true)
    expect(set.has(digest(0))).toBe(false)
    expect(set.forgotten).toBeGreaterThanOrEqual(700)
  })

  test('the digest of zeros is a member like others', () => {
    const set = new DigestSet(10)
    expect(set.has('0'.repeat(32))).toBe(false)
    set.add('0'.repeat(32))
    expect(set.has('0'.repeat(32))).toBe(true)
  })

  test('digests that share their first word do not hide each other', () => {
    const set = new DigestSet(10)
    set.add(`00000001${'a'.repeat(24)}`)
    expect(set.has(`00000001${'b'.repeat(24)}`)).toBe(false)
    set.add(`00000001${'b'.repeat(24)}`)
    expect(set.has(`00000001${'a'.repeat(24)}`)).toBe(true)
    expect(set.has(`00000001${'b'.repeat(24)}`)).toBe(true)
  })
})
