import { expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { IssueTray } from './issue-tray.ts'

const issue = (
  offset: number,
): { code: string; message: string; at: { file: string; offset: number } } => ({
  code: 'decode/torn',
  message: 'torn',
  at: { file: 'a.log', offset },
})

test('LIMIT.issuesKeptPerCode: the first by place are kept, whatever order they come in; all are counted', () => {
  const offsets = Array.from({ length: LIMIT.issuesKeptPerCode * 5 }, (_, n) => n)
  const [up, down] = [new IssueTray(), new IssueTray()]
  for (const offset of offsets) up.add(issue(offset))
  for (const offset of offsets.toReversed()) down.add(issue(offset))
  expect(up.kept()).toHaveLength(LIMIT.issuesKeptPerCode)
  expect(down.kept()).toEqual(up.kept())
  expect(up.kept()[0]?.at.offset).toBe(0)
  expect(up.counts).toEqual({ 'decode/torn': offsets.length })
})
