import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { Way } from '../../model/delivery.ts'
import { SeenContents } from './seen-contents.ts'

const of = (server: string, way: Way) => ({ cluster: 'prod', server, way }) as const
const content = (n: number): string =>
  createHash('sha256').update(String(n)).digest('hex').slice(0, 32)

test('what came by one way and comes by another of the same API server is a copy', () => {
  const seen = new SeenContents(100)
  expect(seen.of(of('a', 'file'))(content(1))).toBe(false)
  expect(seen.of(of('a', 'file'))(content(1))).toBe(false)
  expect(seen.of(of('b', 'webhook'))(content(1))).toBe(false)
  expect(seen.of(of('a', 'webhook'))(content(1))).toBe(true)
  expect(seen.of(of('a', 'import'))(content(1))).toBe(true)
  expect(seen.of(of('a', 'webhook'))(content(2))).toBe(false)
})

test('LIMIT.contentsRememberedMax bounds all API servers together', () => {
  const keep = 50
  expect(keep).toBeLessThan(LIMIT.contentsRememberedMax)
  const seen = new SeenContents(keep)
  for (let n = 0; n < keep * 3; n += 1) seen.of(of(`server-${n}`, 'file'))(content(n))
  expect(seen.of(of('server-0', 'webhook'))(content(0))).toBe(false)
  const last = keep * 3 - 1
  expect(seen.of(of(`server-${last}`, 'webhook'))(content(last))).toBe(true)
})
