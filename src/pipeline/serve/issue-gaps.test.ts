import { expect, test } from 'vitest'
import type { Issue } from '../../base/issue.ts'
import type { Delivery } from '../../model/delivery.ts'
import { gapsOf } from './issue-gaps.ts'

const body: Delivery = {
  kind: 'body',
  source: { cluster: 'prod', server: 'a', way: 'webhook' },
  arrivedUs: 1,
  sha256: 'ab'.repeat(32),
  length: 100,
}
const lines: Delivery = {
  kind: 'lines',
  source: { cluster: 'prod', server: 'a', way: 'file' },
  arrivedUs: 1,
  path: 'audit.log',
  fingerprint: 'f',
  offset: 0,
  length: 100,
}
const torn: Issue = {
  code: 'decode/torn',
  message: 'torn',
  at: { file: 'audit.log', offset: 10, length: 5 },
}
const foreign: Issue = { code: 'decode/not-audit', message: 'x', at: { file: 'webhook' }, count: 3 }
const odd: Issue = { code: 'decode/too-deep', message: 'deep', at: { file: 'audit.log' } }

test('bytes that are no event are a gap with their range; a mere oddity is none', () => {
  const gaps = gapsOf(lines, [torn, odd])
  expect(gaps.map(({ gap }) => [gap.kind, gap.place, gap.fromByte, gap.toByte])).toEqual([
    ['torn', 'audit.log', 10, 15],
  ])
})

test('what is no audit event is a gap in a body, and nothing strange in a file', () => {
  expect(gapsOf(lines, [foreign])).toEqual([])
  const [gap] = gapsOf(body, [foreign])
  expect(gap?.gap.message).toBe('no audit event (3 of this kind, the first of them)')
  expect(gap?.gap.place).toContain('body ab')
})

test('whatever a sender writes, a delivery has one gap of a kind, which says how many there are', () => {
  const at = (offset: number): Issue['at'] => ({ file: 'audit.log', offset, length: 5 })
  const many = Array.from({ length: 100 }, (_, n): Issue => ({ ...torn, at: at(10 + n * 20) }))
  const long = { code: 'source/record-too-long', message: 'long', at: at(7) }
  const gaps = gapsOf(lines, [...many, { ...torn, at: at(1_990), count: 7 }, long])
  expect(gaps.map(({ gap }) => [gap.kind, gap.message, gap.fromByte, gap.toByte])).toEqual([
    ['torn', 'torn (107 of this kind, the first of them)', 10, 1_995],
    ['oversize', 'long', 7, 12],
  ])
  const [unknown] = gapsOf(body, [torn, foreign])
  expect([unknown?.gap.fromByte, unknown?.gap.toByte]).toEqual([undefined, undefined])
})
