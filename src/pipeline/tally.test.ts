import { describe, expect, it } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import type { RuleSet } from '../detect/compile.ts'
import type { CorrelationLosses } from '../detect/correlate.ts'
import type { FoldLosses, FoldResult } from '../detect/fold.ts'
import type { EventRef } from '../model/finding.ts'
import type { HuntOptions } from './hunt-options.ts'
import { Tally } from './tally.ts'

const NONE: FoldLosses = { actsEvicted: 0, actsForgotten: 0, findingsDropped: 0, collisions: [] }

const OPTIONS: HuntOptions = {
  paths: [],
  sources: [],
  rules: [],
  lists: [],
  since: undefined,
  until: undefined,
  proxies: [],
  clusterRanges: [],
  strict: false,
  sha256: false,
  threads: 0,
  tool: 'test',
}

const EVENT: EventRef = {
  id: 'e',
  auditID: 'a',
  stage: 'ResponseComplete',
  time: '2026-11-20T10:00:00.000000Z',
  server: 's',
  file: 'audit.log',
  offset: 12,
  length: 34,
}

const NO_RULES: RuleSet = { rules: [], correlations: [], sourceRules: [], issues: [] }

const outcomeOf = (
  acts: FoldResult,
  lost: Partial<CorrelationLosses> = {},
): Parameters<Tally['report']>[2] => {
  const losses = { groupsEvicted: 0, hitsLate: 0, findingsDropped: 0, ...lost }
  return { acts, correlated: { findings: [], tallies: [], losses }, eligible: [] }
}

const issuesOf = (
  losses: Partial<FoldLosses>,
  lost: Partial<CorrelationLosses> = {},
): readonly (readonly unknown[])[] => {
  const fold = { findings: [], tallies: [], losses: { ...NONE, ...losses } }
  const report = new Tally([], []).report(OPTIONS, NO_RULES, outcomeOf(fold, lost))
  return report.issues.map(({ code, message, at }) => [code, message, at])
}

describe('what the fold could not keep to the letter is an issue', () => {
  it('and without losses there is none', () => {
    expect(issuesOf({})).toEqual([])
  })

  it('for acts judged early, acts forgotten and findings not shown, with their number', () => {
    expect(issuesOf({ actsEvicted: 3, actsForgotten: 4, findingsDropped: 5 })).toEqual([
      ['detect/acts-forgotten', expect.stringMatching(/^4 /), {}],
      ['detect/acts-open', expect.stringMatching(/^3 /), {}],
      ['detect/findings-capped', expect.stringMatching(/^5 /), {}],
    ])
  })

  it('for groups given up, hits that came late and findings of correlations not shown', () => {
    const lost = { groupsEvicted: 3, hitsLate: 4, findingsDropped: 5 }
    expect(issuesOf({ findingsDropped: 1 }, lost)).toEqual([
      ['detect/findings-capped', expect.stringMatching(/^6 /), {}],
      ['detect/groups-evicted', expect.stringMatching(/^3 /), {}],
      ['detect/hits-late', expect.stringMatching(/^4 /), {}],
    ])
  })

  it('for each event that repeats another’s identity, with its place', () => {
    const [[code, , at] = []] = issuesOf({ collisions: [EVENT] })
    expect(code).toBe('detect/audit-id-collision')
    expect(at).toEqual({ file: 'audit.log', offset: 12, length: 34 })
  })
})

it('events in more minutes than are remembered are an issue: the gaps may then be wrong', () => {
  const source = { cluster: 'c', server: 's', file: 'audit.log' }
  const input = { path: 'audit.log', bytes: 1, source, fingerprint: 'f' }
  const tally = new Tally([], [input])
  const minutes = Array.from({ length: LIMIT.sourceMinutesMax + 1 }, (_, minute) => minute)
  const stats = { events: 1, shapes: [], firstTime: undefined, lastTime: undefined, minutes }
  tally.addBlock(input, { records: [], settled: [], stats, issues: [], issueCounts: {} })
  const fold = { findings: [], tallies: [], losses: NONE }
  const { issues } = tally.report(OPTIONS, NO_RULES, outcomeOf(fold))
  expect(issues.map(({ code }) => code)).toEqual(['detect/minutes-capped'])
})
