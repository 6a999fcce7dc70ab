import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { leafOf } from './leaf.ts'

test('a leaf is the digest of its head and its bytes, whatever was hashed before it', () => {
  const places = ['["prod","a","ab",0,10,0]', `["pröd","${'é'.repeat(20_000)}","ab",0,10,0]`]
  for (const length of [3_000_000, 0, 10, 16_384, 900_000, 1]) {
    for (const place of places) {
      for (const maskedFrom of [undefined, 'ab'.repeat(32)]) {
        const raw = Buffer.alloc(length, length)
        const head = `deckwatch-leaf-1\n${place}\n${maskedFrom ?? '-'}\n`
        const expected = createHash('sha256').update(head).update(raw).digest('hex')
        expect(leafOf({ place, maskedFrom, raw }).toString('hex')).toBe(expected)
      }
    }
  }
})
