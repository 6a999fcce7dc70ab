import { expect, it } from 'vitest'
import { detectIssues } from '../issues.ts'
import { type LiveLosses, lossIssues } from './losses.ts'

const lossesOf = (n: number): LiveLosses => ({
  acts: { evicted: n, forgotten: n },
  correlation: {
    groupsEvicted: n,
    judgedEarly: n,
    lateDropped: n,
    unanswered: n,
    updatesLeftOut: n,
    signalsUnread: n,
    rulesGone: n,
  },
})

it('says once of each loss how much more of it there was', () => {
  expect(lossIssues(lossesOf(3), lossesOf(3))).toEqual([])
  const issues = lossIssues(lossesOf(3), lossesOf(5))
  expect(issues.map(({ code, count }) => [code, count])).toEqual([
    ['detect/live-acts-early', 2],
    ['detect/live-windows-evicted', 2],
    ['detect/live-late', 4],
    ['detect/live-updates', 2],
    ['detect/live-signals', 4],
  ])
  expect(issues.every(({ code }) => code in detectIssues)).toBe(true)
})
