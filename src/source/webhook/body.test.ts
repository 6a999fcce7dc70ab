import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { readBody } from './body.ts'

async function* chunksOf(bytes: number, size = 65_536): AsyncIterable<Buffer> {
  const chunk = Buffer.alloc(size, 'x')
  for (let left = bytes; left > 0; left -= size) yield chunk.subarray(0, Math.min(size, left))
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

test('whole, with its digest, declared or not', async () => {
  for (const declared of [undefined, 100_000, 7]) {
    let reserved = 0
    const body = await readBody(chunksOf(100_000, 999), declared, (bytes) => {
      reserved += bytes
      return true
    })
    expect(body).toMatchObject({ length: 100_000, oversize: false })
    expect(body?.sha256).toBe(sha256('x'.repeat(100_000)))
    expect(Buffer.from(body?.bytes ?? []).toString()).toBe('x'.repeat(100_000))
    expect(reserved).toBeGreaterThanOrEqual(100_000)
    if (declared === 100_000) expect(reserved).toBe(100_000)
  }
})

test('nothing is reserved for what is only promised', async () => {
  let reserved = 0
  await readBody(chunksOf(10), LIMIT.webhookBodyBytesMax, (bytes) => {
    reserved += bytes
    return true
  })
  expect(reserved).toBeLessThan(100_000)
})

test('none when there is no memory for it', async () => {
  expect(await readBody(chunksOf(10), 10, () => false)).toBeUndefined()
})

test('empty', async () => {
  expect(await readBody(chunksOf(0), 0, () => true)).toMatchObject({
    length: 0,
    sha256: sha256(''),
  })
})

test('of one that is too long the beginning is kept, and the digest of all', async () => {
  const length = LIMIT.webhookBodyBytesMax + 1
  for (const declared of [undefined, length]) {
    const body = await readBody(chunksOf(length, 4_194_304), declared, () => true)
    expect(body).toMatchObject({ length, oversize: true })
    expect(body?.bytes.length).toBe(LIMIT.quarantineBytes)
    expect(body?.bytes.buffer.byteLength).toBeLessThan(2 * LIMIT.quarantineBytes)
    expect(body?.sha256).toHaveLength(64)
  }
})

test('one of the most that is taken is kept whole', async () => {
  const length = LIMIT.webhookBodyBytesMax
  const body = await readBody(chunksOf(length, 4_194_304), length, () => true)
  expect(body).toMatchObject({ length, oversize: false })
  expect(body?.bytes.length).toBe(length)
})
