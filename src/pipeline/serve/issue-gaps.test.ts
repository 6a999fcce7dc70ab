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
  expect(gap?.gap.message).toBe('no audit event (3)')
  expect(gap?.gap.place).toContain('body ab')
})
